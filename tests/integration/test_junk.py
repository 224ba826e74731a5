"""Junk: set aside without a word to anybody, kept, and taken back with one step."""

from datetime import timedelta

import pytest

from cases.arrival import Arrival, Channel
from cases.change import Applied
from cases.identity import Identity, Verdict
from cases.model import Outcome
from ingest.kind_signs.spam import VERDICTS, find_spam_verdict
from store.errors import NotFound
from store.junk import rescue
from store.junk_list import BadPattern, forget_rule, list_junk, list_rules, parse_pattern, set_rule
from store.store import Store
from tests.casework import AGENT, NOW, SELLER, SUPPORT
from tests.office import HOLDER, Office
from tests.rehearsal import parsed
from tests.service import answer, mail


class _Header:
    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def first(self, name: str) -> str:
        return self._value if name == self._name else ""

    def count(self, name: str) -> int:
        return int(name == self._name)


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda one: one.name)
def test_each_field_is_told_from_its_harmless_values(verdict: object) -> None:
    for value in verdict.found:  # type: ignore[attr-defined]
        assert find_spam_verdict(_Header(verdict.name, value))  # type: ignore[attr-defined]
    for value in verdict.not_found:  # type: ignore[attr-defined]
        assert find_spam_verdict(_Header(verdict.name, value)) == ""  # type: ignore[attr-defined]


def _receive(office: Office, raw: bytes, *, to: str = SUPPORT.address, trusted: bool = True) -> Applied:
    arrival = Arrival(raw=raw, channel=Channel.LMTP, sender=SELLER, recipients=(to,), received_at=NOW, trusted=trusted)
    (ledger_id,) = office.store.ledger.add([arrival])
    applied = office.work_on(ledger_id)
    assert applied is not None
    return applied


def _spam(**headers: str) -> bytes:
    return mail("Cheap watches", "Buy now", **{"X_Spam_Flag": "YES", **headers}).as_bytes()


def _junk(store: Store) -> list[tuple[str, str, str]]:
    with store.cases.read() as connection:
        return [(one.author, one.subject, one.reason) for one in list_junk(connection)]


def _rule(store: Store, text: str, *, blocks: bool) -> None:
    with store.cases.write() as connection:
        set_rule(connection, text, blocks=blocks, actor="operator", now=NOW)


def test_what_a_trusted_relay_calls_spam_is_set_aside_and_nobody_is_written_to(store: Store) -> None:
    office = Office(store)
    applied = _receive(office, _spam())
    assert (applied.outcome, applied.case_id) == (Outcome.IGNORED, None)
    assert applied.reason == "junk: the mail server says so, X-Spam-Flag: YES"
    assert _junk(store) == [(SELLER, "Cheap watches", "the mail server says so, X-Spam-Flag: YES")]
    assert office.planned() == []


def test_nobody_else_is_believed(store: Store) -> None:
    assert _receive(Office(store), _spam(), trusted=False).outcome is Outcome.CREATED


def test_a_word_in_a_case_by_somebody_who_takes_part_is_never_spam(store: Store) -> None:
    office = Office(store)
    office.receive(mail("Where is it?", "Order 302-1234567-7654321"))
    office.write()
    office.deliver()
    reply, to = answer(parsed(office.way.tried[0]), "Thank you", sender=SELLER)
    if to.startswith("support+a"):
        reply, to = answer(parsed(office.way.tried[1]), "Thank you", sender=SELLER)
    reply["X-Spam-Flag"] = "YES"
    assert _receive(office, reply.as_bytes(), to=to).outcome is Outcome.APPENDED


@pytest.mark.parametrize("pattern", [SELLER, SELLER.upper(), "@petersen.example", "petersen.example"])
def test_whoever_is_blocked_is_junk_by_address_or_domain(store: Store, pattern: str) -> None:
    _rule(store, pattern, blocks=True)
    applied = _receive(Office(store), mail("Where is it?", "x").as_bytes(), trusted=False)
    assert applied.outcome is Outcome.IGNORED
    assert applied.reason.endswith("is blocked")


def test_a_domain_stands_for_all_below_it_and_the_more_exact_entry_counts(store: Store) -> None:
    _rule(store, "petersen.example", blocks=True)
    _rule(store, SELLER, blocks=False)
    office = Office(store)
    assert _receive(office, _spam()).outcome is Outcome.CREATED
    below = mail("x", "y", sender="Eve <eve@mail.petersen.example>").as_bytes()
    assert _receive(office, below).outcome is Outcome.IGNORED
    beside = mail("x", "y", sender="Eve <eve@otherpetersen.example>").as_bytes()
    assert _receive(office, beside).outcome is Outcome.CREATED


def test_an_allowed_address_that_is_forged_helps_no_spam(store: Store) -> None:
    _rule(store, SELLER, blocks=False)
    forged = Office(store, check_identity=lambda *_: Identity(verdict=Verdict.FAIL))
    assert _receive(forged, _spam()).outcome is Outcome.IGNORED


def test_one_step_takes_it_back_and_it_is_a_case_as_if_it_came_now(store: Store) -> None:
    office = Office(store)
    _receive(office, _spam())
    later = NOW + timedelta(hours=3)
    with store.cases.read() as connection:
        (listed,) = list_junk(connection)
    for _ in range(2):  # said twice, after a crash: the same
        rescue(store, listed.ledger_id, actor="operator", now=later)
    (entry,) = store.ledger.claim(holder=HOLDER, now=later, limit=5)
    applied = office.take_in().take_in(entry, now=later)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    office.write(now=later)
    office.deliver(now=later)
    assert sorted(one.envelope_to for one in office.way.tried) == sorted([SELLER, AGENT])
    assert _junk(store) == []
    with pytest.raises(NotFound, match="is not junk"):
        rescue(store, listed.ledger_id + 1, actor="operator", now=later)
    rescue(store, listed.ledger_id, actor="operator", now=later)
    assert store.ledger.claim(holder=HOLDER, now=later, limit=5) == [], "a case is not opened twice"


def test_rules_are_listed_changed_and_forgotten(store: Store) -> None:
    _rule(store, "shop.example", blocks=True)
    _rule(store, "@shop.example", blocks=False)
    with store.cases.write() as connection:
        assert [(one.pattern, one.blocks) for one in list_rules(connection)] == [("@shop.example", False)]
        forget_rule(connection, "shop.example", actor="operator", now=NOW)
        assert list_rules(connection) == []
        with pytest.raises(NotFound):
            forget_rule(connection, "shop.example", actor="operator", now=NOW)


@pytest.mark.parametrize("text", ["", "com", "a b@shop.example", "@", "shop..example", "x@"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(BadPattern):
        parse_pattern(text)
