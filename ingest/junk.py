"""Junk: what is neither answered nor shown to agents, and kept where it can be taken back with one step.

Own lists count before what a mail server says, the more exact entry before the wider one. A word in a case by
somebody who takes part is never junk because of a server's guess.
"""

from dataclasses import replace

from cases.change import Change, Junked
from cases.model import Outcome
from ingest.question import Question, book


def find_junk(question: Question, *, belongs: bool) -> str | None:
    """Why the mail is junk, None when it is none; `belongs`: it is a word in a case of theirs.

    An allowed address is one that the mail is really from, as far as can be told: spam is sent in the names of others.
    """
    facts = question.junk
    if facts.rescued:
        return None
    if facts.rule is not None and facts.rule.blocks:
        return f"{facts.rule.pattern} is blocked"
    allowed = facts.rule is not None and question.mail.author is not None and not question.failed
    if belongs or allowed or not facts.relay_is_believed or not question.mail.spam_verdict:
        return None
    return f"the mail server says so, {question.mail.spam_verdict}"


def book_junk(question: Question, reason: str) -> Change:
    """The mail is kept in the list of junk, and nobody hears of it."""
    set_aside = Junked(author=question.author, subject=question.mail.subject, reason=reason)
    return replace(book(question, outcome=Outcome.IGNORED, reason=f"junk: {reason}"), junk=set_aside)
