"""Signing keys: kept in the database, so that all nodes share them."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from cases.reference import Key, Keyring
from store.database import Database
from store.tables import signing_keys


def load_keyring(database: Database, *, now: datetime) -> Keyring:
    """The installation's keys, oldest first; the first start makes the first one."""
    with database.read() as connection:
        rows = connection.execute(_valid()).all()
    if not rows:
        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(sa.text("LOCK TABLE signing_keys IN EXCLUSIVE MODE"))
            if connection.execute(sa.select(sa.func.count()).select_from(signing_keys)).scalar() == 0:
                connection.execute(sa.insert(signing_keys).values(id=1, secret=secrets.token_bytes(32), created_at=now))
            rows = connection.execute(_valid()).all()
    return Keyring([Key(id=row.id, secret=row.secret) for row in rows])


def _valid() -> sa.Select[int, bytes]:
    return (
        sa.select(signing_keys.c.id, signing_keys.c.secret)
        .where(signing_keys.c.revoked_at.is_(None))
        .order_by(signing_keys.c.created_at, signing_keys.c.id)
    )
