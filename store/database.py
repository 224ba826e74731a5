"""Connections and transactions: one writer at a time on SQLite, as many as you like on PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.clock import Clock, real_clock
from store.columns import Instant
from store.errors import StoreUnavailable
from store.turn import Turn

LEASE = timedelta(seconds=10)
BUSY_SECONDS = 30
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL syncs each commit; NORMAL can lose the last ones on a power cut (sqlite.org/pragma.html#pragma_synchronous).
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA secure_delete=ON",
)


class Database:
    """One database: a SQLite file or a PostgreSQL server."""

    def __init__(self, engine: Engine, *, clock: Clock = real_clock, turn: Turn | None = None) -> None:
        """`turn`: for whom a writer of a SQLite file waits."""
        self.engine = engine
        self._turn = turn
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._clock = clock
        # SQLite's readers see one state anyway. PostgreSQL's default is a new one for each statement, and a reader of
        # REPEATABLE READ is never refused for that (postgresql.org/docs/current/transaction-iso.html).
        self._reading: dict[str, Any] = (
            {"casepost_read": True}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it has the write lock from its first moment.

        Raises StoreUnavailable (temporary) when the database is locked, full or gone.
        """
        with translated(), self.turn(), self.engine.begin() as connection:
            yield connection

    def turn(self) -> AbstractContextManager[None]:
        """Be the next to write, also before the transaction begins; nothing on PostgreSQL."""
        return self._turn.taken() if self._turn is not None else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, waits for no writer and sees one state of everything, however many statements.

        Raises StoreUnavailable (temporary).
        """
        with translated(), self.engine.connect() as opened:
            connection = opened.execution_options(**self._reading)
            with connection.begin():
                yield connection

    def now(self) -> sa.ColumnElement[Any]:
        """The server's clock, which all nodes share, as a value of a statement; on SQLite this machine's."""
        if self.is_sqlite:
            return sa.literal(self._clock(), Instant)
        return sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))

    def find_clock_difference(self) -> timedelta:
        """How far this machine's clock is ahead of the database server's. Raises StoreUnavailable (temporary)."""
        with self.read() as connection:
            connection.execute(sa.text("SELECT 1")).one()  # who has to connect first would ask too early
            before = self._clock()
            theirs: datetime = connection.execute(sa.select(self.now())).scalar_one()
            return before + (self._clock() - before) / 2 - theirs

    def lease_until(self) -> Any:
        """The end of a lease taken now, as a value to store: by the server's clock, which all nodes share."""
        if self.is_sqlite:
            return self._clock() + LEASE
        return sa.text("clock_timestamp() + interval '10 seconds'")

    def lease_is_over(self, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
        """Whether a lease in `column` has run out, by the same clock."""
        return column < (self._clock() if self.is_sqlite else sa.text("clock_timestamp()"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        if self._turn is not None:
            self._turn.close()


def open_sqlite(path: Path) -> Database:
    """The SQLite database in `path`, made when it is not there yet, readable by its owner alone."""
    path.touch(mode=0o600, exist_ok=True)
    engine = sa.create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=8,
        hide_parameters=True,  # an error goes to the log, and parameters are persons' words
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _give_up_read_only)
    return Database(engine, turn=Turn(path.with_name(f"{path.name}-turn")))


def open_postgresql(url: str) -> Database:
    """The PostgreSQL database at `url` (postgresql+psycopg://…); connects when first used."""
    engine = sa.create_engine(
        url, pool_size=8, max_overflow=8, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return Database(engine)


@contextmanager
def translated() -> Iterator[None]:
    """Database and disk faults as StoreUnavailable, without the statement: it may hold a person's words."""
    try:
        yield
    except (OperationalError, PoolTimeout, OSError) as error:
        raise StoreUnavailable(f"the store does not answer: {_plain(error)}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(f"the store went away: {_plain(error)}") from error
        raise


def _plain(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error)
    return next(iter(said.splitlines()), type(error).__name__)[:200]


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN is deferred: two writers that read first would end in "database is locked".
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _give_up_read_only(context: ExceptionContext) -> None:
    """A file that was opened while its disk was read-only stays so until it is opened anew."""
    if "readonly database" in str(context.original_exception):
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("casepost_read")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on; SET timezone = 'UTC'; SET lock_timeout = '30s'")
    connection.commit()
