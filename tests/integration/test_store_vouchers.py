"""What rows say is vouched for behind the commit, anew after every change by the program; on both databases."""

import pytest
import sqlalchemy as sa

from store.store import Store
from store.tables import cases, dispositions, messages, outbox, vouchers
from store.vouched import Kind
from store.vouchers import find_pending, forget_salts, seal
from tests.casework import AGENT, NOW
from tests.office import Office
from tests.office_state import bring_to
from tests.service import mail


def seal_all(store: Store) -> int:
    return seal(store.cases, store.ledger_database, holder="test", clock=lambda: NOW)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def count(office: Office) -> int:
    return len(office.rows(sa.select(vouchers)))


def test_every_record_of_a_conversation_is_vouched_for_once(office: Office) -> None:
    bring_to(office, "waiting")
    office.deliver()
    assert all(find_pending_of(office).values())
    assert seal_all(office.store) > 0
    assert not any(find_pending_of(office).values())
    kinds = [(row.kind, row.row_id) for row in office.rows(sa.select(vouchers))]
    expected = [
        *((Kind.CASE, row.id) for row in office.rows(sa.select(cases.c.id))),
        *((Kind.MESSAGE, row.id) for row in office.rows(sa.select(messages.c.id))),
        *((Kind.MAIL, row.ledger_id) for row in office.rows(sa.select(dispositions.c.ledger_id))),
        *((Kind.OUTGOING, row.id) for row in office.rows(sa.select(outbox.c.id))),
    ]
    assert sorted(kinds) == sorted(expected)
    assert seal_all(office.store) == 0


def find_pending_of(office: Office) -> dict[Kind, int]:
    with office.store.cases.read() as connection:
        return find_pending(connection)


def test_a_change_by_the_program_is_vouched_for_and_working_state_is_not_one(office: Office) -> None:
    bring_to(office, "open")
    seal_all(office.store)
    with office.store.cases.write() as connection:
        connection.execute(sa.update(outbox).values(last_error="busy"))
        connection.execute(sa.update(cases).values(priority="high"))
    assert not any(find_pending_of(office).values())
    with office.store.cases.write() as connection:
        connection.execute(sa.update(messages).where(messages.c.id == 1).values(text="read anew"))
    assert find_pending_of(office)[Kind.MESSAGE] == 1
    before = count(office)
    seal_all(office.store)
    assert count(office) == before + 1


def test_a_row_that_is_taken_away_ends_with_an_empty_voucher(office: Office) -> None:
    number, _ = bring_to(office, "open")
    note = mail("Re: x", "#note\nOnly us.", sender=AGENT)
    to_agent = next(row.envelope_from for row in office.outbox() if row.envelope_to == AGENT)
    office.receive(note, to_agent, sender=AGENT)
    seal_all(office.store)
    (last,) = office.rows(sa.select(dispositions).order_by(dispositions.c.ledger_id.desc()).limit(1))
    with office.store.cases.write() as connection:
        connection.execute(sa.delete(dispositions).where(dispositions.c.ledger_id == last.ledger_id))
    seal_all(office.store)
    end = office.rows(sa.select(vouchers).order_by(vouchers.c.position))[-1]
    assert (end.kind, end.row_id, bytes(end.digest)) == (Kind.MAIL, last.ledger_id, b"")
    assert office.case(number)["status"] == "open"


def test_salts_of_an_erased_record_can_be_forgotten(office: Office) -> None:
    bring_to(office, "open")
    seal_all(office.store)
    with office.store.cases.write() as connection:
        forget_salts(connection, Kind.MESSAGE, [1])
    salts = {(row.kind, row.row_id): bytes(row.salt) for row in office.rows(sa.select(vouchers))}
    assert salts["message", 1] == b""
    assert salts["case", 1] != b""
