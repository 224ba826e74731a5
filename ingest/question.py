"""What a decision is made from, and the plainest answer to it."""

from dataclasses import dataclass
from datetime import datetime

from cases.change import Change, Disposition
from cases.mail import Mail
from cases.model import Outcome
from ingest.evidence import Envelope, Evidence
from store.lookup import Known


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A mail, how it came, and what the store knows of the references in it.

    `key` tells this mail apart from all others; `failed` is a failed authentication of its author;
    `from_archive`: it was imported, and may be years old; `bounced_number`: the case of the mail of ours
    that a delivery report is about.
    """

    mail: Mail
    envelope: Envelope
    evidence: Evidence
    known: Known
    ledger_id: int
    key: str
    now: datetime
    failed: bool = False
    from_archive: bool = False

    bounced_number: str | None = None

    @property
    def author(self) -> str:
        """The author for the record; what From shows when there is no one author."""
        if self.mail.author is not None:
            return self.mail.author.address
        return f"{self.mail.sender.address} (not certain)" if self.mail.sender else "nobody"


def book(question: Question, *, outcome: Outcome, reason: str) -> Change:
    """A change that only books the mail with its final word; what happens to a case is added by the caller."""
    return Change(
        actor=question.author,
        at=question.now,
        disposition=Disposition(
            ledger_id=question.ledger_id,
            outcome=outcome,
            reason=reason,
            key=question.key,
            strength=question.evidence.strength,
        ),
    )
