"""What the commands in an agent's mail come to: what speaks against them, what they set, what the receipt says."""

from cases.address import fold_address, strip_tag
from cases.change import People, Settings
from cases.mail import Address
from cases.model import Happening, Priority, Status
from ingest.commands import Parsed
from ingest.question import Question
from store.lookup import CaseFacts
from store.people import User, find_queue


def find_problems(question: Question, facts: CaseFacts, user: User, parsed: Parsed) -> list[str]:
    """What of the commands cannot be done, each in words; with any of them nothing is done at all."""
    staff = question.staff
    problems = [
        f"{one} is no member of staff who can be given a case"
        for one in parsed.arguments("assign")
        if _assignee(question, user, one) is None
    ]
    names = [queue.name for queue in question.known.queues]
    problems += [
        f"there is no queue {one!r}; there are {', '.join(names)}"
        for one in parsed.arguments("queue")
        if one not in names
    ]
    problems += [
        f"there is no template {one!r}" for one in parsed.arguments("template") if one not in question.templates
    ]
    for one in parsed.arguments("merge"):
        target = staff.targets.get(one)
        if target is None:
            problems.append(f"there is no case {one}")
        elif target.id == facts.state.id:
            problems.append(f"case {one} is this very case")
    problems += _problems_of_people(question, facts, parsed)
    if parsed.has("send") and not staff.has_held:
        problems.append("nothing of yours is held in this case, so there is nothing to #send")
    if parsed.has("wait") and facts.state.status is Status.CLOSED and not (parsed.has("reopen") or parsed.text):
        problems.append("the case is closed and waits for nobody; #reopen it first")
    return problems


def _problems_of_people(question: Question, facts: CaseFacts, parsed: Parsed) -> list[str]:
    ours = [
        f"{one} is one of us and takes part already"
        for one in parsed.arguments("add")
        if fold_address(one) in question.known.staff or find_queue(question.known.queues, one) is not None
    ]
    strangers = [
        f"{one} takes no part in this case"
        for one in parsed.arguments("remove")
        if fold_address(one) not in facts.participants
    ]
    return ours + strangers


def settings_of(question: Question, user: User, parsed: Parsed) -> Settings:
    """The values that the commands set; there are no problems with them any more."""
    assignee = next((_assignee(question, user, one) for one in parsed.arguments("assign")), None)
    queues = {queue.name: queue.id for queue in question.known.queues}
    return Settings(
        assignee_id=assignee.id if assignee else None,
        queue_id=next((queues[one] for one in parsed.arguments("queue")), None),
        priority=next((Priority(one) for one in parsed.arguments("priority")), None),
        topic=next(iter(parsed.arguments("topic")), None),
        wait=next(iter(parsed.arguments("wait")), ""),
        add_tags=parsed.arguments("tag"),
    )


def people_of(parsed: Parsed) -> People:
    """Who is let in and who out."""
    added = tuple(Address(address=one) for one in parsed.arguments("add"))
    return People(add=added, remove=parsed.arguments("remove"), confirm=bool(added))


def happenings_of(question: Question, user: User, parsed: Parsed) -> list[Happening]:
    """What the commands make happen, in the order in which it does; words for the seller come before all of it."""
    assignee = next((_assignee(question, user, one) for one in parsed.arguments("assign")), None)
    handed_over = parsed.has("queue") or (assignee is not None and assignee.id != user.id)
    told = {
        Happening.HANDED_OVER: handed_over,
        Happening.REOPENED: parsed.has("reopen"),
        Happening.PUT_OFF: parsed.has("wait"),
        Happening.CLOSED: parsed.has("close"),
        Happening.MERGED: parsed.has("merge"),
    }
    return [happening for happening, holds in told.items() if holds]


def make_receipt(question: Question, user: User, parsed: Parsed) -> str:
    """What was done, a line each; "" when the mail held no command."""
    lines = [_line(question, user, one.name, one.argument) for one in parsed.commands if one.name != "help"]
    done = [line for line in dict.fromkeys(lines) if line]
    return "\n".join(["Done:", "", *(f"- {line}" for line in done)]) if done else ""


def _line(question: Question, user: User, name: str, argument: str) -> str:
    if name == "wait":
        return f"the case stays open, and its reminder comes after {_say_wait(argument)} from now"
    assignee = _assignee(question, user, argument) if name == "assign" else None
    lines = {
        "note": "kept as a note, which stays internal",
        "close": "the case is closed",
        "reopen": "the case is open again",
        "assign": f"the case is given to {assignee.address if assignee else argument}",
        "priority": f"priority {argument}",
        "queue": f"the case is with the queue {argument}, whose agents get it",
        "topic": f"topic {argument}",
        "tag": f"tag {argument}",
        "merge": f"this case went into CP-{argument}, where it goes on",
        "add": f"{argument} takes part from now on, and sees nothing of what was before",
        "remove": f"{argument} takes part no longer",
        "template": f"the template {argument} is sent",
        "send": "your answer is sent",
    }
    return lines.get(name, "")


def _say_wait(iso: str) -> str:
    """An ISO 8601 duration as people say it: "P2D" is "2 days of working time"."""
    units = {"W": "week", "D": "day", "H": "hour", "M": "minute"}
    said, digits = [], ""
    for sign in iso:
        if sign.isdigit():
            digits += sign
        elif digits:
            said.append(f"{int(digits)} {units[sign]}{'s' if int(digits) != 1 else ''}")
            digits = ""
    return " ".join(said)


def _assignee(question: Question, user: User, said: str) -> User | None:
    """Who is meant by `#assign`: a colleague who may answer, or whoever wrote."""
    if said == "me":
        return user
    colleague = question.known.staff.get(fold_address(said)) or question.known.staff.get(strip_tag(said))
    return colleague if colleague is not None and colleague.role != "viewer" else None
