"""Files are looked at by a real ClamAV: an infected one is named, kept, and goes to nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cases.mail import Mail
from ingest.reread import reread
from ingest.take_in import scans_by
from ingest.virus import PATIENCE, Clamd, ScannerGone
from store.rereading import find_rereadable
from store.store import Store
from tests.casework import AGENT, NOW, SELLER
from tests.clamav import EICAR, STREAM_OCTETS, ClamAv
from tests.office import HOLDER, Here, Office
from tests.rehearsal import parsed
from tests.service import answer, mail, text_of


@pytest.fixture(scope="module")
def clam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamAv]:
    with ClamAv(tmp_path_factory.mktemp("clamav")) as running:
        yield running


@pytest.fixture
def office(store: Store, clam: ClamAv) -> Office:
    return Office(store, scan=scans_by(clam.clamd))


def with_files(**files: bytes) -> bytes:
    message = mail("Where is it?", "Order 302-1234567-7654321")
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{name}.bin")
    return message.as_bytes()


def relay(office: Office, now: datetime = NOW) -> tuple[list[str], str]:
    """The files and the text of the newest relay to the agent."""
    office.write(now=now)
    office.deliver(now=now)
    message = parsed([one for one in office.way.tried if one.envelope_to == AGENT][-1])
    return [part.get_filename() or "" for part in message.iter_attachments()], text_of(message)


def test_clamd_names_what_it_finds_and_says_what_is_too_large(clam: ClamAv) -> None:
    assert clam.clamd.scan(b"hello") == ""
    assert "Eicar-Signature" in clam.clamd.scan(EICAR)
    with pytest.raises(ValueError, match="StreamMaxLength"):
        clam.clamd.scan(bytes(4 * STREAM_OCTETS))


def test_an_infected_file_is_named_and_kept_and_the_sound_one_goes_on(office: Office) -> None:
    applied = office.receive(with_files(good=b"hello", bad=EICAR))
    assert applied is not None
    assert applied.number is not None
    files, text = relay(office)
    assert files == ["good.bin"]
    assert "bad.bin (infected: Eicar-Signature" in text
    shown = office.case(applied.number)["messages"][0]["attachments"]
    assert [(one["filename"], one["verdict"].partition(":")[0]) for one in shown] == [
        ("good.bin", ""),
        ("bad.bin", "infected"),
    ]


def test_an_infected_file_of_an_agents_does_not_reach_the_seller_and_the_agent_is_told(office: Office) -> None:
    office.receive(with_files(good=b"hello"))
    office.write()
    office.deliver()
    reply, to = answer(
        parsed([one for one in office.way.tried if one.envelope_to == AGENT][-1]), "See it", sender=AGENT
    )
    reply.add_attachment(EICAR, maintype="application", subtype="octet-stream", filename="tool.bin")
    office.receive(reply, to, sender=AGENT)
    office.write()
    office.deliver()
    answered = parsed([one for one in office.way.tried if one.envelope_to == SELLER][-1])
    assert "See it" in text_of(answered)
    assert list(answered.iter_attachments()) == []
    report = text_of(parsed([one for one in office.way.tried if one.envelope_to == AGENT][-1]))
    assert "tool.bin" in report


def test_a_scanner_that_is_gone_is_waited_for_and_then_the_files_stay_here(store: Store, tmp_path: Path) -> None:
    office = Office(store, scan=scans_by(Clamd(path=str(tmp_path / "nobody"))))
    assert office.receive(with_files(good=b"hello")) is None
    (entry,) = store.ledger.claim(holder=HOLDER, now=NOW + PATIENCE, limit=1)
    assert "clamd does not answer" in entry.last_error
    assert entry.tries == 0
    late = NOW + PATIENCE + timedelta(seconds=1)
    applied = office.take_in().take_in(entry, now=late)
    assert applied is not None
    files, text = relay(office, late)
    assert files == []
    assert "good.bin (not scanned: the scanner did not answer)" in text


def test_a_mail_without_files_waits_for_no_scanner(store: Store, tmp_path: Path) -> None:
    office = Office(store, scan=scans_by(Clamd(path=str(tmp_path / "nobody"))))
    assert office.receive(with_files()) is not None


def test_reading_again_keeps_what_the_scanner_found(office: Office) -> None:
    applied = office.receive(with_files(bad=EICAR))
    assert applied is not None
    assert applied.number is not None
    before = office.case(applied.number)["messages"][0]["attachments"]
    (message,) = find_rereadable(office.store.cases, [applied.number], before_version=None)
    reread(message, ledger=office.store.ledger, cases=office.store.cases, reader=_Newer(), now=NOW)
    assert before[0]["verdict"].startswith("infected")
    assert office.case(applied.number)["messages"][0]["attachments"] == before


class _Newer(Here):
    """The reader of the next version."""

    def read(self, raw: bytes) -> Mail:
        mail = super().read(raw)
        return replace(mail, reader_version=mail.reader_version + 1)


def test_a_daemon_that_dies_in_the_midst_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ScannerGone):
        Clamd(host="127.0.0.1", port=1).scan(b"x")
