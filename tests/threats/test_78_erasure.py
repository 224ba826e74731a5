"""Threat 78: an erased person is gone from every file and table; the chains hold, and others' words stay.

The recipe: a marker in every place, one command, and a search through all files, write-ahead logs and free pages.
"""

import base64
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from cases.arrival import Arrival, Channel
from cases.model import Outcome, Reminders
from cases.redaction import ERASED, find_traces, redact
from ingest.child_pool import ReaderFailed
from ingest.erase import erase, look_for
from store import ledger_tables, people_tables
from store.case_rows import set_legal_hold
from store.junk_list import list_junk
from store.seeding import QueueSeed
from store.store import Store, open_store, seed_store
from store.tables import cases, dispositions, messages
from store.verify import verify
from store.vouchers import seal
from tests.casework import AGENT, NOW, SUPPORT
from tests.office import HOLDER, Here, Office
from tests.rehearsal import parsed
from tests.service import answer, mail, text_of

ERNA = "erna@marker7f3a.example"
PAUL = "paul@other.example"
WORDS = "Zwetschgenkuchen liegt seit gestern nirgends, Bestellung 302-7777777-1234567"
SEEDS = (QueueSeed(queue=SUPPORT, agents=(AGENT,)),)
MARKS = ("marker7f3a", "Zwetschgenkuchen", "ErnaMARKER", "302-7777777-1234567", "Ibykus")


def erna_writes(subject: str = "Ibykus fehlt", **headers: str) -> EmailMessage:
    letter = mail(subject, WORDS, sender=f"ErnaMARKER Schmidt <{ERNA}>", **headers)
    letter.add_attachment(b"marker7f3a" * 40, maintype="application", subtype="pdf", filename="Ibykus.pdf")
    return letter


def last_to(office: Office, address: str) -> EmailMessage:
    office.write()
    while office.deliver():
        pass
    return parsed([one for one in office.way.tried if one.envelope_to == address][-1])


def says(office: Office, who: str, text: str) -> None:
    reply, to = answer(last_to(office, who), text, sender=who)
    office.receive(reply, to, sender=who)


@pytest.fixture
def lived(office: Office) -> Office:
    """On SQLite; see `live`."""
    return live(office)


def live(office: Office) -> Office:
    """Erna in twelve places: mail, copy, answer, note, file, junk, quarantine, duplicate, large mail, letter, table."""
    office.receive(erna_writes(Cc=f"Paul <{PAUL}>"), sender=ERNA)
    says(office, AGENT, "Which address? Please tell us, ErnaMARKER.")
    says(office, ERNA, "Hier nochmals: " + WORDS)
    says(office, PAUL, "I have it in my own books as well: number seven.")
    office.receive(erna_writes("Something else"), sender=ERNA)
    office.receive(mail("Mine", "Order 302-1234567-7654321 is another matter", sender=f"Paul <{PAUL}>"), sender=PAUL)
    large = erna_writes("Large")
    large.add_attachment(b"Ibykus" * 100_000, maintype="application", subtype="pdf", filename="large.pdf")
    office.receive(large, sender=ERNA)
    office.receive(large, sender=ERNA)
    office.reader.faults = [ReaderFailed("died")] * 3
    office.receive(erna_writes("Poison"), sender=ERNA)
    for _ in range(2):
        for entry in office.store.ledger.claim(holder=HOLDER, now=NOW, limit=5):
            office.take_in().take_in(entry, now=NOW)
    office.write()
    seal(office.store.cases, office.store.ledger_database, holder=HOLDER, clock=lambda: NOW)
    return office


def do_erase(office: Office) -> None:
    erase(office.store, ERNA, reader=Here(), actor="operator", now=NOW)
    seal(office.store.cases, office.store.ledger_database, holder=HOLDER, clock=lambda: NOW)


def marks_in_files(folder: Path) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        octets = path.read_bytes() if path.is_file() else b""
        for mark in MARKS:
            forms = [mark.encode(), mark.encode("utf-16-le"), *_in_base64(mark)]
            found += [f"{mark} in {path.name}" for form in forms if form.lower() in octets.lower()]
    return found


def _in_base64(mark: str) -> list[bytes]:
    """The mark as it looks inside Base64, at each of its three alignments."""
    return [base64.b64encode(b"x" * shift + mark.encode())[4 if shift else 0 : -4] for shift in range(3)]


def test_no_octet_of_an_erased_person_is_left_in_any_file(lived: Office, tmp_path: Path) -> None:
    assert {one.split(" ")[0] for one in marks_in_files(tmp_path / "var")} == set(MARKS), "the search finds them"
    do_erase(lived)
    assert marks_in_files(tmp_path / "var") == []


def test_on_postgresql_no_row_of_any_table_names_an_erased_person(
    tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    store = open_store(tmp_path / "var", new_postgresql(), clock=lambda: NOW)
    try:
        seed_store(store, SEEDS, Reminders(), clock=lambda: NOW)
        lived = live(Office(store))
        assert {one.split(" ")[0] for one in marks_in_rows(store)} == set(MARKS), "the search finds them"
        do_erase(lived)
        assert marks_in_rows(store) == []
        assert list(verify(store)) == []
    finally:
        store.close()


def marks_in_rows(store: Store) -> list[str]:
    found = []
    for database, tables in ((store.cases, people_tables.metadata), (store.ledger_database, ledger_tables.metadata)):
        with database.read() as connection:
            for table in tables.sorted_tables:
                values = [value for row in connection.execute(sa.select(table)) for value in row]
                octets = b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values).lower()
                for mark in MARKS:
                    forms = [mark.encode(), *_in_base64(mark)]
                    found += [f"{mark} in {table.name}" for form in forms if form.lower() in octets]
    return found


def test_the_chains_hold_and_every_mail_has_its_word(lived: Office) -> None:
    do_erase(lived)
    assert list(verify(lived.store)) == []
    erased = lived.rows(sa.select(dispositions.c.ledger_id).where(dispositions.c.outcome == Outcome.ERASED))
    assert len(erased) == 6


def test_what_others_wrote_in_a_shared_case_stays_without_what_quotes_them(lived: Office) -> None:
    do_erase(lived)
    said = [row.reply_text or row.text for row in lived.rows(sa.select(messages).order_by(messages.c.id))]
    assert any("I have it in my own books as well: number seven." in text for text in said)
    assert any(f"Which address? Please tell us, {ERASED}" in text for text in said)


def test_cases_of_others_are_as_they_were_and_go_on(lived: Office) -> None:
    (paul,) = lived.rows(sa.select(cases).where(cases.c.requester_address == PAUL))
    before = lived.case(paul.number)
    do_erase(lived)
    assert lived.case(paul.number) == before


def test_doing_it_again_changes_nothing_and_after_a_crash_finishes_it(
    lived: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ingest.erase

    def crash(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ingest.erase, "bury_mails", crash)
        with pytest.raises(KeyboardInterrupt):
            do_erase(lived)
    do_erase(lived)
    do_erase(lived)
    assert list(verify(lived.store)) == []
    assert marks_in_files(tmp_path / "var") == []


def test_an_answer_to_an_erased_case_is_a_new_matter_and_revives_nothing(lived: Office) -> None:
    reply, to = answer(last_to(lived, ERNA), "I am back", sender=ERNA)
    before = len(lived.rows(sa.select(cases.c.id)))
    do_erase(lived)
    applied = lived.receive(reply, to, sender=ERNA)
    assert applied is not None
    assert applied.outcome is Outcome.CREATED
    assert len(lived.rows(sa.select(cases.c.id))) == before + 1
    assert "I am back" in text_of(last_to(lived, AGENT))


def test_what_is_kept_by_law_is_named(lived: Office) -> None:
    number = lived.rows(sa.select(cases.c.number).where(cases.c.requester_address == ERNA))[0].number
    with lived.store.cases.write() as connection:
        (row,) = connection.execute(sa.select(cases).where(cases.c.number == number)).all()
        set_legal_hold(connection, row.id, on=True, actor="operator", now=NOW)
    assert look_for(lived.store, ERNA).on_hold == (number,)


def test_junk_of_theirs_goes_too(office: Office) -> None:
    arrival = Arrival(
        raw=erna_writes(X_Spam_Flag="YES").as_bytes(),
        channel=Channel.LMTP,
        sender="bounce@elsewhere.example",
        recipients=(SUPPORT.address,),
        received_at=NOW,
        trusted=True,
    )
    (ledger_id,) = office.store.ledger.add([arrival])
    office.work_on(ledger_id)
    do_erase(office)
    with office.store.cases.read() as connection:
        assert [(one.author, one.subject) for one in list_junk(connection)] == [("", ERASED)]
    assert b"marker7f3a" not in office.store.ledger.load(ledger_id)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hello Erna, we look into it.", "Hello [erased] we look into it."),
        ("> Wo ist mein Kuchen geblieben?\nWe do not know.", "> [erased]\nWe do not know."),
        ("See 302-1 and erna@shop.example.", "See 302-1 and [erased]"),
        ("Order 302-7777777-1234567 is on its way.", "Order [erased] is on its way."),
        ("Nothing of hers is here", "Nothing of hers is here"),
    ],
)
def test_only_what_is_theirs_is_taken_out(text: str, left: str) -> None:
    traces = find_traces(
        "erna@shop.example", ["Erna"], ["Wo ist mein Kuchen geblieben? Bestellung 302-7777777-1234567"]
    )
    assert redact(text, traces) == left
