"""What the head of an agents' mail says: who wrote, how far that is proved, what is odd, and what was said before.

An agent decides by it whom to believe, so the full address is always there, and a name that lies is not repeated where
it would be read first.
"""

from collections.abc import Callable
from datetime import datetime

from cases.identity import Verdict
from cases.lookalike import NameWarning, ascii_address, find_name_warning, shorten_address
from cases.mail import Address
from cases.model import MessageKind
from cases.risky_files import find_risky
from responder.values import EarlierValue, MessageValue
from responder.words import find_word
from store.correspondence import Correspondence, Said
from store.relay import Earlier

_EXCERPT = 200
_NAME = 80  # a longer one would push the address out of sight
_FROM_WIDTH = 60  # of an address in a From line: a longer word would have to be encoded (responder/headers.py)
_MOST_COPIED = 20

SayTime = Callable[[datetime], str]


def describe_message(facts: Correspondence, cause: Said, *, text: str, left_out: str, say: SayTime) -> MessageValue:
    """The message that is passed on or reminded of, as staff sees it."""
    wire = ascii_address(cause.author.address)
    warning = find_warning(facts, cause.author)
    return MessageValue(
        text=text,
        at=say(cause.at),
        why=cause.why,
        author="" if cause.unconfirmed else _cut(cause.author.name, _NAME),
        address=cause.author.address,
        wire=wire if wire != cause.author.address else "",
        warning=warning.value if warning is not None else "",
        proof=cause.verdict.value,
        proof_detail=cause.proof,
        reply_to=cause.wished,
        cc=_list_people(cause.copied),
        attached=", ".join(part.filename for part in cause.attachments if part.filename),
        stranger=cause.author.address if cause.unconfirmed else "",
        left_out=left_out,
        withheld=", ".join(
            f"{part.filename or part.path} ({part.verdict})" for part in cause.attachments if part.verdict
        ),
        seal=cause.seal.value,
        risky=", ".join(find_risky([part for part in cause.attachments if not part.verdict])),
    )


def find_warning(facts: Correspondence, author: Address) -> NameWarning | None:
    """What is odd about the author, also where the reader has taken it out of the name already."""
    turned = facts.cause is not None and facts.cause.turned and facts.cause.author == author
    return NameWarning.DIRECTION if turned else find_name_warning(author.name, author.address, facts.names)


def name_sender(facts: Correspondence, who: Address, *, language: str, relayed: bool) -> str:
    """The name in From: "Jan via support", or with a warning the address alone; strangers too are shown by that.

    `relayed`: it is the author of the message that is passed on, so what is known of that message counts.
    """
    queue = facts.queue.name
    cause = facts.cause if relayed else None
    forged = cause is not None and cause.verdict is Verdict.FAIL
    if who.address and (forged or find_warning(facts, who) is not None):
        shown = shorten_address(ascii_address(who.address), _FROM_WIDTH)
        return f"{find_word('careful', language)}: {shown} via {queue}"
    name = who.address if cause is not None and cause.unconfirmed else who.name or who.address
    return f"{name} via {queue}" if name else queue


def list_earlier(earlier: tuple[Earlier, ...], *, say: SayTime) -> tuple[EarlierValue, ...]:
    """What was said before, in a line each."""
    return tuple(
        EarlierValue(
            at=say(one.at),
            who=_name(one),
            excerpt=_cut(one.text, _EXCERPT),
            internal="yes" if one.kind is MessageKind.NOTE else "",
            stranger="yes" if one.unconfirmed else "",
        )
        for one in earlier
    )


def _name(one: Earlier) -> str:
    if one.kind is MessageKind.SELLER and not one.unconfirmed and one.author.name:
        return f"{_cut(one.author.name, _NAME)} <{one.author.address}>"
    return one.author.address if one.unconfirmed else one.author.name or one.author.address


def _cut(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _list_people(people: tuple[Address, ...]) -> str:
    shown = [f"{_cut(one.name, _NAME)} <{one.address}>" if one.name else one.address for one in people[:_MOST_COPIED]]
    more = len(people) - len(shown)
    return ", ".join([*shown, *([f"… +{more}"] if more else [])])
