"""How a mail is sealed, by what was noted of it while it was read: agents are told, since nothing is verified here."""

from collections.abc import Sequence
from enum import StrEnum

# How the notes begin that `ingest/read/sealed.py` makes.
_ENCRYPTED = ("encrypted with ",)
_SIGNED = ("signed: ", "signed with ")


class Seal(StrEnum):
    """What a person must know who reads the mail."""

    NONE = ""
    SIGNED = "signed"
    ENCRYPTED = "encrypted"


def find_seal(defects: Sequence[str]) -> Seal:
    """The seal of a mail with these notes; encrypted counts more."""
    if any(note.startswith(_ENCRYPTED) for note in defects):
        return Seal.ENCRYPTED
    return Seal.SIGNED if any(note.startswith(_SIGNED) for note in defects) else Seal.NONE
