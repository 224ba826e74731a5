"""What follows from what: which replies a happening plans, which it cancels, and when one is still wanted.

`TRAITS` and `plan_after` are the rules. A kind of reply is one line in `ReplyKind`, one in `TRAITS` and one there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cases.model import Happening, MessageKind, Status


class ReplyKind(StrEnum):
    """A reply that can be planned; the value is the name of its template."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"
    REOPENED = "reopened"
    AGENT_MAIL = "agent_mail"
    AGENT_REMINDER = "agent_reminder"
    ESCALATION = "escalation"
    STATUS = "status"
    REMINDER = "reminder"
    CLOSING = "closing"
    AGENT_REPORT = "agent_report"

    @property
    def words(self) -> str:
        """What the record of a case calls it."""
        return _WORDS.get(self.value, self.value.replace("_", " "))


# "status cancelled" would be read as the status of the case.
_WORDS = {"status": "status mail", "closing": "closing notice"}


class Audience(StrEnum):
    """Whom a planned reply goes to; the store resolves it to people when the reply is planned.

    Colleagues are the agents of the case but for the one who acted; the lead is the queue's, else all its agents.
    """

    REQUESTER = "requester"
    PARTICIPANTS = "participants"
    AGENTS = "agents"
    COLLEAGUES = "colleagues"
    LEAD = "lead"
    ACTOR = "actor"


class Delay(StrEnum):
    """When a planned reply is due: at once, or after the named duration of `[reminders]`.

    Soon is late enough for the other copy of a mail that was sent to two addresses of ours.
    """

    NOW = "now"
    SOON = "soon"
    AGENT_AFTER = "agent_after"
    ESCALATE_AFTER = "escalate_after"
    SELLER_AFTER = "seller_after"
    CLOSE_AFTER = "close_after"


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What holds for every reply of a kind.

    `automatic`: written by the product, sent at least once; else a person's words, at most once unasked.
    `wanted_in`: the states of the case in which it may still leave. `message_kind`: how `case show`
    lists it, None for mail to staff, which is no message of the case.
    """

    automatic: bool
    wanted_in: frozenset[Status]
    message_kind: MessageKind | None
    auto_submitted: str | None = None
    days_of_use: int = 5


_ALWAYS = frozenset(Status)
_OPEN = frozenset({Status.OPEN})
_WAITING = frozenset({Status.WAITING})

TRAITS: dict[ReplyKind, Traits] = {
    ReplyKind.ACKNOWLEDGEMENT: Traits(
        automatic=True,
        wanted_in=_ALWAYS,
        message_kind=MessageKind.ACKNOWLEDGEMENT,
        auto_submitted="auto-replied",
    ),
    ReplyKind.REOPENED: Traits(
        automatic=True, wanted_in=_ALWAYS, message_kind=MessageKind.STATUS, auto_submitted="auto-replied"
    ),
    ReplyKind.ANSWER: Traits(automatic=False, wanted_in=_ALWAYS, message_kind=MessageKind.AGENT),
    ReplyKind.AGENT_MAIL: Traits(automatic=True, wanted_in=_ALWAYS, message_kind=None),
    ReplyKind.AGENT_REMINDER: Traits(
        automatic=True, wanted_in=_OPEN, message_kind=None, auto_submitted="auto-generated"
    ),
    ReplyKind.ESCALATION: Traits(automatic=True, wanted_in=_OPEN, message_kind=None, auto_submitted="auto-generated"),
    ReplyKind.STATUS: Traits(
        automatic=True, wanted_in=_OPEN, message_kind=MessageKind.STATUS, auto_submitted="auto-generated"
    ),
    ReplyKind.REMINDER: Traits(
        automatic=True, wanted_in=_WAITING, message_kind=MessageKind.REMINDER, auto_submitted="auto-generated"
    ),
    # The case is closed by its leaving, so that none is closed in silence.
    ReplyKind.CLOSING: Traits(
        automatic=True, wanted_in=_WAITING, message_kind=MessageKind.STATUS, auto_submitted="auto-generated"
    ),
    ReplyKind.AGENT_REPORT: Traits(
        automatic=True, wanted_in=_ALWAYS, message_kind=None, auto_submitted="auto-generated"
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One reply to plan: its kind, for whom, and when; `held`: not before somebody says so."""

    kind: ReplyKind
    audience: Audience
    delay: Delay = Delay.NOW
    held: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a happening adds to the planned replies and which kinds it cancels."""

    add: tuple[Planned, ...] = ()
    cancel: frozenset[ReplyKind] = frozenset()


_ACKNOWLEDGE = Planned(kind=ReplyKind.ACKNOWLEDGEMENT, audience=Audience.REQUESTER)
_RELAY = Planned(kind=ReplyKind.AGENT_MAIL, audience=Audience.AGENTS)
_REMIND_AGENTS = Planned(kind=ReplyKind.AGENT_REMINDER, audience=Audience.AGENTS, delay=Delay.AGENT_AFTER)
_ESCALATE = Planned(kind=ReplyKind.ESCALATION, audience=Audience.LEAD, delay=Delay.ESCALATE_AFTER)
_TELL_STATUS = Planned(kind=ReplyKind.STATUS, audience=Audience.REQUESTER, delay=Delay.ESCALATE_AFTER)
_REMIND_SELLER = Planned(kind=ReplyKind.REMINDER, audience=Audience.REQUESTER, delay=Delay.SELLER_AFTER)
_CLOSE = Planned(kind=ReplyKind.CLOSING, audience=Audience.REQUESTER, delay=Delay.CLOSE_AFTER)
_ANSWER = Planned(kind=ReplyKind.ANSWER, audience=Audience.PARTICIPANTS)
_HELD_ANSWER = Planned(kind=ReplyKind.ANSWER, audience=Audience.PARTICIPANTS, held=True)
_HAND_OVER = Planned(kind=ReplyKind.AGENT_MAIL, audience=Audience.COLLEAGUES)
_SAY_REOPENED = Planned(kind=ReplyKind.REOPENED, audience=Audience.REQUESTER)
_REPORT = Planned(kind=ReplyKind.AGENT_REPORT, audience=Audience.ACTOR)
_REPORT_SOON = Planned(kind=ReplyKind.AGENT_REPORT, audience=Audience.ACTOR, delay=Delay.SOON)

# Due at once when they are planned; all other kinds are a matter of time, and listed by `casepost due`.
AT_ONCE = frozenset(
    {
        ReplyKind.ACKNOWLEDGEMENT,
        ReplyKind.ANSWER,
        ReplyKind.REOPENED,
        ReplyKind.AGENT_MAIL,
        ReplyKind.AGENT_REPORT,
    }
)

# Mail to staff: it is no message of the case.
TO_STAFF = frozenset(kind for kind, traits in TRAITS.items() if traits.message_kind is None)

# The kinds that belong to the wait for an agent: over as soon as the case waits for nobody or for the seller.
WAIT_FOR_AGENT = frozenset({ReplyKind.AGENT_REMINDER, ReplyKind.ESCALATION, ReplyKind.STATUS})

# Those of the wait for the seller: over with any word of the seller's or an agent's.
WAIT_FOR_SELLER = frozenset({ReplyKind.REMINDER, ReplyKind.CLOSING})

# Happenings by which an agent's words go to the seller: who is waited for may stay the same, the wait is a new one.
ANSWERS = frozenset({Happening.AGENT_ANSWERED, Happening.ANSWER_RELEASED})


def plan_after(
    happening: Happening, *, before: Status | None, after: Status, silent: bool = False, filed: bool = False
) -> Plan:
    """What follows when `happening` takes a case from `before` (None: it is new) to `after`.

    `silent`: nothing may go back to the sender (no identity, a robot). `filed`: an old mail from an archive is
    only put where it belongs.
    """
    cancel = _ended_waits(happening, after)
    if filed:
        return Plan(cancel=cancel)
    add = [*_say(happening, before, silent=silent)]
    if happening in ANSWERS:
        add += [_REMIND_SELLER, _CLOSE]
    elif after is Status.OPEN and (before is not Status.OPEN or happening is Happening.PUT_OFF):
        add += [_REMIND_AGENTS, _ESCALATE] if silent else [_REMIND_AGENTS, _ESCALATE, _TELL_STATUS]
    return Plan(add=tuple(add), cancel=cancel)


def _ended_waits(happening: Happening, after: Status) -> frozenset[ReplyKind]:
    """The kinds of the waits that are over, or begin anew."""
    goes_on_for_agent = after is Status.OPEN and happening is not Happening.PUT_OFF
    goes_on_for_seller = after is Status.WAITING and happening not in ANSWERS
    return (frozenset() if goes_on_for_agent else WAIT_FOR_AGENT) | (
        frozenset() if goes_on_for_seller else WAIT_FOR_SELLER
    )


def _say(happening: Happening, before: Status | None, *, silent: bool) -> Iterator[Planned]:
    """What is said at once."""
    if happening is Happening.OPENED:
        yield from [_RELAY] if silent else [_ACKNOWLEDGE, _RELAY]
    elif happening is Happening.SELLER_WROTE:
        yield from [_SAY_REOPENED, _RELAY] if before is Status.CLOSED and not silent else [_RELAY]
    elif happening is Happening.STRANGER_WROTE:
        yield _RELAY
    elif happening is Happening.AGENT_ANSWERED:
        yield _ANSWER
    elif happening is Happening.ANSWER_HELD:
        yield from (_HELD_ANSWER, _REPORT)
    elif happening is Happening.HANDED_OVER:
        yield _HAND_OVER
    elif happening is Happening.MISDIRECTED:
        yield _REPORT_SOON
    elif happening in (Happening.COMMANDED, Happening.ANSWER_FAILED):
        yield _REPORT


def is_wanted(kind: ReplyKind, status: Status) -> bool:
    """Whether a reply that was planned or written earlier may still leave, the case being in `status`."""
    return status in TRAITS[kind].wanted_in
