"""Mails signed by DKIM and sealed by ARC, with keys that are made here from a seed, and the DNS records for them."""

import base64
import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import dkim
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import parse_pem_private_key

_EXPONENT = 65537


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """A private key in PEM, and the TXT record of its public half."""

    pem: bytes
    record: str


@cache
def rsa_key(bits: int = 1024, seed: int = 7) -> KeyPair:
    """An RSA key; the same for the same seed. Good for tests only."""
    source = random.Random(f"{bits} {seed}")
    while True:
        first, second = _prime(source, bits // 2), _prime(source, bits - bits // 2)
        if first != second and (first * second).bit_length() == bits:
            break
    modulus, private = first * second, pow(_EXPONENT, -1, (first - 1) * (second - 1))
    parts = [0, modulus, _EXPONENT, private, first, second, private % (first - 1), private % (second - 1)]
    der = _sequence(_integer(one) for one in [*parts, pow(second, -1, first)])
    pem = b"-----BEGIN RSA PRIVATE KEY-----\n" + base64.encodebytes(der) + b"-----END RSA PRIVATE KEY-----\n"
    public = base64.b64encode(_sequence([_integer(modulus), _integer(_EXPONENT)])).decode()
    return KeyPair(pem=pem, record=f"v=DKIM1; k=rsa; p={public}")


def ed25519_key(seed: int = 7) -> KeyPair:
    """An Ed25519 key (RFC 8463); dkimpy wants the private one in base64."""
    from nacl.signing import SigningKey

    key = SigningKey(random.Random(seed).randbytes(32))
    public = base64.b64encode(bytes(key.verify_key)).decode()
    return KeyPair(pem=base64.b64encode(bytes(key)), record=f"v=DKIM1; k=ed25519; p={public}")


def make_mail(
    sender: str = "Shop <seller@shop.example>",
    *,
    subject: str = "Where is my order?",
    body: str = "Order 302-1234567-7654321\r\nis late.\r\n",
    more: str = "",
) -> bytes:
    """A plain mail to the queue; `more`: header lines that end in CRLF."""
    head = f"From: {sender}\r\nTo: support@casepost.example\r\nSubject: {subject}\r\n"
    head += "Date: Thu, 12 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@shop.example>\r\n"
    return (head + more + "\r\n" + body).encode()


def sign(
    raw: bytes,
    key: KeyPair,
    *,
    domain: str = "shop.example",
    selector: str = "s1",
    names: Iterable[bytes] | None = None,
    algorithm: bytes = b"rsa-sha256",
    length: bool = False,
    form: bytes = b"relaxed",
    identity: str = "",
) -> bytes:
    """The mail with a DKIM-Signature on top. `names`: signed fields (default: dkimpy's)."""
    field: bytes = dkim.sign(
        raw,
        selector.encode(),
        domain.encode(),
        key.pem,
        identity=identity.encode() or None,
        include_headers=list(names) if names is not None else None,
        signature_algorithm=algorithm,
        canonicalize=(form, form),
        length=length,
    )
    return field + raw


def sign_fields(raw: bytes, key: KeyPair, *, domain: str, names: list[bytes]) -> bytes:
    """The mail signed over just these fields; dkimpy's own door refuses to leave out From."""
    signer = dkim.DKIM(raw)
    signer.hasher = hashlib.sha256
    form = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    digest = base64.b64encode(hashlib.sha256(form.canonicalize_body(signer.body)).digest())
    tags = [(b"v", b"1"), (b"a", b"rsa-sha256"), (b"c", b"relaxed/relaxed"), (b"d", domain.encode()), (b"s", b"s1")]
    tags += [(b"h", b" : ".join(names)), (b"bh", digest), (b"b", b"0" * 60)]
    value = signer.gen_header(tags, names, form, b"DKIM-Signature", parse_pem_private_key(key.pem))
    return b"".join([b"DKIM-Signature: ", value, raw])


def seal(raw: bytes, key: KeyPair, *, domain: str, selector: str = "arc", results: str) -> bytes:
    """The mail with one more ARC set on top, in which `domain` says `results` (an Authentication-Results value)."""
    raw = f"Authentication-Results: {domain}; {results}\r\n".encode() + raw
    fields: list[bytes] = dkim.arc_sign(raw, selector.encode(), domain.encode(), key.pem, domain.encode())
    assert fields, "no Authentication-Results to seal"
    return b"".join(fields) + raw


def _prime(source: random.Random, bits: int) -> int:
    while True:
        number = source.getrandbits(bits) | (3 << (bits - 2)) | 1
        if number % _EXPONENT != 1 and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11)):
            return number


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(octets)]) + octets + content


def _integer(number: int) -> bytes:
    return _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _sequence(parts: Iterable[bytes]) -> bytes:
    return _der(0x30, b"".join(parts))
