"""Mail from agents: answers, notes and commands, by the signed address of one case and one agent.

Rights need all of: the agent's own signed address, From one of that agent's addresses, no failed
authentication. Anything less is kept as a note that nobody outside sees.
"""

import re
from dataclasses import replace

from cases.address import fold_address
from cases.change import Change, NewMessage, Settings, Step
from cases.mail import Mail, MailKind, is_passed_on
from cases.model import Direction, Happening, MessageKind, Outcome, Priority
from cases.reference import Role, SignedAddress
from ingest.commands import Parsed, help_text, parse_commands
from ingest.question import Question, book
from ingest.thread import REOPENS_FOR
from store.lookup import CaseFacts
from store.people import User

# The first line of the relay (templates/*/agent_mail.md), and our signed addresses.
_OF_OUR_RELAY = re.compile(r"===.*\(CP-\d{10}\) ===|\+a[a-z2-7]{42}@", re.IGNORECASE)
_ONLY_SIGNATURE = re.compile(r"--\s*(?:\n|\Z)")
_HEADER_BLOCK = 8


def decide_staff(question: Question, signed: SignedAddress) -> Change:
    """What an agent's mail does to the case its signed address names."""
    facts = question.known.cases.get(signed.number)
    if facts is None:
        return book(question, outcome=Outcome.IGNORED, reason=f"case {signed.number} is gone")
    user = question.known.users.get(signed.subject_id)
    if question.mail.kind is not MailKind.MESSAGE or question.envelope.sender == "":
        # An agent's out-of-office or read receipt must never reach a seller.
        return book(question, outcome=Outcome.IGNORED, reason="automatic mail to an agent's address")
    if user is None or question.failed or not _is_theirs(question, user) or _has_ended(question, facts):
        return _keep_as_note(question, facts, signed)
    parsed = parse_commands(find_own_words(question.mail))
    problems = [*parsed.problems, *_colleague_problems(question, parsed)]
    if problems:
        return _report(question, facts, user, "Nothing was done: " + "; ".join(problems) + ".\n\n" + help_text())
    if signed.role is Role.NOTE or parsed.has("note"):
        return _note(question, facts, user, parsed)
    return _answer(question, facts, user, parsed)


def _answer(question: Question, facts: CaseFacts, user: User, parsed: Parsed) -> Change:
    words = parsed.text or any(is_passed_on(part) for part in question.mail.parts)
    if words and not facts.participants:
        return _report(question, facts, user, "Nothing was sent: nobody's address is certain in this case.")
    happenings = [Happening.AGENT_ANSWERED] if words else []
    happenings += [Happening.CLOSED] if parsed.has("close") else []
    happenings += [Happening.REOPENED] if parsed.has("reopen") else []
    report = "\n\n".join([*_left_out(question), *([help_text()] if parsed.has("help") else [])])
    if not words and not parsed.commands:
        report = "Your mail held no new text, so nothing was sent to the seller."
    if report:
        happenings.append(Happening.COMMANDED)
    if not words:
        return replace(
            _of_staff(question, facts, user, Outcome.COMMAND, f"commands of {user.address}"),
            happenings=tuple(happenings),
            settings=_settings(question, parsed),
            report=report,
            notes=_commands_said(parsed),
        )
    return replace(
        _of_staff(question, facts, user, Outcome.APPENDED, f"answer of {user.address}"),
        happenings=tuple(happenings),
        settings=_settings(question, parsed),
        report=report,
        message=_message(question, user, MessageKind.AGENT, Direction.OUTBOUND, parsed.text),
        notes=_commands_said(parsed),
    )


def find_own_words(mail: Mail) -> str:
    """What an agent wrote: the new text, cut where our relay begins, "" when nothing new was found.

    Rules for quotes never know every mail program, but the relay is ours: its first line and our signed address
    are recognised wherever they stand, with the lines of a header block right above them.
    """
    lines = mail.reply_text.split("\n") if mail.has_new_text else []
    begin = next((index for index, line in enumerate(lines) if _OF_OUR_RELAY.search(line)), None)
    if begin is not None:
        top = begin
        while top > max(0, begin - _HEADER_BLOCK) and lines[top - 1].strip():
            top -= 1
        lines = lines[:top]
    text = "\n".join(lines).strip()
    return "" if _ONLY_SIGNATURE.match(text) else text


def _left_out(question: Question) -> list[str]:
    kept_back = [part for part in question.mail.parts if part.attachment and not part.inline and not is_passed_on(part)]
    names = ", ".join(part.filename or part.content_type for part in kept_back)
    return [f"Not passed on, because it may name you: {names}."] if names else []


def _note(question: Question, facts: CaseFacts, user: User, parsed: Parsed) -> Change:
    return replace(
        _of_staff(question, facts, user, Outcome.APPENDED, f"note of {user.address}"),
        happenings=(
            Happening.NOTED,
            *([Happening.CLOSED] if parsed.has("close") else []),
            *([Happening.REOPENED] if parsed.has("reopen") else []),
            *([Happening.COMMANDED] if parsed.has("help") else []),
        ),
        settings=_settings(question, parsed),
        report=help_text() if parsed.has("help") else "",
        message=_message(question, user, MessageKind.NOTE, Direction.INBOUND, parsed.text),
        notes=_commands_said(parsed),
    )


def _keep_as_note(question: Question, facts: CaseFacts, signed: SignedAddress) -> Change:
    why = "the case was closed long ago" if _has_ended(question, facts) else "no address of that agent"
    reason = f"mail from {question.author} to an agent's address: {why}, kept as a note"
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=reason),
        case_id=facts.state.id,
        happenings=(Happening.NOTED, Happening.COMMANDED),
        user_id=signed.subject_id if signed.subject_id in question.known.users else None,
        report=(
            f"A mail from {question.author} came to your address of this case ({why}), so it was kept as a note and "
            "nothing was sent. If the address is yours, have it added to your name. A case that was closed long ago "
            "has to be opened again first: casepost case reopen."
        ),
        message=NewMessage(
            direction=Direction.INBOUND,
            kind=MessageKind.NOTE,
            mail=question.mail,
            text=question.mail.reply_text,
            ledger_id=question.ledger_id,
            unconfirmed=True,
            why=(Step(step="agent's signed address", hit=False, detail=reason),),
        ),
        notes=(reason,),
    )


def _report(question: Question, facts: CaseFacts, user: User, report: str) -> Change:
    return replace(
        _of_staff(question, facts, user, Outcome.COMMAND, "commands that could not be done; the agent was told"),
        happenings=(Happening.COMMANDED,),
        report=report,
        notes=(report.partition("\n")[0],),
    )


def _has_ended(question: Question, facts: CaseFacts) -> bool:
    """An agent's address ends thirty days after its case: what leaks from an old mailbox opens nothing."""
    closed_at = facts.state.closed_at
    return closed_at is not None and question.now - closed_at > REOPENS_FOR


def _of_staff(question: Question, facts: CaseFacts, user: User, outcome: Outcome, reason: str) -> Change:
    change = book(question, outcome=outcome, reason=reason)
    return replace(change, actor=f"agent {user.address}", case_id=facts.state.id, user_id=user.id)


def _message(question: Question, user: User, kind: MessageKind, direction: Direction, text: str) -> NewMessage:
    return NewMessage(
        direction=direction,
        kind=kind,
        mail=question.mail,
        text=text,
        ledger_id=question.ledger_id,
        user_id=user.id,
        why=(Step(step="agent's signed address", hit=True, detail=f"{user.address}, {user.role}"),),
    )


def _settings(question: Question, parsed: Parsed) -> Settings:
    assignees = [_colleague(question, address) for address in parsed.arguments("assign")]
    priorities = parsed.arguments("priority")
    topics = parsed.arguments("topic")
    return Settings(
        assignee_id=assignees[-1].id if assignees and assignees[-1] else None,
        priority=Priority(priorities[-1]) if priorities else None,
        topic=topics[-1] if topics else None,
        add_tags=parsed.arguments("tag"),
    )


def _colleague_problems(question: Question, parsed: Parsed) -> list[str]:
    unknown = [address for address in parsed.arguments("assign") if _colleague(question, address) is None]
    return [f"{address} is no member of staff" for address in unknown]


def _colleague(question: Question, address: str) -> User | None:
    return question.known.staff.get(fold_address(address))


def _is_theirs(question: Question, user: User) -> bool:
    author = question.mail.author
    own = {fold_address(one) for one in user.addresses}
    return user.role != "viewer" and author is not None and fold_address(author.address) in own


def _commands_said(parsed: Parsed) -> tuple[str, ...]:
    said = [f"#{one.name} {one.argument}".strip() for one in parsed.commands]
    return ("commands: " + ", ".join(said),) if said else ()
