"""DKIM (RFC 6376) by dkimpy, with what it leaves open decided here.

dkimpy takes l=, RSA with SHA-1, signatures that leave From out, expired ones (for ten hours) and keys of any length and
flag. It takes quadratic time for a body of blanks. So the tags, the body's hash and the key are looked at here, and
dkimpy is asked for what is left: whether the signature over the header fits the key.
"""

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from ingest.identity.answers import DnsTrouble
from ingest.identity.bodies import Bodies
from ingest.identity.coverage import find_uncovered, signed_names
from ingest.identity.domains import ascii_domain, is_aligned
from ingest.identity.fields import Block
from ingest.identity.lookups import Lookups

_ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}  # RFC 8301 has withdrawn SHA-1
_MIN_RSA_BITS = 1024  # RFC 8301 section 3.2
_MAX_KEY_OCTETS = 1_500  # base64 of 8192 bits; a longer one would cost seconds of arithmetic
_MAX_SIGNATURES = 10
_MAX_CHECKED = 5
_MAX_FIELD_OCTETS = 8_192
_MAX_NAMES = 150
_LONG_BLANK = re.compile(rb"\s{100}")  # dkimpy's patterns take quadratic time on them; nobody writes them
_SELECTOR = re.compile(rb"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,200}[A-Za-z0-9_])?")
_CLOCK_SECONDS = 36_000.0  # what dkimpy allows to senders whose clock is wrong, or in local time
_NUMBER = re.compile(rb"[0-9]{1,12}")

SILENT = logging.getLogger("ingest.identity.dkim")
"""For dkimpy, which logs what strangers write."""
SILENT.disabled = True

Tags = Mapping[bytes, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What an aligned signature comes to. `counts`: it proves the author; else `why_not`.

    `excuses`: it is good and still does not prove (it is over less than the mail, or its key is in testing), so the
    author's DMARC policy must not make a fail of it.
    """

    domain: str
    counts: bool = False
    excuses: bool = False
    why_not: str = ""


class Signer(dkim.DKIM):  # type: ignore[misc]  # dkimpy has no types
    """dkimpy's verifier on fields that were split here, for bodies that were hashed here."""

    def __init__(self, block: Block) -> None:
        super().__init__(logger=SILENT, minkey=_MIN_RSA_BITS)
        self.headers = [[name, value] for name, value in block.fields]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail as signatures are checked on it, and when it came."""

    block: Block
    bodies: Bodies
    received_at: datetime


def check_signatures(letter: Letter, author: str, *, strict: bool, lookups: Lookups) -> tuple[Signed, ...]:
    """Check the signatures by domains that are aligned with the author's ASCII domain; others prove nothing here.

    Stops at the first one that counts. `strict`: aligned is the very domain only (adkim=s).
    """
    found: list[Signed] = []
    for field in [one for one in letter.block.fields if one[0].lower() == b"dkim-signature"][:_MAX_SIGNATURES]:
        tags = parse_signature(field[1])
        domain = find_signer(tags)
        if tags is None or domain is None or not is_aligned(domain, author, strict=strict):
            continue
        found.append(_check(letter, field, tags, domain, lookups))
        if found[-1].counts or len(found) >= _MAX_CHECKED:
            break
    return tuple(found)


def parse_signature(value: bytes) -> Tags | None:
    """The tags of a signature, or None for one that is no use or could cost too much."""
    if is_costly(value):
        return None
    try:
        tags: Tags = parse_tag_value(value)
    except InvalidTagValueList:
        return None
    return tags


def is_costly(value: bytes) -> bool:
    """Whether a field could keep dkimpy's patterns busy for seconds."""
    return len(value) > _MAX_FIELD_OCTETS or _LONG_BLANK.search(value) is not None


def find_signer(tags: Tags | None) -> str | None:
    """The ASCII domain that has signed (d=)."""
    return ascii_domain(tags.get(b"d", b"").decode("ascii", "replace")) if tags else None


def find_weakness(tags: Tags, received_at: datetime) -> str:
    """Why a signature does not count whatever its key says, or ""."""
    names = signed_names(tags)
    if b"l" in tags:
        return "signs a part of the body only (l=)"
    if tags.get(b"a") not in _ALGORITHMS:
        return "algorithm"
    if b"from" not in names or len(names) > _MAX_NAMES or not _SELECTOR.fullmatch(tags.get(b"s", b"")):
        return "tags"
    if b"x" in tags and not _seconds(tags[b"x"]) >= received_at.timestamp():
        return "expired"
    if b"t" in tags and not _seconds(tags[b"t"]) <= received_at.timestamp() + _CLOCK_SECONDS:
        return "signed in the future"
    return ""


def _seconds(text: bytes) -> float:
    """A point in time; what is no number is neither before nor after anything."""
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def _check(letter: Letter, field: tuple[bytes, bytes], tags: Tags, domain: str, lookups: Lookups) -> Signed:
    weakness = find_weakness(tags, letter.received_at)
    signer, identity = tags[b"d"].lower(), tags.get(b"i", b"@" + tags[b"d"]).lower()
    if tags.get(b"v") != b"1" or not identity.endswith((b"@" + signer, b"." + signer)):
        weakness = "tags"
    if not weakness and not letter.bodies.fits(tags):
        weakness = "the body was changed"
    if weakness:
        return Signed(domain=domain, why_not=weakness)
    key = Key(lookups, tags)
    # Without bh= dkimpy does not hash the body again, which has been done.
    asked = {name: value for name, value in tags.items() if name != b"bh"}
    try:
        good = Signer(letter.block).verify_sig(asked, signed_names(tags), field, key.find)
    except Exception:  # noqa: BLE001  dkimpy raises whatever a hostile key or signature provokes
        good = False
    if not good:
        return Signed(domain=domain, why_not=key.why_not or "the signature does not fit")
    uncovered = find_uncovered(letter.block, signed_names(tags))
    why_not = f"{uncovered} is not signed" if uncovered else key.why_not
    return Signed(domain=domain, counts=not why_not, excuses=bool(why_not), why_not=why_not)


class Key:
    """A public key of the DNS, looked up for dkimpy and looked at before it is used."""

    def __init__(self, lookups: Lookups, tags: Tags) -> None:
        self._lookups = lookups
        self._tags = tags
        self.why_not = ""

    def find(self, name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG002  dkimpy's signature of dnsfunc
        """The record, or None. `why_not` may be set for a key that fits and still does not count."""
        try:
            records = self._lookups.find_texts(name.decode("ascii"))
        except DnsTrouble:
            self.why_not = "the key could not be looked up"
            return None
        keys = [one for one in records if re.search(rb"(?:^|;)\s{0,10}p\s{0,10}=", one)]
        if len(keys) != 1:
            self.why_not = "no key" if not keys else "several keys"
            return None
        try:
            tags: Tags = parse_tag_value(keys[0])
        except InvalidTagValueList:
            tags = {}
        self.why_not = self._find_fault(tags)
        # dkimpy stumbles over a list of services, so it is shown no more than it needs.
        known = self.why_not in ("", _TESTING)
        return b"k=" + tags.get(b"k", b"rsa") + b"; p=" + tags[b"p"] if known else None

    def _find_fault(self, tags: Tags) -> str:
        flags = [one.strip() for one in tags.get(b"t", b"").split(b":")]
        services = [one.strip() for one in tags.get(b"s", b"*").split(b":")]
        hashes = [one.strip() for one in tags.get(b"h", b"sha256").split(b":")]
        # In ARC i= is a number and no identity.
        _, at, identity = self._tags.get(b"i", b"").rpartition(b"@")
        if not tags.get(b"p") or tags.get(b"v", b"DKIM1") != b"DKIM1":
            return "the key was revoked or is none"
        if len(tags[b"p"]) > _MAX_KEY_OCTETS or tags.get(b"k", b"rsa") != _ALGORITHMS.get(self._tags[b"a"]):
            return "key"
        if b"sha256" not in hashes or not {b"*", b"email"} & set(services):
            return "the key is for something else"
        if b"s" in flags and at and identity.lower() != self._tags[b"d"].lower():
            return "the key is not for subdomains"
        return _TESTING if b"y" in flags else ""


_TESTING = "the key is in testing (t=y)"  # RFC 6376 section 3.6.1: as good as unsigned
