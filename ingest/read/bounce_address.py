"""Addresses and status codes as bounces spell them: in brackets, behind `rfc822;` or `SMTP:`, beside a reply code."""

import re

# Latin, Greek and Cyrillic letters; Japanese and Chinese words stand right beside an address, with no blank between.
_LETTERS = "A-Za-z0-9\u00a1-\u02ff\u0370-\u04ff"
# No quote, bracket or "=" before it: mail systems write 'a@b', [a@b], SMTP=a@b; and no start in the middle of a word.
_ADDRESS = re.compile(
    rf"(?<![{_LETTERS}_.+=-])(?:(?:smtp|mailto|rfc822|to)[=:;] ?)?"
    rf"(?P<local>[{_LETTERS}!#$%&+/?^_`~-][{_LETTERS}!#$%&'*+/=?^_`~.-]{{0,63}})@"
    rf"(?P<domain>[{_LETTERS}](?:[{_LETTERS}_-]|\.(?=[{_LETTERS}])){{0,252}})",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\w.:])#?([245]\.\d{1,3}\.\d{1,3})(?![\w.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\w.:/-])([45])[0-5]\d(?=[ :\-]|\Z)(?! ?(?:KB|MB|bytes|px|days|hours|minutes))")
_MAX_ADDRESS = 254


def find_addresses(text: str) -> list[str]:
    """All addresses of a text in order, each once, lower-cased in the domain only. The text is to be capped."""
    out: dict[str, str] = {}
    for found in _ADDRESS.finditer(text):
        address = f"{found['local']}@{found['domain'].lower()}"
        # "dav...@old.example" is how archives hide an address; one dot at the end is real (old Japanese mobile mail).
        if len(address) <= _MAX_ADDRESS and "." in found["domain"] and "..." not in found["local"]:
            out.setdefault(address.lower(), address)
    return list(out.values())


def find_address(text: str) -> str | None:
    """The first address of a text, None without one."""
    return next(iter(find_addresses(text)), None)


def find_address_at_start(line: str) -> str | None:
    """The address with which a line begins, behind bullets and brackets, or None."""
    found = _ADDRESS.search(line[:400])
    if found is None or line[: found.start()].strip(" \t<>[]()*•·-–—\"'“”„«»:|\u3000"):
        return None
    return find_address(line[: found.end() + 1])


def find_status(text: str) -> str:
    """The first enhanced status code (RFC 3463), or "" where there is none. Parts of IP addresses are none."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def find_reply_class(text: str) -> str:
    """ "5" or "4" of the first SMTP reply code (RFC 5321 section 4.2), or ""."""
    found = _REPLY_CODE.search(text)
    return found[1] if found else ""
