"""A change of a case, decided and not yet done: what `store.apply` takes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cases.identity import UNKNOWN, Identity
from cases.mail import Address, Identifier, Mail
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Strength
from cases.undelivered import Undelivered


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step of a decision: what was looked for, whether it was found, and what that meant."""

    step: str
    hit: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a new case starts with. `copied` become participants beside the requester."""

    queue_id: int
    subject: str
    topic: str
    priority: Priority
    language: str | None
    requester: Address
    reply_address: str
    copied: tuple[Address, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMessage:
    """A message of a case: a mail as read, or words that came another way."""

    direction: Direction
    kind: MessageKind
    mail: Mail
    text: str
    ledger_id: int | None = None
    participant_id: int | None = None
    user_id: int | None = None
    identity: Identity = UNKNOWN
    unconfirmed: bool = False
    why: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Disposition:
    """The final word for a mail of the ledger; `key` tells same mails apart, `queues` names those it was sent to."""

    ledger_id: int
    outcome: Outcome
    reason: str
    key: str
    strength: Strength
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Values an agent or operator sets; None leaves one as it is.

    `wait`: an ISO 8601 duration after which the wait that goes on is reminded of, "" leaves that as it is.
    `unassign`: nobody has the case any more, so all agents of its queue do.
    """

    assignee_id: int | None = None
    queue_id: int | None = None
    priority: Priority | None = None
    topic: str | None = None
    wait: str = ""
    add_tags: tuple[str, ...] = ()
    unassign: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Who takes part from now on, beside those who do already, and who (by address) does so no longer.

    `confirm`: somebody of the staff says so, which also ends a hold after bounces and makes an unconfirmed word one
    of the case; without it they were copied by somebody who takes part.
    """

    add: tuple[Address, ...] = ()
    remove: tuple[str, ...] = ()
    confirm: bool = False


class Held(StrEnum):
    """What becomes of the answers of a member of staff that are held in a case."""

    STAYS = "stays"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Splitting:
    """These messages leave the case with this id, for the new one of the `opening`.

    Without messages, the case that was merged into another is a case of its own again, with what was its own.
    """

    from_case_id: int | None = None
    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """What a file of a message shows, seen some time after the message was read; it replaces what was seen before."""

    message_id: int
    path: str
    identifiers: tuple[Identifier, ...]
    reader_version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rereading:
    """A message of the case as today's reader reads its raw mail."""

    message_id: int
    mail: Mail


@dataclass(frozen=True, kw_only=True, slots=True)
class Junked:
    """A mail that is set aside: who wrote it, about what, and why it is junk."""

    author: str
    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Everything that one mail, command or tick does to one case, in one transaction.

    `case_id` is None together with `opening` for a new case, and without it for a mail that belongs to no
    case. `merge_into`: this case goes into the one with that number, by MERGED; `splitting` undoes that, or opens a
    case with messages of another one. `template`: an answer is sent by that template instead of `answer`;
    `held`: what becomes of answers of this member of staff that are held;
    `proved_address`: an address of theirs that its domain stood for this time, so that it has to from now on.
    `report` is written to the member of staff who caused the change (`user_id`). `silent`: nothing may
    go back to the sender; `filed`: nobody at all is written to, and nothing is waited for. `sighting` and
    `rereading` bring what was read of a message that is there already; `undelivered`: a report on a mail of ours;
    `junk`: the mail is set aside.
    """

    actor: str
    at: datetime
    happenings: tuple[Happening, ...] = ()
    case_id: int | None = None
    opening: Opening | None = None
    message: NewMessage | None = None
    disposition: Disposition | None = None
    settings: Settings = Settings()
    people: People = People()
    merge_into: str = ""
    splitting: Splitting | None = None
    template: str = ""
    held: Held = Held.STAYS
    proved_address: str = ""
    user_id: int | None = None
    report: str = ""
    silent: bool = False
    filed: bool = False
    sighting: Sighting | None = None
    rereading: Rereading | None = None
    undelivered: Undelivered | None = None
    junk: Junked | None = None
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What became of a change: the case (None: none) and the disposition that holds for the mail."""

    outcome: Outcome | None
    reason: str
    case_id: int | None = None
    number: str | None = None
    message_id: int | None = None
