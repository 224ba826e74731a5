"""What a decision is made from, and the plainest answer to it."""

from dataclasses import dataclass
from datetime import datetime

from cases.change import Change, Disposition
from cases.identity import UNKNOWN, Identity
from cases.mail import Mail
from cases.model import Outcome
from ingest.evidence import Envelope, Evidence
from store.bounces import SentMail
from store.junk_list import NO_JUNK_FACTS, JunkFacts
from store.lookup import Known
from store.people import find_queue
from store.staff_lookup import NOT_STAFF, StaffFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A mail, how it came, and what the store knows of the references in it.

    `key` tells this mail apart from all others; `identity` is how far its author is proved;
    `from_archive`: it was imported, and may be years old; `reported`: the mail of ours that a
    delivery report is about; `junk`: what makes it junk or not; `relay_domains` are marketplaces',
    where the whole address is the person.

    Of agents' mail: `staff` is known only where it came to an agent's signed address; `templates` are those an agent
    may send by name; `agents_need_pass`: their mail has to be proved by its domain; `agent_signatures`: the block
    under an agent's name goes on to the seller.
    """

    mail: Mail
    envelope: Envelope
    evidence: Evidence
    known: Known
    ledger_id: int
    key: str
    now: datetime
    identity: Identity = UNKNOWN
    from_archive: bool = False
    reported: SentMail | None = None
    relay_domains: frozenset[str] = frozenset()
    staff: StaffFacts = NOT_STAFF
    templates: frozenset[str] = frozenset()
    agents_need_pass: bool = False
    agent_signatures: bool = False
    junk: JunkFacts = NO_JUNK_FACTS

    @property
    def failed(self) -> bool:
        """Whether somebody else wrote it than From says."""
        return self.identity.failed

    @property
    def author(self) -> str:
        """The author for the record; what From shows when there is no one author."""
        if self.mail.author is not None:
            return self.mail.author.address
        return f"{self.mail.sender.address} (not certain)" if self.mail.sender else "nobody"


def book(question: Question, *, outcome: Outcome, reason: str) -> Change:
    """A change that only books the mail with its final word; what happens to a case is added by the caller."""
    found = (find_queue(question.known.queues, one) for one in question.envelope.recipients)
    return Change(
        actor=question.author,
        at=question.now,
        disposition=Disposition(
            ledger_id=question.ledger_id,
            outcome=outcome,
            reason=reason,
            key=question.key,
            strength=question.evidence.strength,
            queues=tuple(dict.fromkeys(queue.name for queue in found if queue is not None)),
        ),
    )
