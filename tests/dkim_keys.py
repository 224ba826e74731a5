"""Keys for DKIM, made for the length of a test, and a DNS that holds their public halves."""

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from responder.dkim import Signer

_ED25519 = bytes.fromhex("302e020100300506032b657004220420")  # RFC 8410 section 7, before the 32 octets of the key


def write_ed25519(path: Path) -> Path:
    """A new Ed25519 key in PEM, as `openssl genpkey -algorithm ed25519` writes it."""
    der = base64.b64encode(_ED25519 + bytes(SigningKey.generate())).decode()
    path.write_text(f"-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n")
    return path


def openssl(*arguments: str | Path) -> bytes:
    """What the openssl command prints."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("the openssl command is missing, no key can be made")
    return subprocess.run([command, *map(str, arguments)], check=True, capture_output=True, timeout=60).stdout


def publish(signer: Signer, *domains: str) -> Callable[..., bytes | None]:
    """A DNS with the record of this key, for these domains."""
    names = {f"{signer.selector}._domainkey.{domain}.".encode() for domain in domains}
    return lambda name, timeout=5: signer.record.encode() if name in names else None
