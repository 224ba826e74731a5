"""Signing keys: kept in the database, so that all nodes share them."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cases.reference import Key, Keyring
from store.database import Database
from store.people_tables import signing_keys


def load_keyring(database: Database, *, now: datetime) -> Keyring:
    """The installation's keys, oldest first; one is made at the first start, and when the last was revoked."""
    with database.read() as connection:
        rows = connection.execute(_all()).all()
    if all(row.revoked_at is not None for row in rows):
        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(sa.text("LOCK TABLE signing_keys IN EXCLUSIVE MODE"))
            rows = connection.execute(_all()).all()
            if all(row.revoked_at is not None for row in rows):
                new = max((row.id for row in rows), default=0) + 1
                values = {"id": new, "secret": secrets.token_bytes(32), "created_at": now}
                connection.execute(sa.insert(signing_keys).values(values))
            rows = connection.execute(_all()).all()
    return Keyring([Key(id=row.id, secret=row.secret, revoked=row.revoked_at is not None) for row in rows])


def _all() -> sa.Select[Any]:
    return sa.select(signing_keys).order_by(signing_keys.c.created_at, signing_keys.c.id)
