"""The question to those who look at pictures, and their answer. Nothing of text recognition is needed to ask."""

import msgspec

from cases.mail import Identifier


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A question: which of the files of a mail to look at, and what the case knows already.

    After so many `seconds` no further page is begun: what was seen until then is the answer.
    """

    raw: bytes
    path: str
    language: str | None = None
    known: tuple[tuple[str, str], ...] = ()
    tesseract: str | None = None
    seconds: float = 20.0


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: the text as it was recognised, and the identifiers in it."""

    text: str = ""
    identifiers: tuple[Identifier, ...] = ()
    defects: tuple[str, ...] = ()
