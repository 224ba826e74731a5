"""Domain names: their ASCII form, the organisation they belong to, and alignment (RFC 7489 section 3.1).

Organisations are told by the public suffix list and not by the tree walk of DMARCbis: alignment must be the same
with and without DNS, and must not cost an attacker's domain eight lookups a mail.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def ascii_domain(domain: str) -> str | None:
    """The lower-case ASCII form of a domain of two labels at least, or None if it is none.

    IDNA 2003 makes "ss" of "ß", which is somebody else's domain: a name that does not come back as it was is refused.
    """
    text = domain.lower()
    if not text.isascii():
        try:
            encoded = text.encode("idna").decode("ascii")
            if encoded.encode("ascii").decode("idna") != text:
                return None
        except (UnicodeError, ValueError):
            return None
        text = encoded
    return text if len(text) <= 253 and _DOMAIN.fullmatch(text) else None


def address_domain(address: str) -> str | None:
    """The ASCII domain of an address or of a bare domain ("x@a.example", "@a.example", "a.example")."""
    return ascii_domain(address.rpartition("@")[2].strip("<> "))


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def find_organisation(domain: str) -> str | None:
    """The domain that was registered (RFC 7489 section 3.2); None for a public suffix such as "co.uk"."""
    return _suffixes().privatesuffix(domain)


def is_aligned(domain: str, author: str, *, strict: bool = False) -> bool:
    """Whether what is proved for `domain` is proved for `author`'s domain; both in ASCII form."""
    if domain == author:
        return True
    organisation = None if strict else find_organisation(author)
    return organisation is not None and organisation == find_organisation(domain)
