"""Templates that were saved by command or console: every save is a revision with its author and reason.

The newest revision of a name and language holds; one without a source says that the shipped template holds again.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.errors import TemporaryError
from store.database import Database
from store.errors import NotFound
from store.tables import template_revisions

_BEHIND = 3  # older revisions that stand behind the newest one, for when it cannot be rendered
_FRESH_SECONDS = 0.9  # a saved template holds on every node from one second later


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """One save; `source` None: the shipped template holds again from then on."""

    id: int
    name: str
    language: str
    source: str | None
    author: str
    reason: str
    at: datetime


def add_revision(
    connection: Connection, *, name: str, language: str, source: str | None, author: str, reason: str, at: datetime
) -> int:
    """Save a template; the id of the revision. It is the caller who has checked it."""
    return int(
        connection.execute(
            sa.insert(template_revisions)
            .values(name=name, language=language, source=source, author=author, reason=reason, at=at)
            .returning(template_revisions.c.id)
        ).scalar_one()
    )


def list_revisions(connection: Connection, name: str, language: str | None) -> list[Revision]:
    """The revisions of a template, newest first; of all languages when none is named."""
    wanted = sa.select(template_revisions).where(template_revisions.c.name == name)
    if language is not None:
        wanted = wanted.where(template_revisions.c.language == language)
    return [_revision(row) for row in connection.execute(wanted.order_by(template_revisions.c.id.desc()))]


def load_revision(connection: Connection, revision_id: int) -> Revision:
    """One revision; NotFound when there is none with this id."""
    row = connection.execute(sa.select(template_revisions).where(template_revisions.c.id == revision_id)).first()
    if row is None:
        raise NotFound(f"there is no revision {revision_id}; `casepost template history NAME` lists them")
    return _revision(row)


class SavedTemplates:
    """What is saved, as the responder asks for it: read anew every second, and kept while the store does not answer."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._read_at = float("-inf")
        self._newest: int | None = None
        self._sources: dict[tuple[str, str], tuple[str, ...]] = {}
        self._reading = threading.Lock()

    def find(self, name: str, language: str) -> tuple[str, ...]:
        """The newest source and some older ones behind it; () where the shipped template holds."""
        return self._current().get((name, language), ())

    def list(self) -> tuple[tuple[str, str], ...]:
        """(name, language) of all templates that are saved."""
        return tuple(sorted(self._current()))

    def _current(self) -> dict[tuple[str, str], tuple[str, ...]]:
        with self._reading:
            if self._clock() - self._read_at >= _FRESH_SECONDS:
                try:
                    newest = _newest_id(self._database)
                    if newest != self._newest:
                        self._sources = _load_sources(self._database)
                except TemporaryError:
                    return self._sources
                self._newest, self._read_at = newest, self._clock()
            return self._sources


def _newest_id(database: Database) -> int | None:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.max(template_revisions.c.id))).scalar()


def _load_sources(database: Database) -> dict[tuple[str, str], tuple[str, ...]]:
    with database.read() as connection:
        rows = connection.execute(
            sa.select(template_revisions.c.name, template_revisions.c.language, template_revisions.c.source).order_by(
                template_revisions.c.id.desc()
            )
        ).all()
    found: dict[tuple[str, str], list[str | None]] = {}
    for row in rows:
        found.setdefault((row.name, row.language), []).append(row.source)
    # A revision without a source ends what was saved before it.
    kept = {key: sources[: sources.index(None)] if None in sources else sources for key, sources in found.items()}
    return {
        key: tuple(dict.fromkeys(one for one in sources if one is not None))[: _BEHIND + 1]
        for key, sources in kept.items()
        if sources
    }


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id,
        name=row.name,
        language=row.language,
        source=row.source,
        author=row.author,
        reason=row.reason,
        at=row.at,
    )
