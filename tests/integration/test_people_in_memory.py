"""Queues and staff are kept in memory between mails; whoever changes them, the next transaction sees it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.people import User, add_user, find_user, load_queues, load_reminders, load_users
from store.people_tables import queues, user_queues, users
from store.store import Store
from tests.casework import AGENT, NOW

NEW = "new@office.example"


def _count_statements(store: Store, seen: list[str]) -> None:
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(store.cases.engine, "before_cursor_execute", note)


def _users(connection: Connection) -> dict[str, User]:
    return {user.address: user for user in load_users(connection)}


def test_staff_that_nobody_changed_is_one_short_question(store: Store) -> None:
    with store.cases.read() as connection:
        before = load_users(connection), load_queues(connection)
    seen: list[str] = []
    _count_statements(store, seen)
    with store.cases.read() as connection:
        assert (load_users(connection), load_queues(connection)) == before
    assert [one for one in seen if "marks" not in one and "BEGIN" not in one] == []


def test_a_new_member_of_staff_is_seen_in_the_same_transaction_and_after_it(store: Store) -> None:
    with store.cases.write() as connection:
        load_users(connection)
        add_user(connection, NEW, role="agent", queue_ids=[1], now=NOW)
        assert _users(connection)[NEW].queue_ids == (1,)
    with store.cases.read() as connection:
        assert find_user(connection, NEW) is not None


def test_what_was_rolled_back_was_never_seen(store: Store) -> None:
    class Stop(Exception):
        pass

    try:
        with store.cases.write() as connection:
            add_user(connection, NEW, role="agent", queue_ids=[1], now=NOW)
            assert NEW in _users(connection)
            raise Stop
    except Stop:
        pass
    with store.cases.write() as connection:  # would be the same mark, were it counted up
        connection.execute(sa.update(users).where(users.c.id == 1).values(name="Renamed"))
    with store.cases.read() as connection:
        assert NEW not in _users(connection)
        assert _users(connection)[AGENT].name == "Renamed"


def test_a_hand_in_the_database_is_seen_too(store: Store) -> None:
    with store.cases.read() as connection:
        before = _users(connection)[AGENT].queue_ids
        reminders = load_reminders(connection, 1)
    assert before
    with store.cases.engine.begin() as connection:  # no function of ours
        connection.execute(sa.delete(user_queues))
        connection.execute(sa.text("UPDATE queues SET name = 'other' WHERE id = 1"))
        connection.execute(sa.update(queues).where(queues.c.id == 1).values(reminders={"agent_after": "9h"}))
    with store.cases.read() as connection:
        assert _users(connection)[AGENT].queue_ids == ()
        assert load_queues(connection)[0].name == "other"
        assert load_reminders(connection, 1) != reminders


def test_a_store_that_has_lost_its_mark_asks_each_time(store: Store) -> None:
    with store.cases.write() as connection:
        connection.execute(sa.text("DELETE FROM marks"))
        before = len(load_users(connection))
        add_user(connection, NEW, role="agent", queue_ids=[1], now=NOW)
        assert len(load_users(connection)) == before + 1
        connection.execute(sa.text("INSERT INTO marks (name, mark) VALUES ('people', 1)"))
