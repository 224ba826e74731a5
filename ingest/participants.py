"""Who takes part: where an author is answered, whom a mail brings in, and how far its author is proved.

Nobody gets in by being named. Those copied on the mail that opens a case take part from its beginning; later a copy
counts when its author is proved, and then for what comes next only.
"""

import re
from collections.abc import Iterable

from cases.address import fold_address, strip_tag
from cases.change import People
from cases.mail import Address, Mail
from cases.reference import Role, has_form_of_ours
from ingest.organisation import are_one_organisation, is_relay
from ingest.question import Question
from store.lookup import CaseFacts
from store.people import find_queue

_MOST_COPIED = 25
_MAX_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3: longer ones cannot be written to
_NOBODY = re.compile(
    r"(?:.*[-._])?(?:(?:no|not|do-?not|donot)[-._]?reply|mailer-daemon|postmaster|bounces?)(?:[-._].*)?", re.DOTALL
)


def find_reply_address(mail: Mail, author: Address, relay_domains: frozenset[str]) -> str:
    """From; Reply-To only within the author's own organisation, else it could aim our mail at a third party."""
    wanted = next((one.address for one in mail.reply_to), author.address)
    usable = len(wanted) <= _MAX_ADDRESS and not has_form_of_ours(wanted)
    return wanted if usable and are_one_organisation(author.address, wanted, relay_domains) else author.address


def is_proved(question: Question, facts: CaseFacts) -> bool:
    """Whether the author is whom From says: by their own signed address of this case, or by their domain's word.

    The domain of a marketplace's relay vouches for the relay, not for who writes through it.
    """
    author = question.mail.author
    if author is None or question.failed:
        return False
    by_domain = question.identity.passed and not is_relay(author.address, question.relay_domains)
    return by_domain or _has_own_token(question, facts)


def _has_own_token(question: Question, facts: CaseFacts) -> bool:
    """Whether the mail came to the signed address of its very author, who may be another row since a merge."""
    assert question.mail.author is not None
    writer = facts.participants.get(fold_address(question.mail.author.address))
    owners = [
        facts.participants.get(question.known.signers.get(one.subject_id, ""))
        for one in question.evidence.signed
        if one.role is Role.SELLER
    ]
    return writer is not None and writer in owners


def find_copied(question: Question, author: Address, reply_address: str) -> tuple[Address, ...]:
    """Those who were copied on a case's first mail."""
    return _newcomers(question, {fold_address(author.address), fold_address(reply_address)})


def find_joining(question: Question, facts: CaseFacts) -> People:
    """Those whom a later mail brings in: nobody unless its author takes part and is proved."""
    author = question.mail.author
    if author is None or fold_address(author.address) not in facts.participants or not is_proved(question, facts):
        return People()
    return People(add=_newcomers(question, {*facts.participants, *facts.left}))


def _newcomers(question: Question, seen: Iterable[str]) -> tuple[Address, ...]:
    """Who is named in To and Cc: never ourselves, our staff, robots or those `seen` already.

    Nobody when it went to a crowd: one answer would become hundreds of mails.
    """
    named = (*question.mail.to, *question.mail.cc)
    if len(named) > _MOST_COPIED:
        return ()
    known = frozenset(seen)
    found: dict[str, Address] = {}
    for one in named:
        found.setdefault(fold_address(one.address), one)
    return tuple(one for key, one in found.items() if key not in known and _is_somebody(question, one))


def _is_somebody(question: Question, one: Address) -> bool:
    ours = find_queue(question.known.queues, one.address) or fold_address(one.address) in question.known.staff
    relayed = is_relay(one.address, question.relay_domains)
    local = (fold_address(one.address) if relayed else strip_tag(one.address)).rpartition("@")[0]
    robot = _NOBODY.fullmatch(local) is not None
    return not (ours or robot or has_form_of_ours(one.address)) and len(one.address) <= _MAX_ADDRESS
