"""What follows from what: which replies a happening plans, which it cancels, and when one is still wanted.

`TRAITS` and `plan_after` are the rules. A kind of reply is one line in `ReplyKind`, one in `TRAITS` and one there.
"""

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
    AGENT_REPORT = "agent_report"


class Audience(StrEnum):
    """Whom a planned reply goes to; the store resolves it to people when the reply is planned.

    Colleagues are the agents of the case but for the one who acted.
    """

    REQUESTER = "requester"
    PARTICIPANTS = "participants"
    AGENTS = "agents"
    COLLEAGUES = "colleagues"
    ACTOR = "actor"


class Delay(StrEnum):
    """When a planned reply is due: at once, or after the named duration of `[reminders]`.

    Soon is late enough for the other copy of a mail that was sent to two addresses of ours.
    """

    NOW = "now"
    SOON = "soon"
    AGENT_AFTER = "agent_after"


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

# The kinds that belong to the wait for an agent: over as soon as the case waits for nobody or for the seller.
WAIT_FOR_AGENT = frozenset({ReplyKind.AGENT_REMINDER})


def plan_after(
    happening: Happening, *, before: Status | None, after: Status, silent: bool = False, filed: bool = False
) -> Plan:
    """What follows when `happening` takes a case from `before` (None: it is new) to `after`.

    `silent`: nothing may go back to the sender (no identity, a robot). `filed`: an old mail from an archive is
    only put where it belongs.
    """
    cancel = frozenset() if after is Status.OPEN else WAIT_FOR_AGENT
    if filed:
        return Plan(cancel=cancel)
    add: list[Planned] = []
    if happening is Happening.OPENED:
        add += [_RELAY] if silent else [_ACKNOWLEDGE, _RELAY]
    elif happening is Happening.SELLER_WROTE:
        add += [_SAY_REOPENED, _RELAY] if before is Status.CLOSED and not silent else [_RELAY]
    elif happening is Happening.STRANGER_WROTE:
        add.append(_RELAY)
    elif happening is Happening.AGENT_ANSWERED:
        add.append(_ANSWER)
    elif happening is Happening.ANSWER_HELD:
        add += [_HELD_ANSWER, _REPORT]
    elif happening is Happening.HANDED_OVER:
        add.append(_HAND_OVER)
    elif happening is Happening.MISDIRECTED:
        add.append(_REPORT_SOON)
    elif happening in (Happening.COMMANDED, Happening.ANSWER_FAILED):
        add.append(_REPORT)
    if after is Status.OPEN and before is not Status.OPEN:
        add.append(_REMIND_AGENTS)
    return Plan(add=tuple(add), cancel=cancel)


def is_wanted(kind: ReplyKind, status: Status) -> bool:
    """Whether a reply that was planned or written earlier may still leave, the case being in `status`."""
    return status in TRAITS[kind].wanted_in
