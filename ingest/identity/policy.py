"""DMARC records (RFC 7489 section 6.3, with the t= and np= of DMARCbis): text to policy, pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

_MAX_OCTETS = 4096
_VERSION = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")  # the value is case-sensitive, the record begins with it


class Wish(StrEnum):
    """What a domain asks to be done with mail that fails."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A record: wishes for the domain itself, its subdomains and those that do not exist; modes of alignment."""

    own: Wish
    sub: Wish
    missing: Wish
    strict_dkim: bool
    strict_spf: bool

    @property
    def asks_of_missing(self) -> bool:
        """Whether it matters if a subdomain exists at all."""
        return self.missing is not self.sub


def parse_policy(records: tuple[bytes, ...]) -> Policy | None:
    """The policy of the TXT records at one name; None without exactly one DMARC record (RFC 7489 section 6.6.3)."""
    texts = [one.decode("utf-8", "replace") for one in records if len(one) <= _MAX_OCTETS]
    found = [text for text in texts if _VERSION.match(text)]
    if len(found) != 1:
        return None
    tags: dict[str, str] = {}
    for pair in found[0].split(";"):
        name, sign, value = pair.partition("=")
        if sign:
            tags.setdefault(name.strip().lower(), value.strip().lower())
    own = _wish(tags.get("p"), Wish.NONE)
    sub = _wish(tags.get("sp"), own)
    missing = _wish(tags.get("np"), sub)
    # DMARCbis: t=y asks for one step less. pct=0 said the same before; any other pct is a sample and says nothing.
    if tags.get("t") == "y" or tags.get("pct") == "0":
        own, sub, missing = _STEP_DOWN[own], _STEP_DOWN[sub], _STEP_DOWN[missing]
    return Policy(
        own=own,
        sub=sub,
        missing=missing,
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )


_STEP_DOWN = {Wish.REJECT: Wish.QUARANTINE, Wish.QUARANTINE: Wish.NONE, Wish.NONE: Wish.NONE}


def _wish(text: str | None, otherwise: Wish) -> Wish:
    """A wish; one that is misspelt asks for nothing (RFC 7489 section 6.6.3 step 6)."""
    if text is None:
        return otherwise
    return Wish(text) if text in set(Wish) else Wish.NONE
