"""What is told of a mail and its case, in words; all of it comes from the documents of `case show` and the mails."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from casepost.demo.watch import Document, Taken
from casepost.plain import inert, inert_line, shorten_address, show_size
from responder.words import find_word, name_language

_LONGEST_SALUTATION = 40
_RULE = re.compile(r"[-_=*]{5,}")


def say_outcome(taken: Taken) -> str:
    """What became of a mail, behind the number of its case."""
    kind = taken.message["kind"] if taken.message else ""
    if taken.outcome == "created":
        return "is opened"
    if kind == "agent":
        return "gets the agent's answer"
    if taken.outcome == "appended":
        unconfirmed = taken.message is not None and taken.message["unconfirmed"]
        return "gets this mail too" + (", unconfirmed: only agents see it" if unconfirmed else "")
    return f"takes note of this mail: {taken.outcome}"


def say_reading(case: Document) -> str:
    """What a case is about."""
    language = name_language(case["language"], "en") if case["language"] else "unknown"
    urgency = "" if case["priority"] == "normal" else f", priority {case['priority']}"
    return f"topic {case['topic']}, language {language}, queue {case['queue']}{urgency}"


def list_found(case: Document, message: Document) -> Iterator[str]:
    """The identifiers and files that a message brought; what it only quotes was found before."""
    for one in case["identifiers"]:
        if one["message"] == message["id"] and one["source"] != "quoted":
            yield f"{find_word(one['kind'], 'en')} {one['value']} ({find_word(one['source'], 'en')})"
    for one in message["attachments"]:
        yield f"{one['filename'] or 'a file'}, {one['content_type']}, {show_size(one['size'])}"


def say_why(taken: Taken) -> str:
    """Why a mail is in its case: the evidence that held, or what was looked for in vain."""
    steps = _steps(taken)
    hits = [f"{one['step']}: {one['detail']}" if one["detail"] else str(one["step"]) for one in steps if one["hit"]]
    if hits:
        return "; ".join(hits)
    if steps and taken.outcome == "created":
        return "a new case: no reference to another one in it"
    return taken.reason


def list_decisions(taken: Taken) -> list[str]:
    """What else was decided with the mail; that it opened the case, or was appended, is told already."""
    return [what for what in taken.decided if not what.endswith(" opened") and " appended by " not in what]


def say_moment(at: datetime, *, zone: str) -> str:
    """An instant to the minute, in the zone that the mails use too."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b %H:%M}, {city} time"


def say_due(due: Document, *, zone: str) -> str:
    """What comes next, and when, if nothing happens before."""
    return f"{due['kind'].replace('_', ' ')} on {say_moment(datetime.fromisoformat(due['at']), zone=zone)}"


def list_missing(case: Document) -> str:
    """What the seller has not said yet."""
    return ", ".join(find_word(kind, "en") for kind in case["missing"])


def list_paragraphs(text: str) -> Iterator[str]:
    """A text's paragraphs, each in one line; a salutation that stands alone is left out, and all below a rule."""
    for number, block in enumerate(re.split(r"\n\s*\n", inert(text).strip())):
        if _RULE.fullmatch(block.strip()):
            return
        lines = [inert_line(line) for line in block.splitlines()]
        if number == 0 and len(lines) == 1 and len(block) < _LONGEST_SALUTATION and block.rstrip().endswith(","):
            continue
        yield from _join(lines)


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def say_person(name: str, address: str) -> str:
    """Name and address; the token of a signed address is left out."""
    name, address = inert_line(name), shorten_address(address)
    return f"{name} <{address}>" if name and name != address else address or "(unknown)"


def _steps(taken: Taken) -> list[Document]:
    if taken.case is None or taken.message is None:
        return []
    return [step for one in taken.case["why"] if one["message"] == taken.message["id"] for step in one["steps"]]


def _join(lines: list[str]) -> Iterator[str]:
    """Lines that run on as one; lists and tables stay as they are."""
    if any(re.match(r"[-*•] |\S[^:]{0,20}:\s", line) for line in lines):
        yield from lines
    else:
        yield " ".join(lines)
