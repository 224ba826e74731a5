"""Writes that share a transaction."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from responder.together import Together
from store.database import Database, open_sqlite
from store.errors import StoreUnavailable

_ADD = sa.text("INSERT INTO words (word) VALUES (:word)")


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_sqlite(tmp_path / "words.db")
    with opened.write() as connection:
        connection.execute(sa.text("CREATE TABLE words (word TEXT)"))
    return opened


def adding(word: str, fault: Exception | None = None) -> Callable[[Connection], str]:
    def add(connection: Connection) -> str:
        connection.execute(_ADD, {"word": word})
        if fault is not None:
            raise fault
        return word

    return add


def kept(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(sa.text("SELECT word FROM words ORDER BY word")).scalars())


def write_all(database: Database, *acts: Callable[[Connection], str]) -> list[str | BaseException]:
    async def write() -> list[str | BaseException]:
        together = Together(database)
        return await asyncio.gather(*(together.write(act) for act in acts), return_exceptions=True)

    return asyncio.run(write())


def test_what_comes_up_side_by_side_is_one_transaction(database: Database) -> None:
    begun: list[Connection] = []
    sa.event.listen(database.engine, "begin", begun.append)
    assert write_all(database, *(adding(str(number)) for number in range(16))) == [str(n) for n in range(16)]
    assert len(begun) == 1
    assert len(kept(database)) == 16


def test_the_fault_of_one_is_not_that_of_the_others_and_undoes_only_its_own(database: Database) -> None:
    fault = ValueError("no")
    assert write_all(database, adding("a"), adding("b", fault), adding("c")) == ["a", fault, "c"]
    assert kept(database) == ["a", "c"]


def test_a_store_that_is_gone_is_told_to_each(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("DROP TABLE words"))
    ends = write_all(database, adding("a"), adding("b"))
    assert [type(end) for end in ends] == [StoreUnavailable, StoreUnavailable]


def test_what_comes_up_while_a_transaction_runs_is_in_the_next_one(database: Database) -> None:
    async def write() -> list[str]:
        together = Together(database)
        first = asyncio.create_task(together.write(adding("a")))
        await asyncio.sleep(0)  # the first has begun
        return list(await asyncio.gather(first, together.write(adding("b")), together.write(adding("c"))))

    begun: list[Connection] = []
    sa.event.listen(database.engine, "begin", begun.append)
    assert asyncio.run(write()) == ["a", "b", "c"]
    assert len(begun) == 2
