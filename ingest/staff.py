"""Mail from agents: answers, notes and commands, by the signed address of one case and one agent.

Rights need all of: the agent's own signed address, From one of that agent's addresses, no failed authentication.
Anything less is kept as a note that nobody outside sees, and the owner of the address is asked.
"""

import re
from dataclasses import replace

from cases.address import fold_address
from cases.change import Change, Held, NewMessage, Step
from cases.mail import Mail, MailKind, is_passed_on
from cases.model import Direction, Happening, MessageKind, Outcome
from cases.reference import Role, SignedAddress
from ingest.commands import Parsed, help_text, parse_commands
from ingest.question import Question, book
from ingest.staff_commands import find_problems, happenings_of, make_receipt, people_of, settings_of
from ingest.thread import REOPENS_FOR
from store.lookup import CaseFacts
from store.people import User
from store.staff_lookup import OtherAnswer

# The first line of the relay (templates/*/agent_mail.md), and our signed addresses.
_OF_OUR_RELAY = re.compile(r"===.*\(CP-\d{10}\) ===|\+a[a-z2-7]{42}@", re.IGNORECASE)
_ONLY_SIGNATURE = re.compile(r"--\s*(?:\n|\Z)")
_HEADER_BLOCK = 8
_QUOTED_LINES = 30


def decide_staff(question: Question, signed: SignedAddress) -> Change:
    """What an agent's mail does to the case its signed address names."""
    facts = question.known.cases.get(signed.number)
    if facts is None:
        return book(question, outcome=Outcome.IGNORED, reason=f"case {signed.number} is gone")
    if question.mail.kind is not MailKind.MESSAGE or question.envelope.sender == "":
        # An agent's out-of-office or read receipt must never reach a seller.
        return book(question, outcome=Outcome.IGNORED, reason="automatic mail to an agent's address")
    user = question.known.users.get(signed.subject_id)
    refusal = _find_refusal(question, facts, user)
    if user is None or refusal:
        return _keep_as_note(question, facts, user, refusal)
    parsed = parse_commands(find_own_words(question.mail))
    problems = [*parsed.problems, *find_problems(question, facts, user, parsed)]
    if problems:
        return _report(question, facts, user, "Nothing was done: " + "; ".join(problems) + ".\n\n" + help_text())
    if signed.role is Role.NOTE or parsed.has("note"):
        return _note(question, facts, user, parsed)
    return _answer(question, facts, user, parsed)


def _find_refusal(question: Question, facts: CaseFacts, user: User | None) -> str:
    """Why this mail has no rights, "" when it has."""
    author = question.mail.author
    if user is None:
        return "that address is of nobody on the staff any more"
    if author is None or user.role == "viewer" or fold_address(author.address) not in map(fold_address, user.addresses):
        return "no address of that agent"
    if question.failed:
        return f"not from whom it says: {question.identity.detail or 'its domain does not stand for it'}"
    if question.agents_need_pass and not question.identity.passed:
        return "its domain does not prove it, and [identity] agents_need asks for that"
    if question.staff.must_pass and not question.identity.passed:
        return "its domain does not prove it, as it did before"
    return "the case was closed long ago" if _has_ended(question, facts) else ""


def _answer(question: Question, facts: CaseFacts, user: User, parsed: Parsed) -> Change:
    words = bool(parsed.text or parsed.has("template") or any(is_passed_on(part) for part in question.mail.parts))
    people = people_of(parsed)
    if (words or parsed.has("send")) and not (facts.participants or people.add):
        return _report(question, facts, user, "Nothing was sent: nobody's address is certain in this case.")
    other = question.staff.other_answer
    if words and other is not None and not parsed.has("send"):
        return _hold(question, facts, user, parsed, other)
    if not words and not parsed.commands:
        return _report(question, facts, user, "Your mail held no new text, so nothing was sent to the seller.")
    happenings = [Happening.AGENT_ANSWERED] if words else [Happening.ANSWER_RELEASED] if parsed.has("send") else []
    report = "\n\n".join(filter(None, [make_receipt(question, user, parsed), *_left_out(question), _help(parsed)]))
    outcome = Outcome.APPENDED if words else Outcome.COMMAND
    said = f"answer of {user.address}" if words else f"commands of {user.address}"
    return replace(
        _of_staff(question, facts, user, outcome, said),
        happenings=(
            *happenings,
            *happenings_of(question, user, parsed),
            *([Happening.COMMANDED] if report else []),
        ),
        settings=settings_of(question, user, parsed),
        people=people,
        merge_into=next(iter(parsed.arguments("merge")), ""),
        template=next(iter(parsed.arguments("template")), ""),
        held=_held_after(parsed, words=words),
        report=report,
        message=_message(question, user, MessageKind.AGENT, Direction.OUTBOUND, _signed(question, parsed))
        if words
        else None,
        notes=_commands_said(parsed),
    )


def _held_after(parsed: Parsed, *, words: bool) -> Held:
    """What becomes of an answer that was held: `#send` sends it, new words with `#send` take its place."""
    if not parsed.has("send"):
        return Held.STAYS
    return Held.DROPPED if words else Held.SENT


def _hold(question: Question, facts: CaseFacts, user: User, parsed: Parsed, other: OtherAnswer) -> Change:
    """Somebody else has answered since: the seller would get two answers, so the agent is asked first."""
    quoted = "\n".join(f"> {line}" for line in other.text.split("\n")[:_QUOTED_LINES])
    not_done = "\n\nThe commands in your mail were not done." if parsed.commands else ""
    report = (
        f"Your answer was not sent yet: {other.author} has answered since the mail that you answered.\n\n{quoted}\n\n"
        "If yours shall go out as well, answer this mail with #send in the first line. With other words below #send "
        f"those are sent instead. If it shall not, there is nothing to do.{not_done}"
    )
    return replace(
        _of_staff(
            question, facts, user, Outcome.APPENDED, f"answer of {user.address}, held: {other.author} has answered"
        ),
        happenings=(Happening.ANSWER_HELD,),
        template=next(iter(parsed.arguments("template")), ""),
        report=report,
        message=_message(question, user, MessageKind.AGENT, Direction.OUTBOUND, _signed(question, parsed)),
        notes=(f"answer held: {other.author} has answered meanwhile",),
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


def _signed(question: Question, parsed: Parsed) -> str:
    """The words for the seller, with the block under the agent's name where that is wanted."""
    mail = question.mail
    # In a mail of ours that is quoted without a mark stands somebody else's signature, with internals below it.
    own = not _OF_OUR_RELAY.search(f"{mail.reply_text}\n{mail.signature}")
    signature = mail.signature if question.agent_signatures and parsed.text and own else ""
    return f"{parsed.text}\n\n{signature}" if signature else parsed.text


def _help(parsed: Parsed) -> str:
    return help_text() if parsed.has("help") else ""


def _left_out(question: Question) -> list[str]:
    kept_back = [part for part in question.mail.parts if part.attachment and not part.inline and not is_passed_on(part)]
    names = ", ".join(part.filename or part.content_type for part in kept_back)
    return [f"Not passed on, because it may name you: {names}."] if names else []


def _note(question: Question, facts: CaseFacts, user: User, parsed: Parsed) -> Change:
    report = "\n\n".join(filter(None, [make_receipt(question, user, parsed), _help(parsed)]))
    return replace(
        _of_staff(question, facts, user, Outcome.APPENDED, f"note of {user.address}"),
        happenings=(
            Happening.NOTED,
            *happenings_of(question, user, parsed),
            *([Happening.COMMANDED] if report else []),
        ),
        settings=settings_of(question, user, parsed),
        people=people_of(parsed),
        merge_into=next(iter(parsed.arguments("merge")), ""),
        report=report,
        message=_message(question, user, MessageKind.NOTE, Direction.INBOUND, parsed.text),
        notes=_commands_said(parsed),
    )


def _keep_as_note(question: Question, facts: CaseFacts, user: User | None, why: str) -> Change:
    reason = f"mail from {question.author} to an agent's address: {why}, kept as a note"
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=reason),
        case_id=facts.state.id,
        happenings=(Happening.NOTED, Happening.COMMANDED),
        user_id=user.id if user else None,
        report=(
            f"A mail from {question.author} came to your address of this case ({why}), so it was kept as a note and "
            "nothing was sent.\n\n"
            f"If {question.author} is an address of yours, have it added to your name: casepost user alias "
            f"{user.address if user else 'ADDRESS'} {question.author}\n\n"
            "A case that was closed long ago has to be opened again first: casepost case reopen "
            f"{facts.state.number}"
        ),
        message=_kept(question, reason),
        notes=(reason,),
    )


def keep_misdirected(question: Question, facts: CaseFacts, user: User) -> Change:
    """An agent's answer to a mail of ours that went to the queue's plain address, which proves nothing.

    It is often the other copy of a reply to all: then the copy by the signed address takes its place, and the report
    is not sent.
    """
    reason = f"mail from {question.author} to the queue instead of the agent's own address, kept as a note"
    return replace(
        book(question, outcome=Outcome.APPENDED, reason=reason),
        case_id=facts.state.id,
        happenings=(Happening.NOTED, Happening.MISDIRECTED),
        user_id=user.id,
        report=(
            "Your mail came to the queue's plain address, which proves nothing, so it was kept as a note and nothing "
            "was sent. Answer the mail that casepost sent you: its address is yours for this case alone."
        ),
        message=_kept(question, reason),
        notes=(reason,),
    )


def _kept(question: Question, reason: str) -> NewMessage:
    return NewMessage(
        direction=Direction.INBOUND,
        kind=MessageKind.NOTE,
        mail=question.mail,
        text=question.mail.reply_text,
        ledger_id=question.ledger_id,
        identity=question.identity,
        unconfirmed=True,
        why=(Step(step="agent's signed address", hit=False, detail=reason),),
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
    author = question.mail.author
    return replace(
        change,
        actor=f"agent {user.address}",
        case_id=facts.state.id,
        user_id=user.id,
        proved_address=author.address if author is not None and question.identity.passed else "",
    )


def _message(question: Question, user: User, kind: MessageKind, direction: Direction, text: str) -> NewMessage:
    return NewMessage(
        direction=direction,
        kind=kind,
        mail=question.mail,
        text=text,
        ledger_id=question.ledger_id,
        user_id=user.id,
        identity=question.identity,
        why=(Step(step="agent's signed address", hit=True, detail=f"{user.address}, {user.role}"),),
    )


def _commands_said(parsed: Parsed) -> tuple[str, ...]:
    said = [f"#{one.name} {one.argument}".strip() for one in parsed.commands]
    return ("commands: " + ", ".join(said),) if said else ()
