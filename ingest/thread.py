"""Which case a mail belongs to: a list of steps, each a hit or a miss, and one table of evidence and sender."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.address import fold_address
from cases.change import Step
from cases.mail import Mail
from cases.model import Status
from ingest.evidence import Evidence, Kind
from store.lookup import CaseFacts, Known

REOPENS_FOR = timedelta(days=30)
SILENT_AFTER = timedelta(days=14)


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


def decide_place(mail: Mail, evidence: Evidence, known: Known, *, failed: bool, now: datetime) -> Place:
    """Follow the evidence from the strongest to the weakest; the first that appends decides.

    A weaker reference may still append where a stronger one only links: a relay may have cut the rest.
    """
    steps: list[Step] = []
    linked: CaseFacts | None = None
    for kind in Kind:
        hit = False
        for facts, named in _references(kind, evidence, known):
            hit, detail = True, named
            standing = standing_of(mail, facts, failed=failed)
            placement = PLACEMENTS[kind, standing]
            if placement is not Placement.LINKED and _is_new_matter(kind, mail, evidence, facts, now=now):
                placement, detail = Placement.LINKED, f"{named}: a new matter on a case that has come to rest"
            steps.append(Step(step=kind.value, hit=True, detail=f"{detail}, {standing.value}: {placement.value}"))
            if placement is not Placement.LINKED:
                return Place(placement=placement, facts=facts, steps=tuple(steps))
            linked = linked or facts
        if not hit:
            steps.append(Step(step=kind.value, hit=False))
    return Place(placement=Placement.LINKED if linked else Placement.NEW, facts=linked, steps=tuple(steps))


def standing_of(mail: Mail, facts: CaseFacts, *, failed: bool) -> Standing:
    """Who the author is for this case; one who cannot be told for certain has no standing at all."""
    if failed or mail.author is None:
        return Standing.FAILED
    taking_part = fold_address(mail.author.address) in facts.participants
    return Standing.PARTICIPANT if taking_part else Standing.STRANGER


def _references(kind: Kind, evidence: Evidence, known: Known) -> Iterator[tuple[CaseFacts, str]]:
    """The cases that one kind of evidence names, with words for the record."""
    match kind:
        case Kind.SIGNED_ADDRESS:
            numbers = [one.number for one in evidence.signed]
        case Kind.OUR_MESSAGE_ID:
            numbers = [number for _, number in evidence.our_ids]
        case Kind.KNOWN_MESSAGE_ID:
            found = (known.numbers_of_ids.get(one) for one in evidence.foreign_ids)
            numbers = [number for number in found if number is not None]
        case Kind.TAG:
            numbers = list(evidence.tags)
    for number in dict.fromkeys(numbers):
        facts = known.cases.get(number)
        if facts is not None:
            merged = f" (merged into {facts.state.number})" if facts.state.number != number else ""
            yield facts, f"case {number}{merged}"


def _is_new_matter(kind: Kind, mail: Mail, evidence: Evidence, facts: CaseFacts, *, now: datetime) -> bool:
    """A closed case reopens for 30 days; an address from the address book, with nothing else, starts anew."""
    closed_at = facts.state.closed_at
    if facts.state.status is Status.CLOSED and closed_at is not None and now - closed_at > REOPENS_FOR:
        return True
    at_rest = facts.state.status is Status.CLOSED or now - facts.last_word_at > SILENT_AFTER
    bare = not (mail.in_reply_to or mail.references or evidence.tags)
    other_subject = _plain_subject(mail.subject) != _plain_subject(facts.state.subject)
    return kind is Kind.SIGNED_ADDRESS and at_rest and bare and other_subject


def _plain_subject(subject: str) -> str:
    """The subject without reply prefixes, folded: what tells one matter from another."""
    words = subject.casefold().split()
    while words and words[0].endswith(":") and len(words[0]) <= 5:
        words = words[1:]
    return " ".join(words)
