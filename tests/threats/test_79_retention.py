"""Threat 79: what is kept longer than is wanted goes, exactly that; a legal hold wins; a stop loses nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

import store.retention
from cases.change import Change
from cases.model import Happening, Outcome
from store.apply import apply
from store.case_rows import set_legal_hold
from store.junk_list import list_junk
from store.retention import Retention, keep_within_bounds
from store.tables import cases, dispositions
from store.verify import verify
from store.vouchers import seal
from tests.casework import NOW, SUPPORT
from tests.office import HOLDER, Office
from tests.rehearsal import parsed
from tests.service import answer, mail

KEEP = Retention(closed=timedelta(days=30), junk=timedelta(days=7))
LATER = NOW + timedelta(days=31)


def opened(office: Office, who: str) -> str:
    applied = office.receive(mail("Where is it?", f"Order 302-1234567-7654321 of {who}", sender=who), sender=who)
    office.write()
    while office.deliver():
        pass
    assert applied is not None
    assert applied.number is not None
    return applied.number


def closed(office: Office, who: str, *, days: int = 0) -> str:
    number = opened(office, who)
    (row,) = office.rows(sa.select(cases).where(cases.c.number == number))
    at = NOW + timedelta(days=days)
    apply(
        office.store.cases,
        Change(actor="operator", at=at, case_id=row.id, happenings=(Happening.CLOSED,), silent=True),
    )
    return number


def erased(office: Office) -> set[str]:
    return {row.number for row in office.rows(sa.select(cases).where(cases.c.requester_key.startswith("erased:")))}


def test_exactly_what_is_due_goes_and_the_chains_hold(office: Office) -> None:
    due, young = closed(office, "a@seller.example"), closed(office, "b@seller.example", days=5)
    still_open, held = opened(office, "c@seller.example"), closed(office, "d@seller.example")
    with office.store.cases.write() as connection:
        (row,) = connection.execute(sa.select(cases).where(cases.c.number == held)).all()
        set_legal_hold(connection, row.id, on=True, actor="operator", now=NOW)
    before = [office.case(number) for number in (young, still_open, held)]
    assert keep_within_bounds(office.store, KEEP, now=LATER) == 1
    assert erased(office) == {due}
    assert [office.case(number) for number in (young, still_open, held)] == before
    assert "seller.example" not in str(office.case(due))
    words = office.rows(sa.select(dispositions.c.outcome))
    assert sum(row.outcome == Outcome.ERASED for row in words) == 1
    seal(office.store.cases, office.store.ledger_database, holder=HOLDER, clock=lambda: LATER)
    assert list(verify(office.store)) == []
    assert keep_within_bounds(office.store, KEEP, now=LATER) == 0


def test_without_a_time_nothing_ever_goes(office: Office) -> None:
    closed(office, "a@seller.example")
    assert keep_within_bounds(office.store, Retention(), now=NOW + timedelta(days=9999)) == 0


def test_a_stop_in_between_is_finished_the_next_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {closed(office, f"{letter}@seller.example") for letter in "abcde"}
    wipe = store.retention._wipe_cases
    for stop_after in (1, 2):
        done = iter(range(stop_after))

        def stopping(*arguments: object, done: object = done) -> tuple[str, ...]:
            next(done)  # type: ignore[call-overload]
            return wipe(*arguments)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(store.retention, "_wipe_cases", stopping)
            with pytest.raises(StopIteration):
                keep_within_bounds(office.store, KEEP, now=LATER)
    keep_within_bounds(office.store, KEEP, now=LATER)
    assert erased(office) == numbers
    raws = [office.store.ledger.load(row.ledger_id) for row in office.rows(sa.select(dispositions))]
    assert not any(b"seller.example" in raw for raw in raws)


def test_no_reply_revives_an_erased_case(office: Office) -> None:
    number = closed(office, "a@seller.example")
    letter = parsed([one for one in office.way.tried if one.envelope_to == "a@seller.example"][-1])
    keep_within_bounds(office.store, KEEP, now=LATER)
    reply, to = answer(letter, "Still nothing", sender="a@seller.example")
    applied = office.receive(reply, to, sender="a@seller.example", now=LATER)
    assert applied is not None
    assert applied.number != number
    assert office.case(number)["messages"][0]["text"] == "[erased]"


def test_junk_goes_after_its_own_time(office: Office) -> None:
    from cases.arrival import Arrival, Channel

    spam = mail("Cheap watches", "Buy", X_Spam_Flag="YES").as_bytes()
    arrival = Arrival(
        raw=spam,
        channel=Channel.LMTP,
        sender="x@y.example",
        recipients=(SUPPORT.address,),
        received_at=NOW,
        trusted=True,
    )
    (ledger_id,) = office.store.ledger.add([arrival])
    office.work_on(ledger_id)
    assert keep_within_bounds(office.store, KEEP, now=NOW + timedelta(days=6)) == 0
    assert keep_within_bounds(office.store, KEEP, now=NOW + timedelta(days=8)) == 1
    assert keep_within_bounds(office.store, KEEP, now=NOW + timedelta(days=8)) == 0
    with office.store.cases.read() as connection:
        assert [(one.author, one.subject) for one in list_junk(connection)] == [("", "[erased]")]
    assert b"watches" not in office.store.ledger.load(ledger_id)
