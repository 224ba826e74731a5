"""What becomes of a mail in its mailbox once it is in the ledger: moved, marked as read, or deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.imap.folder import Folder


class Fate(StrEnum):
    """The three."""

    MOVE = "move"
    SEEN = "seen"
    DELETE = "delete"


@dataclass(frozen=True, kw_only=True, slots=True)
class After:
    """A fate; `folder` is where to, for MOVE."""

    fate: Fate
    folder: str = ""


def parse_after(text: str) -> After:
    """Read "move:FOLDER", "seen" or "delete"; ValueError for anything else."""
    fate, _, folder = text.partition(":")
    return After(fate=Fate(fate), folder=folder)


def settle(folder: Folder, uids: Sequence[int], after: After) -> None:
    """Do it to these mails; nothing that may not be done twice. Raises ConnectionLost, Refused."""
    if not uids:
        return
    if after.fate is Fate.MOVE:
        folder.move(uids, after.folder)
    elif after.fate is Fate.SEEN:
        folder.mark_seen(uids)
    else:
        folder.delete(uids)
