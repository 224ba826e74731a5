"""What an SMTP server said, made fit to be kept and shown: one line, no secrets."""

import base64
import re

from responder.outcome import Failed

_LONGEST = 500
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]+")


class Redactor:
    """Takes a password out of a text, also in the forms it has in AUTH: some servers say back what they were sent."""

    def __init__(self, user: str, password: str) -> None:
        spoken = (password, f"\0{user}\0{password}")
        encoded = (base64.b64encode(text.encode()).decode() for text in spoken)
        self._secrets = sorted({password, *encoded}, key=len, reverse=True) if password else []

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "•••")
        return text


def one_line(text: str) -> str:
    """Put a reply of several lines on one, without controls, at most 500 characters."""
    return _UNPRINTABLE.sub(" ", text).strip()[:_LONGEST]


def make_failure(code: int, reply: str, *, temporary: bool, way_down: bool = False, about: str = "") -> Failed:
    """Make a Failed of a reply, which may begin with an enhanced status code (RFC 2034); `about` is put before it."""
    found = _ENHANCED.match(reply)
    return Failed(
        temporary=temporary,
        code=code if code > 0 else None,
        enhanced=found[1] if found else "",
        text=one_line(about + reply),
        way_down=way_down,
    )
