"""Which case a mail belongs to: a list of steps, each a hit or a miss, and one table of evidence and sender."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.address import fold_address
from cases.change import Step
from cases.mail import Mail, MailKind
from cases.model import Status
from ingest.evidence import Evidence, Kind
from ingest.organisation import are_one_organisation
from store.lookup import CaseFacts, Known

REOPENS_FOR = timedelta(days=30)
SILENT_AFTER = timedelta(days=14)
RELATED = "order number in another case"
# "AW:", "RE :", "Antw.:", "Re[2]:", "回复：", and what gateways put before a subject, "[EXTERN]"; tags, and what is
# left of one when a client shortens a subject.
_PREFIXES = re.compile(r"^(?:\s*(?:\[[^\]\d]{1,20}\]|[^\W\d_]{1,6}\.?(?:\[\d+\]|\(\d+\))?\s{0,2}[:\uff1a]))+")
_TAG = re.compile(r"\[\s*cp\s*-[^\]]*(?:\]|\Z)")


class Standing(StrEnum):
    """Who wrote, as seen from the case that the evidence names."""

    PARTICIPANT = "participant"
    STRANGER = "unknown sender"
    FAILED = "sender with fail"


class Placement(StrEnum):
    """What becomes of the mail."""

    APPENDED = "appended"
    UNCONFIRMED = "appended unconfirmed"
    LINKED = "new case, linked"
    NEW = "new case"


PLACEMENTS: dict[tuple[Kind, Standing], Placement] = {
    (Kind.SIGNED_ADDRESS, Standing.PARTICIPANT): Placement.APPENDED,
    (Kind.SIGNED_ADDRESS, Standing.STRANGER): Placement.UNCONFIRMED,
    (Kind.SIGNED_ADDRESS, Standing.FAILED): Placement.LINKED,
    (Kind.OUR_MESSAGE_ID, Standing.PARTICIPANT): Placement.APPENDED,
    (Kind.OUR_MESSAGE_ID, Standing.STRANGER): Placement.LINKED,
    (Kind.OUR_MESSAGE_ID, Standing.FAILED): Placement.LINKED,
    (Kind.KNOWN_MESSAGE_ID, Standing.PARTICIPANT): Placement.APPENDED,
    (Kind.KNOWN_MESSAGE_ID, Standing.STRANGER): Placement.LINKED,
    (Kind.KNOWN_MESSAGE_ID, Standing.FAILED): Placement.LINKED,
    (Kind.REFERRED_ID, Standing.PARTICIPANT): Placement.APPENDED,
    (Kind.REFERRED_ID, Standing.STRANGER): Placement.LINKED,
    (Kind.REFERRED_ID, Standing.FAILED): Placement.LINKED,
    (Kind.TAG, Standing.PARTICIPANT): Placement.APPENDED,
    (Kind.TAG, Standing.STRANGER): Placement.LINKED,
    (Kind.TAG, Standing.FAILED): Placement.LINKED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a mail goes and why; `facts` is the case it goes to or is linked with."""

    placement: Placement
    facts: CaseFacts | None
    steps: tuple[Step, ...]


def decide_place(
    mail: Mail,
    evidence: Evidence,
    known: Known,
    *,
    failed: bool,
    now: datetime,
    relay_domains: frozenset[str] = frozenset(),
) -> Place:
    """Follow the evidence from the strongest to the weakest; the first that appends decides.

    A weaker reference may still append where a stronger one only links: a relay may have cut the rest.
    """
    steps: list[Step] = []
    linked: CaseFacts | None = None
    for kind in Kind:
        hit = False
        for facts, named in _references(kind, evidence, known):
            hit = True
            standing = standing_of(mail, facts, failed=failed)
            placement, but = PLACEMENTS[kind, standing], ""
            if placement is not Placement.LINKED:
                but = _why_not(kind, mail, evidence, facts, now=now, relay_domains=relay_domains)
                placement = Placement.LINKED if but else placement
            detail = f"{named}, {_say(standing, mail, facts)}: {placement.value}"
            steps.append(Step(step=kind.value, hit=True, detail=f"{detail} ({but})" if but else detail))
            if placement is not Placement.LINKED:
                return Place(placement=placement, facts=facts, steps=tuple(steps))
            linked = linked or facts
        if not hit:
            steps.append(Step(step=kind.value, hit=False))
    steps.append(_related_step(known, failed=failed))
    return Place(placement=Placement.LINKED if linked else Placement.NEW, facts=linked, steps=tuple(steps))


def standing_of(mail: Mail, facts: CaseFacts, *, failed: bool) -> Standing:
    """Who the author is for this case; one who cannot be told for certain has no standing at all."""
    if failed or mail.author is None:
        return Standing.FAILED
    taking_part = fold_address(mail.author.address) in facts.participants
    return Standing.PARTICIPANT if taking_part else Standing.STRANGER


def _say(standing: Standing, mail: Mail, facts: CaseFacts) -> str:
    """The standing in words: an agent may have to know that the stranger was sent away."""
    gone = mail.author is not None and fold_address(mail.author.address) in facts.left
    return f"{standing.value} who takes part no longer" if standing is Standing.STRANGER and gone else standing.value


def _references(kind: Kind, evidence: Evidence, known: Known) -> Iterator[tuple[CaseFacts, str]]:
    """The cases that one kind of evidence names, with words for the record."""
    for number in dict.fromkeys(_numbers(kind, evidence, known)):
        facts = known.cases.get(number)
        if facts is not None:
            merged = f" (merged into {facts.state.number})" if facts.state.number != number else ""
            yield facts, f"case {number}{merged}"


def _numbers(kind: Kind, evidence: Evidence, known: Known) -> Iterator[str]:
    match kind:
        case Kind.SIGNED_ADDRESS:
            yield from (one.number for one in evidence.signed)
        case Kind.OUR_MESSAGE_ID:
            # The message may have gone to another case since, by a split; what the id says holds for all others.
            for one, number in evidence.our_ids:
                yield from known.numbers_of_ids.get(one, (number,))
        case Kind.KNOWN_MESSAGE_ID:
            for one in evidence.foreign_ids:
                yield from known.numbers_of_ids.get(one, ())
        case Kind.REFERRED_ID:
            for one in (*([evidence.own_id] if evidence.own_id else []), *evidence.foreign_ids):
                yield from known.numbers_of_referred.get(one, ())
        case Kind.TAG:
            yield from evidence.tags


def _related_step(known: Known, *, failed: bool) -> Step:
    if failed or not known.related:
        return Step(step=RELATED, hit=False)
    named = ", ".join(f"{value} in case {number}" for number, value in known.related.items())
    return Step(step=RELATED, hit=True, detail=f"{named}, by the same sender: {Placement.LINKED.value}, maybe related")


def _why_not(
    kind: Kind, mail: Mail, evidence: Evidence, facts: CaseFacts, *, now: datetime, relay_domains: frozenset[str]
) -> str:
    """Why a mail that the table would append is linked all the same, "" when nothing speaks against it."""
    if _is_new_matter(kind, mail, evidence, facts, now=now):
        return "a new matter on a case that has come to rest"
    if kind is Kind.REFERRED_ID and not _belongs(mail, facts, relay_domains):
        return "opened by somebody else"
    return ""


def _belongs(mail: Mail, facts: CaseFacts, relay_domains: frozenset[str]) -> bool:
    """Whether a mail that an earlier one refers to, or that refers to the same, is of that one's case.

    Everybody can open a case that refers to the id of another's mail, copy that other, and wait for the mail. So its
    author, or somebody it was sent to, must have written in the case; and nobody else may read along who is not
    addressed by it or of the author's own organisation.
    """
    assert mail.author is not None
    author = fold_address(mail.author.address)
    addressed = {facts.participants.get(fold_address(one.address)) for one in (*mail.to, *mail.cc)}
    writer = facts.participants[author]
    others = {address: who for address, who in facts.participants.items() if who not in {writer, *addressed}}
    return bool(facts.spoke & {writer, *addressed}) and all(
        are_one_organisation(author, other, relay_domains) for other in others
    )


def _is_new_matter(kind: Kind, mail: Mail, evidence: Evidence, facts: CaseFacts, *, now: datetime) -> bool:
    """A closed case reopens for 30 days; an address from the address book, with nothing else, starts anew."""
    closed_at = facts.state.closed_at
    if facts.state.status is Status.CLOSED and closed_at is not None and now - closed_at > REOPENS_FOR:
        return True
    at_rest = facts.state.status is Status.CLOSED or now - facts.last_word_at > SILENT_AFTER
    # An automatic answer begins no matter, and its subject is its program's own.
    bare = mail.kind is MailKind.MESSAGE and not (mail.in_reply_to or mail.references or evidence.tags)
    subjects = {_plain_subject(one) for one in (facts.state.subject, *facts.subjects)}
    other_subject = _plain_subject(mail.subject) not in subjects
    return kind is Kind.SIGNED_ADDRESS and at_rest and bare and other_subject


def _plain_subject(subject: str) -> str:
    """The subject without prefixes and tags, folded: what tells one matter from another."""
    return " ".join(_PREFIXES.sub("", _TAG.sub(" ", subject.casefold())).split())
