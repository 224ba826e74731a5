"""References to a case: numbers, tags, signed addresses, our Message-IDs. Made and recognised side by side.

A number is a label and proves nothing. A signed address or a Message-ID of ours carries a version
character, the id of the key and a 128-bit MAC over all it says, so that it can be believed.

    support+a TOKEN @…    42 base32 characters: key id (1 octet), role and case number (5), subject id (4), MAC (16)
    <a TOKEN @…>          48 base32 characters: key id (1), role and case number (5), nonce (8), MAC (16)

An anchor is a Message-ID whose nonce is 0: the same in every mail of a case to one role. No mail has it for its own,
so no relay that gives mails a new Message-ID touches it where it stands in References.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

VERSION = "a"
MAC_OCTETS = 16
_NONCE_OCTETS = 8
TOKEN_CHARACTERS = 43  # with the version character; leaves 20 octets of a local part (RFC 5321 section 4.5.3.1.1)

# The quasigroup of order 10 of H. Michael Damm's dissertation (2004): finds every single wrong digit and
# every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_TAG = re.compile(r"\[\s*CP\s*-\s*([0-9]{10})\s*\]", re.IGNORECASE)
# ASCII: without it IGNORECASE takes a Kelvin sign for a k, and base32 does not.
_ADDRESS_TOKEN = re.compile(r"a[a-z2-7]{42}", re.IGNORECASE | re.ASCII)
_MESSAGE_ID = re.compile(r"<?(a[a-z2-7]{48})@[^<>\s]+>?", re.IGNORECASE | re.ASCII)


class Role(IntEnum):
    """Whose word arrives at a signed address."""

    SELLER = 1
    AGENT = 2
    NOTE = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A signing key; `id` is 0 to 255, `secret` 32 octets. What a revoked one has signed is believed no longer."""

    id: int
    secret: bytes
    revoked: bool = False


class Keyring:
    """The installation's signing keys, oldest first: the newest signs, all that are not revoked are accepted."""

    def __init__(self, keys: Sequence[Key]) -> None:
        valid = [key for key in keys if not key.revoked]
        if not valid:
            raise ValueError("a keyring needs at least one key that is not revoked")
        self._current = valid[-1]
        self._by_id = {key.id: key.secret for key in valid}
        self._oldest = keys[0]

    def sign(self, purpose: str, payload: bytes) -> bytes:
        """`payload` with the key's id before it and its MAC behind it."""
        body = bytes([self._current.id]) + payload
        return body + _mac(self._current.secret, purpose, body)

    def find_payload(self, purpose: str, signed: bytes) -> bytes | None:
        """The payload if one of the keys made the MAC for this purpose, else None; constant-time."""
        body, mac = signed[:-MAC_OCTETS], signed[-MAC_OCTETS:]
        secret = self._by_id.get(body[0]) if body else None
        if secret is None or not hmac.compare_digest(mac, _mac(secret, purpose, body)):
            return None
        return body[1:]

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest that stays the same for the life of the installation: the oldest key of all makes it."""
        return hmac.new(self._oldest.secret, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedAddress:
    """What a signed address says: the case's number, the role, and the id of the participant or user."""

    role: Role
    number: str
    subject_id: int


def make_number() -> str:
    """A new case number: nine random digits, the first not 0, and a Damm check digit."""
    digits = str(secrets.randbelow(900_000_000) + 100_000_000)
    return digits + str(_damm(digits))


def is_number(text: str) -> bool:
    """Whether `text` has the form and the check digit of a case number."""
    return len(text) == 10 and text.isascii() and text.isdigit() and text[0] != "0" and _damm(text) == 0


def make_tag(number: str) -> str:
    """The tag that stands at the end of a subject."""
    return f"[CP-{number}]"


def find_tags(subject: str) -> tuple[str, ...]:
    """The case numbers of all well-formed tags in a subject, in their order, without repeats."""
    return tuple(dict.fromkeys(number for number in _TAG.findall(subject) if is_number(number)))


def make_address(keyring: Keyring, queue_address: str, signed: SignedAddress) -> str:
    """The signed address of a case for one participant or user, at the queue's domain."""
    local, _, domain = queue_address.rpartition("@")
    payload = _pack_case(signed.role, signed.number) + signed.subject_id.to_bytes(4, "big")
    return f"{local}+{VERSION}{_base32(keyring.sign('address', payload))}@{domain}"


def find_address(keyring: Keyring, address: str) -> SignedAddress | None:
    """What a signed address says, None unless its MAC is right; upper and lower case are the same."""
    _, _, tag = address.rpartition("@")[0].partition("+")
    if not _ADDRESS_TOKEN.fullmatch(tag):
        return None
    payload = keyring.find_payload("address", _unbase32(tag[1:]))
    if payload is None or len(payload) != 9:
        return None
    role, number = _unpack_case(payload[:5])
    return SignedAddress(role=role, number=number, subject_id=int.from_bytes(payload[5:], "big"))


def make_message_id(keyring: Keyring, domain: str, number: str, role: Role) -> str:
    """A Message-ID of ours for a mail of this case to this role; every call makes another."""
    return _message_id(keyring, domain, _pack_case(role, number) + secrets.token_bytes(_NONCE_OCTETS))


def make_anchor(keyring: Keyring, domain: str, number: str, role: Role) -> str:
    """The id that every mail of this case to this role refers to; the same at every call until keys rotate."""
    return _message_id(keyring, domain, _pack_case(role, number) + bytes(_NONCE_OCTETS))


def find_message_id(keyring: Keyring, message_id: str) -> tuple[str, Role] | None:
    """The case number and role of a Message-ID or an anchor of ours, None for any other; relays may change its case."""
    match = _MESSAGE_ID.fullmatch(message_id.strip())
    payload = keyring.find_payload("message-id", _unbase32(match.group(1)[1:])) if match else None
    if payload is None or len(payload) != 13:
        return None
    role, number = _unpack_case(payload[:5])
    return number, role


def has_form_of_ours(text: str) -> bool:
    """Whether an address or Message-ID looks as if we had made it, with whichever key: it is nobody's own."""
    tag = text.rpartition("@")[0].partition("+")[2]
    return bool(_ADDRESS_TOKEN.fullmatch(tag) or _MESSAGE_ID.fullmatch(text.strip()))


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def _mac(secret: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.new(secret, f"casepost {VERSION} {purpose}\0".encode() + body, hashlib.sha256).digest()[:MAC_OCTETS]


def _message_id(keyring: Keyring, domain: str, payload: bytes) -> str:
    return f"<{VERSION}{_base32(keyring.sign('message-id', payload))}@{domain}>"


def _pack_case(role: Role, number: str) -> bytes:
    return ((role << 36) | int(number)).to_bytes(5, "big")


def _unpack_case(packed: bytes) -> tuple[Role, str]:
    value = int.from_bytes(packed, "big")
    return Role(value >> 36), f"{value & ((1 << 36) - 1):010d}"


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()


def _unbase32(text: str) -> bytes:
    # A length that base32 cannot have, or spare bits that are not 0, is a forgery like any other: no octets, no key.
    try:
        octets = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return b""
    return octets if _base32(octets) == text.lower() else b""
