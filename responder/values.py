"""What a template may say: the variables of the contract as frozen values.

All leaves are strings, so that a template can reach nothing else: no row, no session, no method.
`body` and `message.text` are a person's words with their line breaks; everything else is one line.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifierValue:
    """One identifier of the case; `label` is its kind in the template's language ("order number")."""

    kind: str
    value: str
    source: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingValue:
    """One thing still asked for; `example` shows how it looks ("302-1234567-7654321")."""

    kind: str
    label: str
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseValue:
    """The case. `number` has no prefix, `page_url` is "" while there is no page."""

    number: str
    subject: str
    status: str
    queue: str
    topic: str
    language: str
    created: str
    identifiers: tuple[IdentifierValue, ...] = ()
    missing: tuple[MissingValue, ...] = ()
    looking: str = ""
    page_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SellerValue:
    """Who asks. Both are the sender's own words: shown to agents, never in automatic mail to a seller."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentValue:
    """The agent who writes or is written to; "" where nobody is named."""

    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueValue:
    """The queue. `hours` and `answer_by` are in words ("tomorrow, Friday 13 November, 10:00"); may be ""."""

    name: str
    address: str
    hours: str = ""
    answer_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageValue:
    """The message a mail is about: its words, when it came (in words) and how it was threaded.

    `stranger` is the address of an author who does not take part in the case, "" for everybody else;
    `left_out` names the attachments that were too large to go along.
    """

    text: str = ""
    at: str = ""
    why: str = ""
    stranger: str = ""
    left_out: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """All variables of one mail; `body` is an agent's words, or the report in `agent_report` and `refused`."""

    case: CaseValue
    seller: SellerValue
    queue: QueueValue
    agent: AgentValue = AgentValue()
    message: MessageValue = MessageValue()
    body: str = ""
