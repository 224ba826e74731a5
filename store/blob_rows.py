"""Large bytes as rows of 256 KB in the ledger's database: for several nodes that share nothing else.

In rows, not in one value: a value of 35 MB is held several times over on its way through driver and server.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from store.database import Database
from store.errors import StoreDamaged
from store.ledger_tables import raw_pieces

PIECE_OCTETS = 256 * 1024


class Rows:
    """The place of large bytes on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, name: str, octets: bytes) -> str:
        """Make the bytes durable, in a transaction of their own; the location under which they are found."""
        view = memoryview(octets)
        with self._database.write() as connection:
            for number, start in enumerate(range(0, len(view), PIECE_OCTETS)):
                piece = bytes(view[start : start + PIECE_OCTETS])
                connection.execute(
                    sa.insert(raw_pieces).values(name=name, number=number, content=piece, kept_at=self._database.now())
                )
        return f"rows:{name}"

    def read(self, name: str) -> bytes:
        """The bytes; StoreDamaged when there are none."""
        wanted = sa.select(raw_pieces.c.content).where(raw_pieces.c.name == name).order_by(raw_pieces.c.number)
        with self._database.read() as connection:
            pieces = connection.execute(wanted).scalars().all()
        if not pieces:
            raise StoreDamaged(f"the rows of the bytes {name[:12]}… are gone")
        return b"".join(pieces)

    def drop(self, name: str) -> None:
        """Take the rows away; nothing happens when they are gone."""
        with self._database.write() as connection:
            connection.execute(sa.delete(raw_pieces).where(raw_pieces.c.name == name))

    def find(self, *, older_than: timedelta) -> list[str]:
        """The locations of all that was kept longer ago than that, by the server's clock."""
        old: Any = raw_pieces.c.kept_at < self._database.now() - sa.literal(older_than, sa.Interval)
        wanted = sa.select(raw_pieces.c.name).where(raw_pieces.c.number == 0, old)
        with self._database.read() as connection:
            return [f"rows:{name}" for name in connection.execute(wanted).scalars()]
