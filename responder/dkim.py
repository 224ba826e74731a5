"""DKIM signatures on what we send (RFC 6376; Ed25519: RFC 8463), by dkimpy.

RSA is pure Python there: some ten milliseconds a mail, spent by the station that writes, never by the one that sends.
"""

import base64
import binascii
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path

import dkim
from dkim.crypto import UnparsableKeyError, parse_private_key
from dkim.dnsplug import get_txt
from nacl.signing import SigningKey

# Answers (name with a dot at its end, seconds) with the text of the TXT record, or nothing; raises as dnspython does.
AskDns = Callable[..., bytes | None]

# Signed once more than they are there, so that nobody can add one (RFC 6376 section 8.15).
_SEALED = (
    b"From",
    b"To",
    b"Cc",
    b"Subject",
    b"Reply-To",
    b"Date",
    b"Message-ID",
    b"In-Reply-To",
    b"References",
    b"MIME-Version",
    b"Content-Type",
    b"Auto-Submitted",
)
_LEAST_BITS = 1024  # RFC 8301 section 3.2
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")
_ENCRYPTED = (b"ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")
# PKCS #8 of Ed25519 (RFC 8410 section 7): the algorithm 1.3.101.112, then an octet string in an octet string.
_ED25519 = re.compile(rb"\x06\x03\x2b\x65\x70(?:\x05\x00)?\x04\x22\x04\x20(.{32})", re.DOTALL)


_QUIET = logging.Logger("dkim", level=logging.CRITICAL)


class BadKey(ValueError):
    """The file holds no key that can sign; the words say why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Signs with one key for every domain that we send from; its public half stands in the DNS of each of them.

    `bits` is the length of an RSA key, 0 for Ed25519; `public` is what the record says of it.
    """

    selector: str
    algorithm: str
    private: bytes
    public: str
    bits: int = 0

    def sign(self, content: bytes) -> bytes:
        """A mail with CR LF line ends with its signature before it; the domain is that of From. Never with `l=`."""
        domain = domain_of_from(content)
        # The case of the names does not count; dkimpy wants them lower-cased where it compares.
        there = [name.lower() for name, _ in dkim.rfc822_parse(content)[0]]
        sealed = [name.lower() for name in _SEALED]
        names = [one for one in dict.fromkeys(there) if one not in sealed]
        for name in sealed:
            names += [name] * (there.count(name) + 1)
        signature: bytes = dkim.sign(
            content,
            self.selector.encode(),
            domain.encode(),
            self.private,
            canonicalize=(b"relaxed", b"relaxed"),
            signature_algorithm=self.algorithm.encode(),
            include_headers=names,
        )
        return signature + content

    @property
    def record(self) -> str:
        """What the TXT record SELECTOR._domainkey.DOMAIN says."""
        return f"v=DKIM1; k={'rsa' if self.bits else 'ed25519'}; p={self.public}"


def load_signer(selector: str, key_file: Path) -> Signer:
    """The signer of a private key in PEM: RSA (PKCS #1 or #8) or Ed25519 (PKCS #8). Raises BadKey, OSError."""
    pem = key_file.read_bytes()
    if any(mark in pem for mark in _ENCRYPTED):
        raise BadKey("the key is protected by a password")
    found = _PEM.search(pem)
    try:
        der = base64.b64decode(b"".join(found[2].split()), validate=True) if found else b""
    except binascii.Error:
        der = b""
    if not found or not der:
        raise BadKey("there is no private key in PEM in it")
    seed = _ED25519.search(der)
    return _ed25519(selector, seed[1]) if seed else _rsa(selector, der)


def is_published(signer: Signer, domain: str, *, ask: AskDns = get_txt) -> bool | None:
    """Whether the DNS of `domain` has the public half: a mail is verified as a stranger would; None: no answer."""
    mail = signer.sign(f"From: a@{domain}\r\nSubject: a test\r\n\r\ntest\r\n".encode())
    unanswered: list[bytes] = []

    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        # dkimpy takes a DNS that does not answer for one without the record.
        try:
            return ask(name, timeout)
        except dkim.DnsTimeoutError:
            unanswered.append(name)
            return None

    published = bool(dkim.verify(mail, dnsfunc=look_up, logger=_QUIET))
    return None if unanswered else published


def domain_of_from(content: bytes) -> str:
    """The domain of the one From."""
    header = content.partition(b"\r\n\r\n")[0]
    return str(BytesHeaderParser(policy=policy.default).parsebytes(header)["From"].addresses[0].domain).lower()


def _ed25519(selector: str, seed: bytes) -> Signer:
    public = base64.b64encode(bytes(SigningKey(seed).verify_key)).decode()
    return Signer(selector=selector, algorithm="ed25519-sha256", private=base64.b64encode(seed), public=public)


def _rsa(selector: str, der: bytes) -> Signer:
    try:
        key = parse_private_key(der)
    except (UnparsableKeyError, IndexError, ValueError, TypeError) as error:
        raise BadKey("it is neither an RSA nor an Ed25519 key") from error
    modulus, exponent = int(key["modulus"]), int(key["publicExponent"])
    if modulus.bit_length() < _LEAST_BITS:
        raise BadKey(f"an RSA key of {modulus.bit_length()} bits is not believed by anybody; 2048 are usual")
    return Signer(
        selector=selector,
        algorithm="rsa-sha256",
        # Written anew: dkimpy takes the lines between the marks only where they end in LF.
        private=b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(der) + b"\n-----END PRIVATE KEY-----\n",
        public=base64.b64encode(_public_rsa(modulus, exponent)).decode(),
        bits=modulus.bit_length(),
    )


def _public_rsa(modulus: int, exponent: int) -> bytes:
    """SubjectPublicKeyInfo (RFC 5280 section 4.1) of an RSA key, as records hold it (RFC 6376 section 3.6.1)."""
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")  # rsaEncryption, no parameters
    return _der(0x30, algorithm + _der(0x03, b"\0" + _der(0x30, _integer(modulus) + _integer(exponent))))


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
