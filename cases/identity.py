"""How far the author of a mail is proved: the value that checks of SPF, DKIM, DMARC and ARC come to."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`fail`: the author's domain says that this mail is not by it; `none`: nothing is known either way."""

    PASS = "pass"  # noqa: S105  a verdict, no secret
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The verdict, and the line for the record that says what it rests on ("dmarc=pass (dkim d=shop.example)")."""

    verdict: Verdict = Verdict.NONE
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the author is somebody else than From says."""
        return self.verdict is Verdict.FAIL

    @property
    def passed(self) -> bool:
        """Whether the author's domain stands for this mail."""
        return self.verdict is Verdict.PASS


UNKNOWN = Identity()
