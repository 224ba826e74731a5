"""Threat 80: the owner of the database alters the record. Every edit, deletion, swap and cut is found and named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casepost.heads import note_head, noted_heads, parse_head
from store.verify import measure, verify
from store.vouchers import seal
from tests.casework import NOW
from tests.office import Office
from tests.service import mail
from tests.tamper.store import Bench
from tests.tamper.trial import try_once

_TRIALS = 100  # a thousand: `python -m tests.tamper`


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A store to be tampered with."""
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_80_every_tampering_is_found_and_its_row_is_named(bench: Bench) -> None:
    assert list(verify(bench.store)) == []
    trials = [try_once(bench, seed) for seed in range(_TRIALS)]
    assert [one.said for one in trials if not one.found] == []
    assert [one for one in trials if not one.named] == []
    bench.mend()
    assert list(verify(bench.store)) == []


def test_80_a_head_noted_outside_finds_a_store_that_was_put_back_to_an_earlier_day(
    bench: Bench, tmp_path: Path
) -> None:
    office = Office(bench.store)
    office.receive(mail("The day after", "This mail is to vanish."))
    seal(bench.store.cases, bench.store.ledger_database, holder="test", clock=lambda: NOW)
    assert note_head(bench.store, tmp_path, now=NOW)
    assert not note_head(bench.store, tmp_path, now=NOW)
    (head,) = noted_heads(tmp_path)
    assert head == measure(bench.store).head == parse_head(str(head))
    assert list(verify(bench.store, expected=(head,))) == []
    bench.mend()  # all of it, mails, cases and chains, as if that mail had never come
    assert list(verify(bench.store)) == []
    (found,) = verify(bench.store, expected=(head,))
    assert "cut off" in found.says
