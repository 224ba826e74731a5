"""What the store knows of the references in a mail: gathered in one go, so that the decision can be pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.address import fold_address
from cases.identity import Verdict
from cases.mail import Identifier, Source
from cases.model import CaseState, MessageKind, Queue, Status
from store.case_rows import find_state, is_erased
from store.people import User, load_queues, load_users
from store.tables import cases, identifiers, known_ids, messages, participants, referred_ids

# Numbers that two mails about one matter share.
_SHARED_KINDS = ("order_id", "fba_shipment_id", "external_case_id")
_RELATED_FOR = timedelta(days=14)
_MOST_PLACES = 200  # of one author, the newest
_MOST_RELATED = 5
_SUBJECTS = 50
_MOST_OF_IDS = 400  # a hundred ids, each by several: everybody can use another's

# By where the author takes part, and not by an order that thousands of others may name too.
_PLACES = (
    sa.select(participants.c.id, participants.c.case_id, participants.c.left_at)
    .where(participants.c.address_key == sa.bindparam("author"))
    .order_by(participants.c.id.desc())
    .limit(_MOST_PLACES)
)
_Place = Row[Any, Any, Any]
_LANGUAGE_OF = (
    sa.select(messages.c.language)
    .where(
        # Two steps: a message that came by a merge has its author among the participants of the case it came from.
        messages.c.case_id.in_(sa.bindparam("case_ids", expanding=True)),
        messages.c.participant_id.in_(sa.bindparam("participant_ids", expanding=True)),
        messages.c.kind == MessageKind.SELLER,
        messages.c.unconfirmed.is_(False),
        messages.c.language.is_not(None),
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
_NUMBERS_OF = {
    table: sa.select(table.c.rfc_message_id, cases.c.number)
    .join(cases, cases.c.id == table.c.case_id)
    .where(table.c.rfc_message_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(table.c.message_id)
    .limit(_MOST_OF_IDS)
    for table in (known_ids, referred_ids)
}
_RELATED = (
    sa.select(cases.c.number, identifiers.c.kind, identifiers.c.value)
    .join(cases, cases.c.id == identifiers.c.case_id)
    .join(messages, messages.c.id == identifiers.c.message_id)
    .where(
        cases.c.id.in_(sa.bindparam("case_ids", expanding=True)),
        identifiers.c.value.in_(sa.bindparam("values", expanding=True)),
        identifiers.c.kind.in_(_SHARED_KINDS),
        messages.c.unconfirmed.is_(False),
        messages.c.authentication != Verdict.FAIL,
        messages.c.at >= sa.bindparam("since"),
        cases.c.status != Status.CLOSED,
    )
    .order_by(identifiers.c.id.desc())
    .limit(_MOST_RELATED * 4)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts:
    """A case that a mail refers to: its state, who takes part (folded address -> participant id), its last word.

    `left`: folded addresses of those who take part no longer; `spoke`: ids of participants with a word of their own
    in it; `subjects` of the mails in it, theirs and ours.
    """

    state: CaseState
    participants: Mapping[str, int]
    last_word_at: datetime
    left: frozenset[str] = frozenset()
    spoke: frozenset[int] = frozenset()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Everything a decision may ask. Cases stand under every number that leads to them, merged ones followed;
    `numbers_of_ids` are the cases that have a mail with a Message-ID, `numbers_of_referred` those with a mail that
    refers to it, oldest first: everybody can use another's id. `users` are those whose signed addresses were written
    to, `staff` everybody by folded address; `signers` are the participants whose signed addresses were written to (id
    -> folded address); `related` (number -> what is shared) are cases of the author that have the same order number;
    `language` is the one the author last wrote in, None when nothing is known of them.
    """

    queues: tuple[Queue, ...]
    cases: Mapping[str, CaseFacts]
    numbers_of_ids: Mapping[str, tuple[str, ...]]
    users: Mapping[int, User]
    staff: Mapping[str, User]
    language: str | None = None
    numbers_of_referred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    signers: Mapping[int, str] = field(default_factory=dict)
    related: Mapping[str, str] = field(default_factory=dict)


def gather(
    connection: Connection,
    *,
    numbers: Sequence[str],
    message_ids: Sequence[str],
    user_ids: Sequence[int],
    participant_ids: Sequence[int] = (),
    author: str = "",
    shared: Sequence[Identifier] = (),
    now: datetime | None = None,
) -> Known:
    """Look up case numbers, Message-IDs, members of staff and what is known of the author.

    `shared`: identifiers of the mail; with `now`, cases of the author that have one of them too are looked for.
    """
    of_ids = _numbers_of(connection, known_ids, message_ids)
    referred = _numbers_of(connection, referred_ids, message_ids)
    found: dict[str, CaseFacts] = {}
    for number in dict.fromkeys([*numbers, *_all(of_ids), *_all(referred)]):
        state = find_state(connection, number)
        if state is not None and not is_erased(connection, state.id):
            found[number] = _facts(connection, state)
    staff = load_users(connection)
    places = connection.execute(_PLACES, {"author": fold_address(author)}).all() if author else []
    return Known(
        queues=load_queues(connection),
        cases=found,
        numbers_of_ids=of_ids,
        numbers_of_referred=referred,
        users={user.id: user for user in staff if user.id in user_ids},
        staff={fold_address(address): user for user in staff for address in user.addresses},
        signers=_signers(connection, participant_ids),
        related=_related(connection, places, shared, now) if places and now else {},
        language=_language_of(connection, places) if places else None,
    )


def _language_of(connection: Connection, places: Sequence[_Place]) -> str | None:
    """The language of the newest mail of theirs, in any case, that had enough words to tell one."""
    theirs = {"case_ids": [one.case_id for one in places], "participant_ids": [one.id for one in places]}
    return connection.execute(_LANGUAGE_OF, theirs).scalar()


def _numbers_of(connection: Connection, table: sa.Table, message_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The numbers of the cases under which each Message-ID stands in `table`, oldest first."""
    if not message_ids:
        return {}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for row in connection.execute(_NUMBERS_OF[table], {"ids": list(message_ids)}):
        found[row.rfc_message_id][row.number] = None
    return {one: tuple(numbers) for one, numbers in found.items()}


def _all(of_ids: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [number for numbers in of_ids.values() for number in numbers]


def _signers(connection: Connection, participant_ids: Sequence[int]) -> dict[int, str]:
    if not participant_ids:
        return {}
    query = sa.select(participants.c.id, participants.c.address_key).where(participants.c.id.in_(participant_ids))
    return {row.id: row.address_key for row in connection.execute(query)}


def _related(
    connection: Connection, places: Sequence[_Place], shared: Sequence[Identifier], now: datetime
) -> dict[str, str]:
    """Cases that are not closed, in which the author takes part and had the same order number within 14 days."""
    wanted = {
        (one.kind, one.value) for one in shared if one.kind in _SHARED_KINDS and one.source is not Source.SIGNATURE
    }
    case_ids = [one.case_id for one in places if one.left_at is None]
    if not wanted or not case_ids:
        return {}
    theirs = {"values": sorted({value for _, value in wanted}), "case_ids": case_ids, "since": now - _RELATED_FOR}
    found: dict[str, str] = {}
    for row in connection.execute(_RELATED, theirs):
        if (row.kind, row.value) in wanted and len(found) < _MOST_RELATED:
            found.setdefault(row.number, row.value)
    return found


def _facts(connection: Connection, state: CaseState) -> CaseFacts:
    everybody = connection.execute(
        sa.select(participants).where(participants.c.case_id == state.id).order_by(participants.c.id.desc())
    ).all()
    here = [row for row in everybody if row.left_at is None]
    spoke = _spoke(connection, state.id)
    last = connection.execute(sa.select(sa.func.max(messages.c.at)).where(messages.c.case_id == state.id)).scalar()
    return CaseFacts(
        state=state,
        # Who asked to be answered elsewhere writes from there; their own address counts more than another's wish.
        participants={fold_address(row.reply_address): row.id for row in here}
        | {row.address_key: row.id for row in here},
        left=frozenset(row.address_key for row in everybody if row.left_at is not None),
        spoke=frozenset(row.id for row in here if row.address_key in spoke),
        subjects=_subjects(connection, state.id),
        last_word_at=last or state.updated_at,
    )


def _spoke(connection: Connection, case_id: int) -> frozenset[str]:
    """The folded addresses of those with a word of their own in a case, whose author was not found to be another."""
    found = connection.execute(
        sa.select(participants.c.address_key)
        .join(messages, messages.c.participant_id == participants.c.id)
        .where(
            messages.c.case_id == case_id,
            messages.c.kind == MessageKind.SELLER,
            messages.c.unconfirmed.is_(False),
            messages.c.authentication != Verdict.FAIL,
        )
        .distinct()
    )
    return frozenset(found.scalars())


def _subjects(connection: Connection, case_id: int) -> tuple[str, ...]:
    """The subjects of the newest mails: an answer to our reminder has the reminder's."""
    newest = (
        sa.select(messages.c.subject).where(messages.c.case_id == case_id, messages.c.unconfirmed.is_(False))
    ).order_by(messages.c.id.desc())
    return tuple(dict.fromkeys(connection.execute(newest.limit(_SUBJECTS)).scalars()))
