"""Values that many tests of cases begin with: a queue, a mail as read, a case, and what the store knows of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cases.address import fold_address
from cases.mail import Address, Mail
from cases.model import CaseState, Queue, Status
from cases.reference import Key, Keyring, Role, SignedAddress, make_address
from ingest.evidence import Envelope, find_evidence
from ingest.question import Question
from store.lookup import CaseFacts, Known
from store.people import User

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Berlin
RING = Keyring([Key(id=1, secret=b"k" * 32)])
SELLER = "jan@petersen.example"
AGENT = "ada@office.example"
NUMBER = "4821773099"
OTHER = "1000000005"
SUPPORT = Queue(
    id=1,
    name="support",
    address="support@casepost.example",
    language="en",
    country="DE",
    timezone="Europe/Berlin",
    hours="Mon-Fri 09:00-18:00",
)
RETURNS = Queue(
    id=2,
    name="returns",
    address="returns@casepost.example",
    language="de",
    country="DE",
    timezone="Europe/Berlin",
    hours="Mon-Fri 09:00-18:00",
)
ADA = User(id=5, name="Ada", role="agent", addresses=(AGENT, "ada@home.example"), queue_ids=(1,))


def make_mail(*, author: str | None = SELLER, **values: Any) -> Mail:
    """A mail as read, from the seller unless something else is said."""
    sender = Address(name="Jan", address=author) if author is not None else None
    given: dict[str, Any] = {
        "fingerprint": "f" * 64,
        "reader_version": 1,
        "message_id": "<1@client.example>",
        "subject": "Where is my money?",
        "sender": sender,
        "author": sender,
        "to": (Address(address=SUPPORT.address),),
        "date": NOW,
        "language": "en",
        "topic": "payments",
        "text": "Hello",
        "reply_text": "Hello",
    }
    return Mail(**(given | values))


def make_facts(
    number: str = NUMBER,
    *,
    status: Status = Status.OPEN,
    subject: str = "Where is my money?",
    participants: Sequence[str] = (SELLER,),
    closed_at: datetime | None = None,
    last_word_at: datetime = NOW - timedelta(days=1),
    spoke: Sequence[int] = (1,),
    left: Sequence[str] = (),
    subjects: Sequence[str] = (),
) -> CaseFacts:
    """What is known of a case; participant ids count from 1, and the first has written."""
    return CaseFacts(
        state=CaseState(
            id=int(number[:4]),
            number=number,
            subject=subject,
            status=status,
            queue_id=1,
            version=3,
            updated_at=last_word_at,
            closed_at=closed_at,
        ),
        participants={fold_address(one): position for position, one in enumerate(participants, start=1)},
        last_word_at=last_word_at,
        spoke=frozenset(spoke),
        left=frozenset(map(fold_address, left)),
        subjects=tuple(subjects),
    )


def make_known(
    cases: Mapping[str, CaseFacts] | None = None,
    *,
    ids: Mapping[str, str] | None = None,
    users: Sequence[User] = (ADA,),
    referred: Mapping[str, str] | None = None,
    **values: Any,
) -> Known:
    """What the store knows; the one case unless others are given."""
    return Known(
        queues=(SUPPORT, RETURNS),
        cases={NUMBER: make_facts()} if cases is None else cases,
        numbers_of_ids={one: (number,) for one, number in (ids or {}).items()},
        numbers_of_referred={one: (number,) for one, number in (referred or {}).items()},
        users={user.id: user for user in users},
        staff={fold_address(address): user for user in users for address in user.addresses},
        **values,
    )


def signed_address(role: Role = Role.SELLER, number: str = NUMBER, subject_id: int = 1) -> str:
    """A signed address of the support queue."""
    return make_address(RING, SUPPORT.address, SignedAddress(role=role, number=number, subject_id=subject_id))


def ask(
    mail: Mail,
    *recipients: str,
    known: Known | None = None,
    sender: str | None = SELLER,
    **values: Any,
) -> Question:
    """The question that a mail with this envelope puts to `decide`."""
    envelope = Envelope(sender=sender, recipients=recipients or (SUPPORT.address,))
    return Question(
        mail=mail,
        envelope=envelope,
        evidence=find_evidence(mail, envelope, RING),
        known=known or make_known(),
        ledger_id=17,
        key="k" * 64,
        now=NOW,
        **values,
    )
