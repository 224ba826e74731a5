"""What a template may say: the variables of the contract as frozen values.

All leaves are strings, so that a template can reach nothing else: no row, no session, no method.
`body` and `message.text` are a person's words with their line breaks; everything else is one line.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifierValue:
    """One identifier of the case; `label` is its kind in the template's language ("order number").

    `link` leads to it where the configuration says how, else "".
    """

    kind: str
    value: str
    source: str
    label: str
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierValue:
    """A message before the one that a mail is about: when, who and its first words, all in one line each.

    `internal` is "yes" for a note, which no seller ever sees; `stranger` for a word of somebody who takes no part.
    """

    at: str
    who: str
    excerpt: str
    internal: str = ""
    stranger: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingValue:
    """One thing still asked for; `example` shows how it looks ("302-1234567-7654321")."""

    kind: str
    label: str
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseValue:
    """The case. `number` has no prefix, `page_url` is "" while there is no page.

    `closes` says in words when the case is closed if the seller does not write; "" when it is not.

    `earlier` are the last messages before the one the mail is about, the newest first; for agents alone.

    `also` are the numbers of other cases that an acknowledgement is for, and `also_more` says how many more ("" none).
    """

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
    also: tuple[str, ...] = ()
    also_more: str = ""
    page_url: str = ""
    closes: str = ""
    priority: str = ""
    earlier: tuple[EarlierValue, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SellerValue:
    """Who asks. Both are the sender's own words: shown to agents, never in automatic mail to a seller."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentValue:
    """The agent who writes or is written to; "" where nobody is named.

    `note_address`: what is written to it becomes a note of the case; "" in mail to sellers.
    """

    name: str = ""
    note_address: str = ""


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

    All but the first two are for agents, and "" in mail to sellers. `author` and `address` are who wrote it, `wire` the
    address as it goes over the wire where that looks other; `warning` is a word for what is odd about them; `proof`
    ("pass", "fail", "none") and `proof_detail` say how far the author is proved; `reply_to` is an address that it asks
    to be answered at and is not; `cc` and `attached` are lists in one line. `stranger` is the address of an author who
    does not take part in the case; `left_out` names the attachments that were too large to go along,
    `withheld` those that a virus scanner keeps back, `risky` those that may run something when they are opened.
    `seal` is "signed" or "encrypted", else "".
    """

    text: str = ""
    at: str = ""
    why: str = ""
    author: str = ""
    address: str = ""
    wire: str = ""
    warning: str = ""
    proof: str = ""
    proof_detail: str = ""
    reply_to: str = ""
    cc: str = ""
    attached: str = ""
    stranger: str = ""
    left_out: str = ""
    withheld: str = ""
    risky: str = ""
    seal: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """All variables of one mail; `body` is an agent's words, or the report in `agent_report` and `refused`."""

    case: CaseValue
    seller: SellerValue
    queue: QueueValue
    agent: AgentValue = AgentValue()
    message: MessageValue = MessageValue()
    body: str = ""
