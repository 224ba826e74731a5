"""What a template may say, told to administrators: each variable with what it is and an example.

This is the one place where they are described: `casepost template variables` and docs/templates.md come from here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass

from responder.sample import make_sample

_WHAT: Mapping[str, str] = {
    "case.number": "number without prefix",
    "case.subject": "subject of the case",
    "case.status": "`open`, `waiting` or `closed`",
    "case.queue": "name of the queue",
    "case.topic": "topic",
    "case.language": "language of the seller, ISO 639-1; may be empty",
    "case.created": "when it was opened, in words",
    "case.identifiers": "list of what was found",
    "case.identifiers[].kind": "name of the kind",
    "case.identifiers[].value": "value in its normal form",
    "case.identifiers[].source": "where it stood",
    "case.identifiers[].label": "its kind in words",
    "case.identifiers[].link": "by `[[links]]`; empty in mail to sellers",
    "case.missing": "list of what is asked for",
    "case.missing[].kind": "name of the kind",
    "case.missing[].label": "its kind in words",
    "case.missing[].example": "how one looks",
    "case.looking": "`yes` while a picture of the seller's has not been looked at; else empty",
    "case.also": "other cases that this one mail is for too, by number; may be empty",
    "case.also_more": "how many more those are; may be empty",
    "case.page_url": "link of the seller's page; empty while there is none",
    "case.closes": "when it is closed without an answer; may be empty",
    "case.priority": "`urgent`, `high`, `normal` or `low`",
    "case.earlier": "list of the last five messages before this one, the newest first; for agents alone",
    "case.earlier[].at": "when it came, in words",
    "case.earlier[].who": "who wrote it",
    "case.earlier[].excerpt": "its first 200 characters in one line",
    "case.earlier[].internal": "`yes` for a note, which no seller sees; else empty",
    "case.earlier[].stranger": "`yes` if its author takes no part in the case; else empty",
    "seller.name": "name of who asks; their own words",
    "seller.address": "address of who asks",
    "queue.name": "name of the queue",
    "queue.address": "address of the queue",
    "queue.hours": "open hours in words; may be empty",
    "queue.answer_by": "when an answer is promised; may be empty",
    "agent.name": "agent who writes or is written to; may be empty",
    "agent.note_address": "what is written to it becomes a note; for agents alone",
    "message.text": "words of the message the mail is about",
    "message.at": "when that message came, in words",
    "message.why": "why it is in this case",
    "message.author": "name of who wrote it; their own words",
    "message.address": "address of who wrote it",
    "message.wire": "that address as it goes over the wire, if it looks other there; else empty",
    "message.warning": "what is odd about name or address, a word for the filter `word`; may be empty",
    "message.proof": "`pass`, `fail` or `none`: whether the author's domain stands for the mail",
    "message.proof_detail": "what that rests on; may be empty",
    "message.reply_to": "where it asks to be answered, if it is not; else empty",
    "message.cc": "who is in Cc; may be empty",
    "message.attached": "names of its files; may be empty",
    "message.stranger": "the author's address, if they take no part in the case; else empty",
    "message.left_out": "attachments that were too large to go along with a relay; may be empty",
    "message.withheld": "attachments that a virus scanner keeps back, with the reason; may be empty",
    "message.risky": "attachments that may run something when they are opened; may be empty",
    "message.seal": "`signed` or `encrypted`, of which nothing is verified or decrypted here; else empty",
    "body": "an agent's words in `answer`, the report in `agent_report`, the reason in `refused`",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable; `path` as in a template, that of each thing in a list as "case.missing[].label".

    `examples` are its values in the made-up case: several of a list of texts, none of a list of records.
    """

    path: str
    what: str
    examples: tuple[str, ...]


def list_variables(language: str = "en") -> tuple[Variable, ...]:
    """All variables in the order of responder/values.py, with the made-up case in that language as example."""
    sample = make_sample(language)
    return tuple(
        Variable(path=path, what=what, examples=tuple(_find_values([sample], path.split("."))))
        for path, what in _WHAT.items()
    )


def _find_values(owners: Iterable[object], names: list[str]) -> list[str]:
    """The texts at the end of the path, of all in a list the first that has one."""
    if not names:
        return [one for one in owners if isinstance(one, str) and one]
    name, *others = names
    values = [getattr(one, name.removesuffix("[]")) for one in owners]
    spread = [one for value in values for one in (value if isinstance(value, tuple) else (value,))]
    found = _find_values([one for one in spread if others or not is_dataclass(one)], others)
    return found[:1] if name.endswith("[]") else found
