"""What looks like an identifier and is none: the insides of links, addresses, hashes, UUIDs and our own case tags.

They are overwritten before the search, character for character. Links are handed out, because some kinds have a form of
their own there (`/dp/B0…`, `orderId=…`).
"""

import re
from collections.abc import Iterator

FILLER = "\x1a"
_LINK = re.compile(
    r"(?i:h(?<![a-z].)(?:ttps?)://|w(?<![a-z0-9.].)ww\.)[^\s<>\"'«»“”„(){}|、。，；「」『』\u3000-\u30ff\u4e00-\u9fff\x1a]{1,2000}+"
)
_SPECIAL_LINK = re.compile(r"c(?<![A-Za-z].)id:[^\s<>\"')]{1,300}+")
_NOISE = re.compile(
    # Our own case tags, also with a wrong check digit: they are references of this system.
    r"[0-9a-fA-F](?:(?<=C)(?<![0-9A-Za-z].)P-\d{6,14}(?![0-9])"
    r"|(?<![0-9A-Za-z-].)(?:[0-9a-fA-F]{7}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    r"|(?=[0-9]{0,63}[a-fA-F])[0-9a-fA-F]{31,127}+(?![0-9A-Za-z])))"
)
_BEFORE_AT = re.compile(r"[^\s<>\"(),;:\[\]\x1a]{1,300}+")
_AFTER_AT = re.compile(r"[^\s<>\"(),;\[\]\x1a]{1,300}+")
_MAX_ADDRESSES = 2_000
_ADDRESS_REACH = 300


def strip_links(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with links and addresses overwritten by FILLER, of the same length, and the links that were in it."""
    links: list[str] = []

    def blank_link(match: "re.Match[str]") -> str:
        links.append(match[0])
        return FILLER * len(match[0])

    if "://" in text or "www." in text or "WWW." in text:
        text = _LINK.sub(blank_link, text)
    if "cid:" in text:
        text = _SPECIAL_LINK.sub(_blank, text)
    if "@" in text:
        text = _strip_addresses(text)
    return text, tuple(links)


def strip_lookalikes(text: str) -> str:
    """The text with UUIDs, hashes and our own case tags overwritten by FILLER, of the same length."""
    return _NOISE.sub(_blank, text)


def _blank(match: "re.Match[str]") -> str:
    return FILLER * len(match[0])


def _strip_addresses(text: str) -> str:
    """Mail addresses and Message-IDs overwritten: neither the part before the @ nor the one behind holds a value."""
    pieces: list[str] = []
    done = 0
    for start, end in _find_addresses(text):
        if start >= done:
            pieces += (text[done:start], FILLER * (end - start))
            done = end
    return "".join((*pieces, text[done:]))


def _find_addresses(text: str) -> Iterator[tuple[int, int]]:
    at = -1
    for _ in range(_MAX_ADDRESSES):
        at = text.find("@", at + 1)
        if at < 0:
            return
        before = _BEFORE_AT.match(text[max(0, at - _ADDRESS_REACH) : at][::-1])
        after = _AFTER_AT.match(text, at + 1)
        if before and after:
            yield at - before.end(), after.end()
            at = after.end() - 1
