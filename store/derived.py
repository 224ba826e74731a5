"""What was read out of a message: parts, identifiers and files to look at. All of it can be read again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from cases.change import Rereading, Sighting
from cases.mail import Identifier, Mail, Part
from cases.missing import find_missing
from cases.model import MessageKind
from store.columns import clean_text
from store.tables import cases, events, identifiers, looks, messages, parts
from store.vouched import PARENT_IS_NOTED

# The same as `cases.mail.Part.is_listed`.
LISTED = sa.or_(parts.c.attachment, sa.and_(parts.c.inline, parts.c.filename.is_not(None)))

_ADD_PARTS = sa.insert(parts)
_ADD_IDENTIFIERS = sa.insert(identifiers)
_NOTED = {PARENT_IS_NOTED: True}
_COUNTS = sa.and_(messages.c.case_id == sa.bindparam("of_case"), messages.c.unconfirmed.is_(False))
_KINDS = (
    sa.select(identifiers.c.kind).join(messages, messages.c.id == identifiers.c.message_id).where(_COUNTS).distinct()
)
_A_PICTURE = (
    sa.select(parts.c.id)
    .join(messages, messages.c.id == parts.c.message_id)
    .where(_COUNTS, parts.c.content_type.startswith("image/"), LISTED)
    .limit(1)
)
_TOPIC = sa.select(cases.c.topic).where(cases.c.id == sa.bindparam("of_case"))
_SET_MISSING = sa.update(cases).where(cases.c.id == sa.bindparam("of_case"))
_LOOK_AGAIN = (
    sa.update(looks)
    .where(looks.c.message_id == sa.bindparam("of_message"), looks.c.path.in_(sa.bindparam("paths", expanding=True)))
    .returning(looks.c.path)
)


def insert_derived(connection: Connection, case_id: int, message_id: int, mail: Mail) -> None:
    """The parts and identifiers of a mail whose message was written in this transaction."""
    if mail.parts:
        rows = [part_values(message_id, part, mail.reader_version) for part in mail.parts]
        connection.execute(_ADD_PARTS, rows, execution_options=_NOTED)
    found = _identifier_values(case_id, message_id, mail.identifiers, path=None, version=mail.reader_version)
    if found:
        connection.execute(_ADD_IDENTIFIERS, found, execution_options=_NOTED)


def add_looks(connection: Connection, message_id: int, paths: Iterable[str], *, at: datetime) -> None:
    """The files of a message that are to be looked at, due at once; those known already are due again."""
    wanted = tuple(dict.fromkeys(paths))
    if not wanted:
        return
    fresh = {"state": "waiting", "due_at": at, "tries": 0, "last_error": "", "lease_holder": None, "lease_until": None}
    again = connection.execute(_LOOK_AGAIN, fresh | {"of_message": message_id, "paths": wanted})
    known = set(again.scalars())
    new = [{"message_id": message_id, "path": path, **fresh} for path in wanted if path not in known]
    if new:
        connection.execute(sa.insert(looks), new)


def record_sighting(connection: Connection, case_id: int, sighting: Sighting) -> None:
    """The identifiers that a file shows, in place of those seen in it before; `case_id` is the case that goes on.

    They belong to the case that the message is in, which may have been merged into the other meanwhile.
    """
    home = _home(connection, sighting.message_id)
    connection.execute(
        sa.delete(identifiers).where(
            identifiers.c.message_id == sighting.message_id, identifiers.c.path == sighting.path
        )
    )
    found = _identifier_values(
        home, sighting.message_id, sighting.identifiers, path=sighting.path, version=sighting.reader_version
    )
    if found:
        connection.execute(_ADD_IDENTIFIERS, found)
    for one in {home, case_id}:
        update_missing(connection, one)


def replace_derived(connection: Connection, case_id: int, rereading: Rereading, *, at: datetime) -> None:
    """Everything read out of a message, as it is read today; its pictures are looked at anew."""
    message_id = rereading.message_id
    mail = _with_verdicts(connection, message_id, rereading.mail)
    connection.execute(sa.delete(parts).where(parts.c.message_id == message_id))
    connection.execute(
        sa.delete(identifiers).where(identifiers.c.message_id == message_id, identifiers.c.path.is_(None))
    )
    gone = sa.and_(identifiers.c.message_id == message_id, identifiers.c.path.not_in(mail.to_look_at))
    connection.execute(sa.delete(identifiers).where(gone))
    connection.execute(sa.delete(looks).where(looks.c.message_id == message_id, looks.c.path.not_in(mail.to_look_at)))
    connection.execute(
        sa.update(messages)
        .where(messages.c.id == message_id)
        .values(
            subject=mail.subject,
            text=mail.text,
            reply_text=mail.reply_text,
            html=mail.html,
            language=mail.language,
            defects=list(mail.defects),
            reader_version=mail.reader_version,
        )
    )
    home = _home(connection, message_id)
    insert_derived(connection, home, message_id, mail)
    kind = connection.execute(sa.select(messages.c.kind).where(messages.c.id == message_id)).scalar_one()
    if kind == MessageKind.SELLER:
        add_looks(connection, message_id, mail.to_look_at, at=at)
    _update_topic(connection, home, message_id, mail.topic)
    for one in {home, case_id}:
        update_missing(connection, one)


def _with_verdicts(connection: Connection, message_id: int, mail: Mail) -> Mail:
    """What a scanner found in the files is not read out of them, so it stays as it was."""
    bad = sa.select(parts.c.sha256, parts.c.verdict).where(parts.c.message_id == message_id, parts.c.verdict != "")
    verdicts = {row.sha256: row.verdict for row in connection.execute(bad)}
    if not verdicts:
        return mail
    marked = tuple(replace(part, verdict=verdicts.get(part.sha256, "")) for part in mail.parts)
    paths = {part.path for part in marked if part.verdict}
    return replace(mail, parts=marked, to_look_at=tuple(path for path in mail.to_look_at if path not in paths))


def update_missing(connection: Connection, case_id: int) -> None:
    """What the case's topic still needs, all that was said in it taken together; a stranger's words do not count."""
    this = {"of_case": case_id}
    topic = connection.execute(_TOPIC, this).scalar_one()
    kinds = connection.execute(_KINDS, this).scalars()
    pictures = connection.execute(_A_PICTURE, this)
    missing = find_missing(topic, list(kinds), has_picture=pictures.first() is not None)
    connection.execute(_SET_MISSING, this | {"missing": list(missing)})


def _home(connection: Connection, message_id: int) -> int:
    return int(connection.execute(sa.select(messages.c.case_id).where(messages.c.id == message_id)).scalar_one())


def _update_topic(connection: Connection, case_id: int, message_id: int, topic: str) -> None:
    """The topic comes from the mail that opened the case, unless a person has set it since."""
    first = connection.execute(sa.select(sa.func.min(messages.c.id)).where(messages.c.case_id == case_id)).scalar()
    by_hand = sa.select(events.c.id).where(events.c.case_id == case_id, events.c.what.startswith("topic set to "))
    if first == message_id and connection.execute(by_hand.limit(1)).first() is None:
        connection.execute(sa.update(cases).where(cases.c.id == case_id).values(topic=topic))


def is_seller_word(kind: MessageKind, *, unconfirmed: bool) -> bool:
    """Whether a message says what its case is about: a seller's own word, by somebody who belongs to the case."""
    return kind is MessageKind.SELLER and not unconfirmed


def _identifier_values(
    case_id: int, message_id: int, found: Iterable[Identifier], *, path: str | None, version: int
) -> list[dict[str, Any]]:
    return [
        {
            "case_id": case_id,
            "message_id": message_id,
            "kind": one.kind,
            "value": one.value,
            "source": one.source,
            "path": path,
            "reader_version": version,
        }
        for one in found
    ]


def part_values(message_id: int, part: Part, version: int) -> dict[str, Any]:
    """The row of a part."""
    return {
        "message_id": message_id,
        "path": part.path,
        "start": part.offset,
        "length": part.length,
        "encoding": clean_text(part.encoding)[:32],
        "inside": part.inside,
        "content_type": part.content_type,
        "charset": part.charset,
        "filename": part.filename,
        "content_id": part.content_id,
        "inline": part.inline,
        "attachment": part.attachment,
        "size": part.size,
        "sha256": part.sha256,
        "reader_version": version,
        "verdict": part.verdict,
    }
