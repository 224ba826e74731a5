"""`case export`: one file to hand over, and nothing in it that is not for who gets it."""

import json
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from casepost.app import App
from casepost.case_archive import keep_shown_fields
from store.tables import outbox
from tests.command_line import MAIL, Run, take_in, write_replies

AGENT = "agent@casepost.example"
RAW = (
    b"Return-Path: <anna@seller.example>\r\nReceived: from inner.casepost.example ([10.0.0.7])\r\n\tby mx\r\n"
    b"Authentication-Results: mx.casepost.example; spf=pass\r\nX-Spam-Status: No\r\nBcc: hidden@seller.example\r\n"
    + MAIL
    % (b"1", b"=HYPERLINK(1)")
)


def all_sent(app: App) -> None:
    write_replies(app)
    with app.store.cases.write() as connection:
        connection.execute(sa.update(outbox).values(state="sent"))


def answer(app: App, number: str) -> None:
    """The agent answers by mail, with an alias in the words and a hidden copy."""
    with app.store.cases.read() as connection:
        relay = connection.execute(sa.select(outbox).where(outbox.c.envelope_to == AGENT)).first()
    assert relay is not None
    mail = (
        f"From: {AGENT}\r\nTo: {relay.envelope_from}\r\nBcc: boss@casepost.example\r\n"
        f"Message-ID: <a@desk7.casepost.example>\r\nSubject: Re: x\r\n\r\nIt comes tomorrow. Write to {AGENT}.\r\n"
    )
    assert take_in(app, mail.encode(), to=relay.envelope_from) == number


def files(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def number(app: App) -> str:
    """A case with a seller's mail, an acknowledgement, an agent's answer and a note that all have left."""
    number = take_in(app, RAW)
    all_sent(app)
    answer(app, number)
    all_sent(app)
    return number


def test_a_case_becomes_one_file_with_its_document_a_text_and_its_mails(folder: Path, number: str, run: Run) -> None:
    ended = run("case", "export", f"CP-{number}")
    assert (ended.code, ended.out) == (0, f"CP-{number}.zip: 1 case, 3 mails, for the requester's eyes.\n")
    found = files(folder / f"CP-{number}.zip")
    assert [name.split("-")[0] for name in found] == ["case.json", "case.txt", *(f"mails/00{n}" for n in (1, 2, 3))]
    assert {name.rpartition("-")[2] for name in found if name.startswith("mails/")} == {
        "seller.eml", "acknowledgement.eml", "answer.eml",
    }  # fmt: skip
    assert json.loads(found["case.json"])["number"] == number
    assert b"It comes tomorrow" in found["case.txt"]
    assert (folder / f"CP-{number}.zip").stat().st_mode & 0o077 == 0


def test_24_what_a_seller_gets_names_no_agent_no_hidden_copy_and_no_way_through_the_house(
    folder: Path, number: str, run: Run
) -> None:
    run("case", "export", number, "--to", "seller.zip")
    everything = b"\n".join(files(folder / "seller.zip").values())
    for secret in (b"agent@", b"boss@", b"hidden@", b"desk7", b"10.0.0.7", b"Received", b"X-Spam", b"spf=pass"):
        assert secret not in everything, secret
    document = json.loads(files(folder / "seller.zip")["case.json"])
    assert (document["events"], document["why"], document["assignee"]) == ([], [], None)
    assert set(document) == set(run("case", "show", number, "--json").json)


def test_with_internal_it_is_everything_byte_for_byte(folder: Path, number: str, run: Run) -> None:
    ended = run("case", "export", number, "--internal", "--to", "office.zip", "--json")
    found = files(folder / "office.zip")
    assert RAW in found.values()
    assert any(b"boss@casepost.example" in octets for octets in found.values())
    assert ended.json == [json.loads(found["case.json"])]
    assert ended.json[0]["events"] == run("case", "show", number, "--json").json["events"]
    assert b"--- Events" in found["case.txt"]


def test_json_alone_prints_the_documents_and_writes_no_file(folder: Path, app: App, number: str, run: Run) -> None:
    other = take_in(app, MAIL % (b"2", b"two"))
    before = set(folder.iterdir())
    assert [one["number"] for one in run("case", "export", number, other, number, "--json").json] == [number, other]
    assert set(folder.iterdir()) == before


def test_several_cases_have_a_folder_each_and_no_file_is_written_over(
    folder: Path, app: App, number: str, run: Run
) -> None:
    other = take_in(app, MAIL % (b"2", b"two"))
    assert run("case", "export", number, other, "--to", "both.zip").code == 0
    with zipfile.ZipFile(folder / "both.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {f"CP-{number}", f"CP-{other}"}
    before = (folder / "both.zip").read_bytes()
    again = run("case", "export", number, "--to", "both.zip")
    assert (again.code, "is there already" in again.err) == (2, True)
    assert (folder / "both.zip").read_bytes() == before
    nowhere = run("case", "export", number, "--to", folder / "missing" / "x.zip")
    assert (nowhere.code, "cannot be written" in nowhere.err) == (2, True)


def test_what_has_not_left_is_not_in_what_a_seller_gets(folder: Path, app: App, run: Run) -> None:
    number = take_in(app, RAW)
    write_replies(app)
    assert "1 mail," in run("case", "export", number).out
    assert [one["kind"] for one in json.loads(files(folder / f"CP-{number}.zip")["case.json"])["messages"]] == [
        "seller"
    ]


def test_73_names_of_files_are_ours_and_controls_do_not_reach_a_terminal(folder: Path, app: App, run: Run) -> None:
    hostile = MAIL % (b"1", b"=?utf-8?b?GygwKRtbMkogLi4vLi4vZXZpbC5leGU=?=")
    number = take_in(app, hostile)
    run("case", "export", number)
    found = files(folder / f"CP-{number}.zip")
    assert all(name in ("case.json", "case.txt") or name.startswith("mails/001-") for name in found)
    assert not {b"\x1b", b"\x9b"} & {bytes([octet]) for octet in found["case.txt"]}


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_header_without_its_way_keeps_the_body_as_it_is(end: bytes) -> None:
    raw = end.join([b"Received: x", b" y", b"From: a@x", b"junk", b"Subject: a", b" b", b"", b"Received: in the body"])
    wanted = end.join([b"From: a@x", b"Subject: a", b" b", b"", b"Received: in the body"])
    assert keep_shown_fields(raw) == wanted
    assert keep_shown_fields(b"no header at all") == b""
