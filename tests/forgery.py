"""Forged references: what an attacker who has seen real ones can make of them without a key."""

import base64
import random
from collections.abc import Iterator

from cases.reference import (
    Key,
    Keyring,
    Role,
    SignedAddress,
    find_address,
    find_message_id,
    make_address,
    make_message_id,
    make_number,
)

QUEUE = "support@casepost.example"
RING = Keyring([Key(id=1, secret=b"1" * 32, revoked=True), Key(id=2, secret=b"2" * 32), Key(id=3, secret=b"3" * 32)])
_STRANGERS = (
    Keyring([Key(id=1, secret=b"1" * 32)]),  # a key that is revoked
    Keyring([Key(id=3, secret=b"2" * 32)]),  # an old key's secret under the new one's id
    Keyring([Key(id=3, secret=b"x" * 32)]),  # another installation
    Keyring([Key(id=77, secret=b"3" * 32)]),  # a key id that is not known
)
_ROLES = tuple(Role)


def count_accepted(count: int, *, seed: int) -> tuple[int, int]:
    """How many of `count` forgeries are believed, and how many of as many real references are (all should be)."""
    chance = random.Random(seed)
    accepted = sum(is_believed(one) for one, _ in zip(make_forgeries(chance), range(count), strict=False))
    real = sum(is_believed(_real(chance)) for _ in range(count))
    return accepted, real


def is_believed(reference: str) -> bool:
    """Whether an address or a Message-ID is taken for one of ours."""
    found = find_message_id(RING, reference) if reference.startswith("<") else find_address(RING, reference)
    return found is not None


def make_forgeries(chance: random.Random) -> Iterator[str]:
    """Forgeries without end: flipped bits, swapped cases and roles, keys that are gone, MACs of other references."""
    makers = (_flip_bits, _swap_body, _strange_key, _guess_mac, _other_purpose)
    while True:
        yield chance.choice(makers)(chance)


def _real(chance: random.Random, ring: Keyring = RING) -> str:
    number, role = make_number(), chance.choice(_ROLES)
    if chance.random() < 0.5:
        return make_message_id(ring, "casepost.example", number, role)
    return make_address(ring, QUEUE, SignedAddress(role=role, number=number, subject_id=chance.randrange(2**32)))


def split(reference: str) -> tuple[str, bytes, str]:
    """What stands before the token, the octets of the token, and what stands behind it."""
    local, _, behind = reference.rpartition("@")
    before, _, token = local.rpartition("<" if local.startswith("<") else "+")
    mark = "<" if local.startswith("<") else f"{before}+"
    padded = token[1:].upper() + "=" * (-len(token[1:]) % 8)
    return mark, base64.b32decode(padded), f"@{behind}"


def join(before: str, octets: bytes, behind: str) -> str:
    """A reference of these pieces."""
    return f"{before}a{base64.b32encode(octets).decode().rstrip('=').lower()}{behind}"


def _flip_bits(chance: random.Random) -> str:
    before, octets, behind = split(_real(chance))
    changed = bytearray(octets)
    for bit in chance.sample(range(len(octets) * 8), chance.randint(1, 3)):
        changed[bit // 8] ^= 1 << bit % 8
    return join(before, bytes(changed), behind)


def _swap_body(chance: random.Random) -> str:
    """Key, role, case and subject of one real reference, the MAC of another."""
    one = _real(chance)
    while True:
        other = _real(chance)
        if one.startswith("<") == other.startswith("<"):
            before, octets, behind = split(one)
            return join(before, octets[:-16] + split(other)[1][-16:], behind)


def _strange_key(chance: random.Random) -> str:
    return _real(chance, chance.choice(_STRANGERS))


def _guess_mac(chance: random.Random) -> str:
    before, octets, behind = split(_real(chance))
    return join(before, octets[:-16] + chance.randbytes(16), behind)


def _other_purpose(chance: random.Random) -> str:
    """The token of a Message-ID as an address, and the other way round; cut and filled up to the right length."""
    before, octets, behind = split(_real(chance))
    if before == "<":
        return join("support+", octets[:10] + octets[-16:], behind)
    return join("<", octets[:10] + bytes(4) + octets[-16:], behind)
