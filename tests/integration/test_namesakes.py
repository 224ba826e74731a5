"""Looking for a seller's namesake reads no more of the people than those of that name."""

import pytest
import sqlalchemy as sa

from cases.mail import Address
from store.relay import load_known_names
from store.store import Store
from tests.casework import SELLER


def test_a_namesake_is_found_by_an_index(store: Store) -> None:
    if not store.cases.is_sqlite:
        pytest.skip("PostgreSQL decides by how many rows there are")
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(store.cases.engine, "before_cursor_execute", note)
    with store.cases.read() as connection:
        load_known_names(connection, Address(name="Jan", address=SELLER))
        ((statement, parameters),) = [one for one in asked if one[0].startswith("SELECT participants.name")]
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters)).all()  # type: ignore[arg-type]
    assert [row.detail for row in plan if "ix_participants_name" in row.detail]
