"""What verification says: which row, what is wrong with it, what to do; and what all its checks share."""

from collections.abc import Callable
from dataclasses import dataclass

Advance = Callable[[], None]
_RESTORE = "compare with a backup (`casepost restore` into an empty folder); nothing the program does leaves this"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One fault: the table, the row by its key, what is wrong, and what to do."""

    table: str
    row: str
    says: str
    mend: str = _RESTORE


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The end of the chain of events at some time: to be kept elsewhere, where who alters the database cannot."""

    position: int
    hash: str

    def __str__(self) -> str:
        """As it is printed and given to `--expect`."""
        return f"{self.position}:{self.hash}"


def believed(look: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings that are there a second time too: two databases are read one after the other, while both change."""
    found = look()
    return [one for one in found if one in again] if found and (again := look()) else []
