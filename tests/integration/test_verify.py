"""`verify`: a store that the program alone has written is whole, whatever happened in it; on both databases."""

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from ingest.child_pool import ReaderFailed
from ingest.read.version import READER_VERSION
from ingest.reread import reread
from store.ledger_tables import mails, raws
from store.quarantine import release
from store.rereading import find_rereadable
from store.store import Store
from store.tables import cases, dispositions, events, messages, seals, withdrawn
from store.verify import measure, verify
from store.verify_finding import Finding, Head
from store.vouched import Kind
from store.vouchers import forget_salts, seal
from tests.casework import AGENT, NOW, SELLER
from tests.office import Office
from tests.office_state import bring_to
from tests.service import mail


def seal_all(office: Office) -> None:
    seal(office.store.cases, office.store.ledger_database, holder="test", clock=lambda: NOW)


def found(office: Office, *expected: Head) -> Sequence[Finding]:
    return list(verify(office.store, expected=expected))


@pytest.fixture
def office(store: Store) -> Office:
    """A store with a conversation of several messages, all of it vouched for."""
    office = Office(store)
    bring_to(office, "waiting")
    letter = mail("My file", "Please look at the file.", sender=SELLER)
    letter.add_attachment(b"\x00\x01" * 500, maintype="application", subtype="pdf", filename="a.pdf")
    office.receive(letter, sender=SELLER)
    office.write()
    office.deliver()
    seal_all(office)
    return office


def test_what_the_program_alone_has_written_is_whole_before_and_after_it_is_vouched_for(office: Office) -> None:
    assert found(office) == []
    office.receive(mail("One more", "and a fifth"), sender=SELLER)
    office.write()
    assert measure(office.store).records_unsealed[Kind.MESSAGE] > 0
    assert found(office) == []
    seal_all(office)
    assert found(office) == []
    extent = measure(office.store)
    assert extent.events_unsealed == 0
    assert not any(extent.records_unsealed.values())


def test_merged_split_reparsed_and_copied_by_a_stronger_address_it_is_whole(office: Office) -> None:
    number, to_seller = _numbers(office)[0], _signed_for(office, SELLER)[0]
    same = mail("Re: Where is my order?", "It is still not here.")
    office.receive(same, sender=SELLER)
    office.write()
    seal_all(office)
    office.receive(same, to_seller, sender=SELLER)  # the same by a signed address: the first is taken back
    other = next(one for one in _numbers(office) if one != number)
    office.receive(mail("Re: x", f"#merge {other}", sender=AGENT), _signed_for(office, AGENT)[0], sender=AGENT)
    assert number not in _numbers(office)
    office.write()
    for message in find_rereadable(office.store.cases, (), before_version=READER_VERSION + 1):
        reread(message, ledger=office.store.ledger, cases=office.store.cases, reader=office.reader, now=NOW)
    assert found(office) == []
    seal_all(office)
    assert found(office) == []


def _signed_for(office: Office, address: str) -> list[str]:
    return [row.envelope_from for row in office.outbox() if row.envelope_to == address]


def _numbers(office: Office) -> list[str]:
    return [row.number for row in office.rows(sa.select(cases.c.number).where(cases.c.merged_into_id.is_(None)))]


def test_a_mail_in_quarantine_and_out_of_it_again_is_whole(office: Office) -> None:
    office.reader.faults = [ReaderFailed("time") for _ in range(3)]
    (ledger_id,) = office.store.ledger.add([_arrival()])
    for _ in range(3):
        office.work_on(ledger_id)
    seal_all(office)
    assert found(office) == []
    release(office.store, ledger_id, now=NOW)
    assert found(office) == []
    seal_all(office)
    assert found(office) == []
    office.work_on(ledger_id)
    seal_all(office)
    assert found(office) == []


def _arrival() -> Arrival:
    raw = mail("Bad", "bad").as_bytes()
    return Arrival(
        raw=raw, channel=Channel.SMTP, sender=SELLER, recipients=("support@casepost.example",), received_at=NOW
    )


def test_a_tombstone_of_an_erased_mail_is_accepted_once_it_is_vouched_for(office: Office) -> None:
    with office.store.ledger_database.write() as connection:
        connection.execute(sa.update(mails).where(mails.c.id == 1).values(sender=None, peer="", helo=""))
        connection.execute(sa.update(raws).where(raws.c.ledger_id == 1).values(content=b""))
    assert [one.table for one in found(office)] == ["dispositions", "raws"]
    with office.store.cases.write() as connection:
        connection.execute(
            sa.update(dispositions).where(dispositions.c.ledger_id == 1).values(outcome="erased", reason="")
        )
        connection.execute(sa.update(messages).where(messages.c.ledger_id == 1).values(text="", reply_text=""))
        forget_salts(connection, Kind.MAIL, [1])
        forget_salts(connection, Kind.MESSAGE, [1])
    assert found(office) == []
    seal_all(office)
    assert found(office) == []


def test_an_earlier_head_is_still_in_the_chain_unless_its_end_was_cut_off_or_all_was_made_anew(office: Office) -> None:
    head = measure(office.store).head
    assert head is not None
    office.receive(mail("One more", "and a fifth"), sender=SELLER)
    seal_all(office)
    assert found(office, head) == []
    last = measure(office.store).head
    assert last is not None
    assert last.position > head.position
    (other,) = found(office, Head(position=head.position, hash="0" * 64))
    assert "made anew" in other.says
    with office.store.cases.write() as connection:
        gone = sa.select(seals.c.event_id).where(seals.c.position == last.position)
        connection.execute(sa.delete(events).where(events.c.id.in_(gone)))
        connection.execute(sa.delete(seals).where(seals.c.position == last.position))
    assert "its end was cut off" in next(one.says for one in found(office, last))


def test_a_withdrawn_row_that_was_not_vouched_for_yet_is_no_fault(office: Office) -> None:
    with office.store.cases.write() as connection:
        connection.execute(sa.delete(dispositions).where(dispositions.c.ledger_id == 1))
    assert [row.row_id for row in office.rows(sa.select(withdrawn))] == [1]
    assert not [one for one in found(office) if one.table == "dispositions"]
