"""Threat 39: a mail server that floods, falls silent or shuts the door: little memory, no busy loop, one reader.

The server is a small one of our own, which breaks where it is told to.
"""

import logging
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.ledger_tables import mailboxes
from tests.fetching import PASSWORD, House, letter, open_house
from tests.imap_server import HangUp, Session
from tests.service import wait_until

_AS_USUAL = False
_ANSWERED = True
_MEGABYTE = 2**20


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A mailbox on a server that works until it is told not to."""
    with open_house(tmp_path) as opened:
        yield opened


def _hang_up(_session: Session) -> bool:
    raise HangUp


def test_39_two_gigabytes_that_are_announced_are_neither_read_nor_kept_in_memory(house: House) -> None:
    sent = 0

    def flood(session: Session) -> bool:
        nonlocal sent
        if "BODY" not in session.arguments or not session.arguments.startswith("1 "):
            house.server.faults.append(("FETCH", flood))
            return _AS_USUAL
        session.send(b"* 1 FETCH (UID 1 BODY[] {2147483648}\r\n")
        while True:
            session.send(b"x" * 65536)
            sent += 65536

    house.server.faults.append(("FETCH", flood))
    house.server.put(letter("A bomb"))
    tracemalloc.start()
    try:
        with house.running():
            wait_until(house.left)
            house.server.put(letter("A mail"))
            wait_until(lambda: len(house.processed()) == 1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert house.subjects() == ["A mail"]
    assert house.left()[1].startswith("2147483648 octets")
    assert sent < 16 * _MEGABYTE  # what the sockets between the two hold
    assert peak < 8 * _MEGABYTE


@pytest.mark.parametrize("flood", [b"* OK still here\r\n", b"* 1 EXISTS", b"("])
def test_39_a_server_that_never_stops_talking_is_left(house: House, flood: bytes) -> None:
    def talk(session: Session) -> bool:
        while True:
            session.send(flood * 1000)

    house.server.faults.append(("SEARCH", talk))
    house.server.put(letter("A mail"))
    tracemalloc.start()
    try:
        with house.running():
            wait_until(lambda: len(house.processed()) == 1, 60)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert house.subjects() == ["A mail"]
    assert peak < 128 * _MEGABYTE


def test_39_a_server_that_falls_silent_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall_silent(session: Session) -> bool:
        session.file.read()
        raise HangUp

    monkeypatch.setattr("ingest.imap.client.READ_SECONDS", 0.3)
    house.server.faults += [("SEARCH", fall_silent), ("FETCH", fall_silent)]
    house.server.put(letter("A mail"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 1)
    assert house.subjects() == ["A mail"]


def test_39_a_server_that_answers_drop_by_drop_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def drip(session: Session) -> bool:
        while not over.wait(0.05):
            session.send(b"*")
        raise HangUp

    monkeypatch.setattr("ingest.imap.watch._LONGEST_COMMAND", 0.4)
    house.server.faults.append(("SEARCH", drip))
    house.server.put(letter("A mail"))
    try:
        with house.running() as watcher:
            while not house.has_moved(1):
                watcher.cut_if_stuck()
                over.wait(0.02)
    finally:
        over.set()
    assert house.subjects() == ["A mail"]
    assert len(house.server.connects) == 2


def test_39_a_server_that_says_good_bye_is_not_asked_without_pause(house: House) -> None:
    def bye(session: Session) -> bool:
        session.say("* BYE Too many connections")
        raise HangUp

    house.shortest = 0.2
    house.server.faults += [("CAPABILITY", bye)] * 2 + [("SELECT", bye)]
    house.server.put(letter("A mail"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 1)
    between = [
        later - earlier for earlier, later in zip(house.server.connects, house.server.connects[1:], strict=False)
    ]
    assert len(between) == 3
    assert all(seconds >= 0.2 * 2**number for number, seconds in enumerate(between)), between


def test_39_a_connection_that_ends_at_once_when_nothing_is_new_makes_no_busy_loop(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def idle_and_hang_up(session: Session) -> bool:
        session.say("+ idling")
        raise HangUp

    house.shortest = 0.2
    house.server.faults += [("IDLE", idle_and_hang_up)] * 3
    with house.running():
        wait_until(lambda: not house.server.faults and len(house.server.connects) == 4)
        commands = len(house.server.commands)
    between = [
        later - earlier for earlier, later in zip(house.server.connects, house.server.connects[1:], strict=False)
    ]
    assert min(between) >= 0.2
    assert commands < 40
    told = {vars(record)["error"] for record in caplog.records if record.levelname == "WARNING"}
    assert told == {"waiting: the connection ended"}


def test_39_a_refused_password_is_told_without_it_and_not_tried_again_soon(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(session: Session) -> bool:
        session.say("+ ")
        said = session.file.readline().decode().strip()
        return session.done(f"NO [AUTHENTICATIONFAILED] {PASSWORD} {said} is wrong")

    caplog.set_level(logging.DEBUG)
    house.server.faults += [("AUTHENTICATE", refuse)] * 9
    with house.running():
        wait_until(lambda: house.row().failures == 1)
        row = house.row()
    assert (row.trouble, len(house.server.connects)) == ("login", 1)
    assert "AUTHENTICATIONFAILED" in row.says
    assert PASSWORD not in row.says + caplog.text


def test_39_a_server_without_idle_is_asked_again_and_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.imap.watch.POLL_SECONDS", 0.05)
    house.server.capabilities = "MOVE UIDPLUS AUTH=PLAIN"
    with house.running():
        wait_until(lambda: house.row().fetched_at is not None)
        house.server.put(letter("A mail"))
        wait_until(lambda: len(house.processed()) == 1)
    assert len(house.server.connects) == 1
    assert "IDLE" not in house.server.commands


def test_39_what_is_told_in_the_answer_to_a_move_is_fetched_at_once(house: House) -> None:
    def tell_with_move(session: Session) -> bool:
        house.server.put(letter("Meanwhile"))
        session.seen = house.server.news  # IDLE does not tell of it again
        session.say("* 2 EXISTS")
        return _AS_USUAL

    house.server.put(letter("A mail"))
    house.server.faults.append(("MOVE", tell_with_move))
    with house.running():
        wait_until(lambda: house.has_moved(2))
    assert len(house.server.connects) == 1


def test_39_what_is_left_marked_as_read_is_not_fetched_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.imap.watch.RENEW_SECONDS", 0.05)
    house.after = "seen"
    house.server.put(letter("A mail"))
    with house.running():
        wait_until(lambda: house.server.commands.count("IDLE") > 3)
    assert [one for one in house.server.commands if "BODY" in one] == ["FETCH 1 (BODY.PEEK[])"]


def test_39_idle_is_renewed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.imap.watch.RENEW_SECONDS", 0.1)
    with house.running():
        wait_until(lambda: house.server.commands.count("IDLE") > 3)
    assert len(house.server.connects) == 1


def test_39_a_reader_that_lost_its_lease_moves_nothing(house: House) -> None:
    """Whoever was halted for longer than its lease finds that somebody else has the mailbox now."""
    other = House(store=house.store, server=house.server, holder="node-b:mailboxes:1")

    def halt(session: Session) -> bool:
        if "BODY" in session.arguments:
            _give_lease(house, other.holder)
        else:
            house.server.faults.append(("FETCH", halt))
        return _AS_USUAL

    house.server.faults.append(("FETCH", halt))
    house.server.put(letter("A mail"))
    with house.running() as watcher:
        wait_until(lambda: len(house.raws()) == 1 and watcher.place_id is None)
        assert house.row().lease_holder == other.holder
        assert house.processed() == []
        assert house.row().taken_uid == 0
    _give_lease(house, None)
    with other.running():
        wait_until(lambda: len(house.processed()) == 1)
    assert house.subjects() == ["A mail"]


def test_39_a_reader_that_lost_its_lease_does_not_move_what_it_took_before(house: House) -> None:
    other = "node-b:mailboxes:1"

    def lose_lease(_session: Session) -> bool:
        _give_lease(house, other)
        return _AS_USUAL

    house.server.put(letter("A mail"))
    house.server.faults += [("MOVE", _hang_up)]
    with house.running() as watcher:
        wait_until(lambda: house.row().failures == 1)
        house.server.faults.append(("SEARCH", lose_lease))
        wait_until(lambda: not house.server.faults and watcher.place_id is None)
        assert house.row().lease_holder == other
    assert [one for one in house.server.commands if one.startswith("MOVE")] == ['MOVE 1 "Processed"']


def _give_lease(house: House, holder: str | None) -> None:
    database = house.store.ledger_database
    with database.write() as connection:
        connection.execute(sa.update(mailboxes).values(lease_holder=holder, lease_until=database.lease_until()))


def test_39_of_two_nodes_one_reads_a_mailbox_and_the_other_takes_over(house: House) -> None:
    other = House(store=house.store, server=house.server, holder="node-b:mailboxes:1")
    with other.running():
        with house.running():
            house.server.put(*(letter(f"No {number}") for number in range(5)))
            wait_until(lambda: len(house.processed()) == 5)
            assert len(house.server.connects) == 1
            first = house.row().lease_holder
            if first == other.holder:
                house, other = other, house
        wait_until(lambda: house.row().lease_holder is not None)
        house.server.put(letter("After"))
        wait_until(lambda: len(house.processed()) == 6)
    assert len(house.subjects()) == 6


def test_39_a_mail_whose_size_is_a_lie_shows_no_word_of_it_to_those_who_look(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def lie(session: Session) -> bool:
        house.server.faults.append(("FETCH", lie))
        if "BODY" in session.arguments and session.arguments.startswith("1 "):
            session.send(b"* 1 FETCH (UID 1 BODY[] {30}\r\n" + letter("Secret wordMARKER") + b")\r\n")
            return session.done()
        return _AS_USUAL

    caplog.set_level(logging.DEBUG)
    house.server.faults.append(("FETCH", lie))
    house.server.put(letter("Secret wordMARKER"))
    with house.running():
        wait_until(lambda: house.left() and house.row().failures)
        house.server.put(letter("Next"))
        wait_until(lambda: len(house.processed()) == 1)
    assert house.subjects() == ["Next"]
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records) + house.left()[1] + house.row().says
    assert "MARKER" not in said
