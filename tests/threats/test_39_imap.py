"""Threat 39: a mail server that breaks off, lies, forgets its numbers or never answers: each mail once, none lost.

The server is a small one of our own, which breaks where it is told to. What is in the ledger is compared byte by byte.
"""

import errno
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casepost.mailboxes import watching
from cases.arrival import Arrival
from ingest.imap.recipients import find_envelope
from store.errors import StoreUnavailable
from tests.fetching import LIMIT, House, letter, open_house
from tests.imap_server import Box, HangUp, Session
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


def test_39_a_connection_that_ends_at_any_octet_of_a_mail_loses_and_doubles_none(house: House) -> None:
    size = len(letter("Cut at 000")) + 60
    positions = [*range(0, size, 21), size - 1]
    wanted = [letter(f"Cut at {position:03}") for position in positions]

    def cut(position: int) -> None:
        def fault(session: Session) -> bool:
            if "BODY" not in session.arguments:
                house.server.faults.append(("FETCH", fault))  # the sizes first
            else:
                session.cut_after = position
            return _AS_USUAL

        house.server.faults.append(("FETCH", fault))

    with house.running():
        for number, (position, raw) in enumerate(zip(positions, wanted, strict=True), start=1):
            cut(position)
            house.server.put(raw)
            wait_until(partial(house.has_moved, number))
    assert sorted(house.raws()) == sorted(wanted)
    assert sorted(house.processed()) == sorted(wanted)
    assert house.server.inbox.mails == {}
    assert house.left() == {}


@pytest.mark.parametrize("command", ["SEARCH", "FETCH", "MOVE", "IDLE", "SELECT", "LIST", "AUTHENTICATE", "CAPABILITY"])
def test_39_a_connection_that_ends_within_any_command_loses_and_doubles_none(house: House, command: str) -> None:
    wanted = [letter(f"No {number}") for number in range(4)]
    house.server.put(*wanted[:3])
    house.server.faults += [(command, _hang_up)] * 2
    with house.running():
        wait_until(lambda: len(house.processed()) == 3 and not house.server.faults)
        house.server.put(wanted[3])
        wait_until(lambda: len(house.processed()) == 4)
    assert house.raws() == wanted


def test_39_a_move_of_which_nobody_knows_whether_it_happened_is_made_up_for(house: House) -> None:
    def move_and_hang_up(session: Session) -> bool:
        session.do_move()
        raise HangUp

    house.server.put(letter("Moved"), letter("Too"))
    house.server.faults += [("MOVE", _hang_up), ("MOVE", move_and_hang_up)]
    with house.running():
        wait_until(lambda: len(house.processed()) == 2 and house.row().settled_uid == 2)
    assert house.subjects() == ["Moved", "Too"]


def test_39_new_numbers_for_the_same_mails_make_no_second_case(house: House) -> None:
    house.after = "seen"
    first = [letter(f"No {number}") for number in range(3)]
    house.server.put(*first)
    with house.running():
        wait_until(lambda: house.row().settled_uid == 3)
        renumbered = Box(uidvalidity=8, uidnext=40)
        house.server.boxes["INBOX"] = renumbered
        house.server.put(first[2], letter("New"), first[0], first[1])
        house.server.drop()
        wait_until(lambda: house.row().settled_uid == 43)
    assert house.subjects() == ["No 0", "No 1", "No 2", "New"]
    assert house.cases() == 4
    assert all(flags == {"\\Seen"} for flags in renumbered.flags.values())


def test_39_the_same_mail_in_other_words_of_the_server_is_a_duplicate_and_no_second_case(house: House) -> None:
    house.server.put(letter("Once"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 1)
        house.server.put(b"Received: from elsewhere\r\n" + letter("Once"))
        wait_until(lambda: len(house.processed()) == 2)
    assert len(house.raws()) == 2
    assert house.cases() == 1


def test_39_a_server_that_was_set_back_is_read_from_the_beginning(house: House) -> None:
    house.after = "seen"
    house.server.put(*(letter(f"No {number}") for number in range(5)))
    with house.running():
        wait_until(lambda: house.row().settled_uid == 5)
        house.server.boxes["INBOX"] = Box(uidvalidity=7, uidnext=2)
        house.server.put(letter("After the backup"))
        house.server.drop()
        wait_until(lambda: len(house.raws()) == 6)
    assert house.subjects()[-1] == "After the backup"


def test_39_a_mail_that_goes_away_before_it_is_fetched_keeps_nobody_waiting(house: House) -> None:
    def expunge_first(session: Session) -> bool:
        session.server.inbox.mails.pop(2, None)
        return _AS_USUAL

    house.server.put(letter("One"), letter("Gone"), letter("Three"))
    house.server.faults += [("FETCH", lambda _session: _AS_USUAL), ("FETCH", expunge_first)]
    with house.running():
        wait_until(lambda: len(house.processed()) == 2)
    assert house.subjects() == ["One", "Three"]
    assert house.left() == {}


def test_39_a_mail_that_the_server_does_not_give_out_is_left_and_named_and_the_others_come(house: House) -> None:
    def withhold(session: Session) -> bool:
        if "BODY" in session.arguments and session.arguments.startswith("2 "):
            return session.done("NO [SERVERBUG] cannot be rendered") if house.hours == 0 else session.done()
        if "BODY" in session.arguments and "2" in session.arguments and house.hours == 0:
            session.done("NO [SERVERBUG] cannot be rendered")
            house.server.faults.append(("FETCH", withhold))
            return _ANSWERED
        house.server.faults.append(("FETCH", withhold))
        return _AS_USUAL

    house.server.put(letter("One"), letter("Two"), letter("Three"))
    house.server.faults.append(("FETCH", withhold))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2)
        assert "SERVERBUG" in house.left()[2]
        house.server.faults.clear()
        house.hours = 1
        house.server.put(letter("Four"))
        wait_until(lambda: len(house.processed()) == 4)
    assert sorted(house.subjects()) == ["Four", "One", "Three", "Two"]
    assert house.left() == {}


def test_39_the_same_number_twice_is_one_mail(house: House) -> None:
    def twice(session: Session) -> bool:
        session.say("* SEARCH 1 1 2 1")
        return session.done()

    house.server.put(letter("One"), letter("Two"))
    house.server.faults.append(("SEARCH", twice))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2)
    assert house.subjects() == ["One", "Two"]


def test_39_a_mail_over_the_limit_is_never_fetched_and_the_others_come(house: House) -> None:
    (_, large, _) = house.server.put(letter("One"), letter("Huge", padding=LIMIT), letter("Three"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2)
        house.server.put(letter("Four"))
        wait_until(lambda: len(house.processed()) == 3)
    assert [one for one in house.server.commands if one.startswith(f"FETCH {large} (BODY")] == []
    assert list(house.server.inbox.mails) == [large]
    assert "max_message_bytes" in house.left()[large]
    house.limit = 2 * LIMIT
    with house.running():
        wait_until(lambda: len(house.processed()) == 4)
        wait_until(lambda: house.left() == {})  # forgotten behind the move, which the test sees first


def test_39_a_folder_that_is_gone_is_told_and_read_again_once_it_is_back(house: House) -> None:
    inbox = house.server.boxes.pop("INBOX")
    with house.running():
        wait_until(lambda: house.row().failures >= 2)
        assert house.row().trouble == "folder"
        inbox.put(letter("A mail"))
        house.server.boxes["INBOX"] = inbox
        wait_until(lambda: len(house.processed()) == 1)
        wait_until(lambda: house.row().failures == 0)
    assert house.subjects() == ["A mail"]


def test_39_a_folder_to_move_to_that_is_gone_is_made(house: House) -> None:
    del house.server.boxes["Processed"]
    house.server.put(letter("A mail"))
    with house.running():
        wait_until(lambda: "Processed" in house.server.boxes and len(house.processed()) == 1)


def test_39_mails_come_in_though_they_may_not_be_moved(house: House) -> None:
    def refuse(session: Session) -> bool:
        house.server.faults.append(("MOVE", refuse))
        return session.done("NO [NOPERM] read only")

    house.server.faults.append(("MOVE", refuse))
    house.server.put(letter("One"), letter("Two"))
    with house.running():
        wait_until(lambda: house.row().failures == 1)
        house.server.put(letter("Three"))
        wait_until(lambda: len(house.raws()) == 3)
        wait_until(lambda: house.row().failures == 2)
        assert house.row().trouble == "after"
        house.server.faults.clear()
        house.server.put(letter("Four"))
        wait_until(lambda: len(house.processed()) == 4)
    assert house.subjects() == ["One", "Two", "Three", "Four"]
    assert len([one for one in house.server.commands if one.startswith("FETCH 1:") or "FETCH 1 " in one]) <= 2


def test_39_without_move_and_uidplus_nothing_of_others_is_expunged(house: House) -> None:
    house.server.capabilities = "IDLE AUTH=PLAIN"
    house.server.put(letter("One"), letter("Two"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2 and house.row().settled_uid == 2)
    assert all(flags == {"\\Deleted"} for flags in house.server.inbox.flags.values())
    assert [one for one in house.server.commands if one.startswith(("EXPUNGE", "CLOSE"))] == []


def test_39_without_move_a_mail_is_copied_and_only_that_one_expunged(house: House) -> None:
    house.server.capabilities = "IDLE UIDPLUS AUTH=PLAIN"
    house.server.put(letter("One"), letter("Two"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2 and house.row().settled_uid == 2)
    assert house.server.inbox.mails == {}
    assert [one for one in house.server.commands if one.startswith("EXPUNGE")] == ["EXPUNGE 1,2"]


def test_39_a_mail_at_which_the_program_itself_fails_keeps_no_other_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(raw: bytes, *arguments: Any, **values: Any) -> Any:
        if b"Poison" in raw and house.hours == 0:
            raise ZeroDivisionError
        return find_envelope(raw, *arguments, **values)

    monkeypatch.setattr("ingest.imap.fetch.find_envelope", fail)
    house.server.put(letter("One"), letter("Poison"), letter("Three"))
    with house.running():
        wait_until(lambda: len(house.processed()) == 2)
        assert house.left() == {2: "a fault of the program (ZeroDivisionError)"}
        house.hours = 1
        house.server.put(letter("Four"))
        wait_until(lambda: house.has_moved(4))
    assert sorted(house.subjects()) == ["Four", "One", "Poison", "Three"]


def test_39_while_the_store_is_away_or_the_disk_is_full_mails_wait_on_the_server(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [StoreUnavailable("locked"), OSError(errno.ENOSPC, "full"), StoreUnavailable("locked")]
    add = house.store.ledger.add

    def fail(arrivals: Sequence[Arrival]) -> list[int]:
        if faults:
            raise faults.pop()
        return add(arrivals)

    watcher = house.watcher()
    monkeypatch.setattr(watcher.inbox, "ledger", SimpleNamespace(add=fail, find_known=house.store.ledger.find_known))
    has_room = iter([False, False])
    watcher.inbox.has_room = lambda _octets: next(has_room, True)
    house.server.put(letter("One"), letter("Two"))
    with watching([watcher], watcher.inbox.mailboxes):
        wait_until(lambda: house.has_moved(2))
    assert faults == []
    assert house.subjects() == ["One", "Two"]
    assert len([one for one in house.server.commands if "BODY" in one]) == 4
    assert house.left() == {}
