"""The words of a case: its states, who takes part, what can happen to it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Status(StrEnum):
    """`open` waits for an agent, `waiting` waits for the seller."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Priority(StrEnum):
    """How soon an agent should look at a case."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Direction(StrEnum):
    """Inbound came to us, outbound left us; notes are inbound, from staff."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageKind(StrEnum):
    """What a message in a case is, as `case show` names it."""

    SELLER = "seller"
    AGENT = "agent"
    NOTE = "note"
    ACKNOWLEDGEMENT = "acknowledgement"
    REMINDER = "reminder"
    STATUS = "status"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"


class Outcome(StrEnum):
    """The one final word for a mail: its disposition."""

    CREATED = "created"
    APPENDED = "appended"
    DUPLICATE = "duplicate"
    COMMAND = "command"
    IGNORED = "ignored"
    BOUNCE = "bounce"
    QUARANTINED = "quarantined"
    ERASED = "erased"


class ParticipantRole(StrEnum):
    """The requester opened the case; a copied participant was in Cc or was added."""

    REQUESTER = "requester"
    COPIED = "copied"


class Happening(StrEnum):
    """Everything that can happen to a case. `cases.lifecycle` and `cases.plan` say what follows."""

    OPENED = "opened"
    SELLER_WROTE = "seller_wrote"
    STRANGER_WROTE = "stranger_wrote"
    AGENT_ANSWERED = "agent_answered"
    ANSWER_HELD = "answer_held"
    ANSWER_RELEASED = "answer_released"
    ANSWER_FAILED = "answer_failed"
    NOTED = "noted"
    COMMANDED = "commanded"
    CLOSED = "closed"
    REOPENED = "reopened"
    ROBOT_ANSWERED = "robot_answered"
    BOUNCED = "bounced"
    PUT_OFF = "put_off"
    HANDED_OVER = "handed_over"
    MISDIRECTED = "misdirected"
    MERGED = "merged"
    MERGED_IN = "merged_in"


class Strength(IntEnum):
    """How much a recipient address says about which case is meant (note > agent > seller > queue)."""

    QUEUE = 1
    SELLER = 2
    AGENT = 3
    NOTE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A support address with its hours, its language and the people behind it."""

    id: int
    name: str
    address: str
    language: str
    country: str
    timezone: str
    hours: str
    closing_days: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminders:
    """ISO 8601 durations, "" switches one off; `clock` is "business" or "wall"."""

    agent_after: str = "PT24H"
    escalate_after: str = "PT48H"
    seller_after: str = "PT48H"
    close_after: str = "P7D"
    clock: str = "business"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseState:
    """What decisions need to know of a case; `version` rises with every change."""

    id: int
    number: str
    subject: str
    status: Status
    queue_id: int
    version: int
    updated_at: datetime
    closed_at: datetime | None = None
    first_answer_at: datetime | None = None
    assignee_id: int | None = None
    merged_into_id: int | None = None
