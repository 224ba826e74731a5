"""Reading old mail from disk: every mail once, whole, in the same order each time; what is none is named."""

import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.archive import ArchivedMail, ArchiveProblem, count_mails, mails_in
from ingest.mbox import parse_from_line_date

FROM = b"From a@example.com Thu Nov 12 10:02:03 2026\n"
ONE = b"From: a@example.com\nSubject: one\n\nbody one\n"
TWO = b"From: b@example.com\nSubject: two\n\nbody two\n"


def read(path: Path) -> list[bytes]:
    """The raw mails at a path, none of which may be a problem; the count must agree."""
    found = list(mails_in(path))
    assert [item for item in found if isinstance(item, ArchiveProblem)] == []
    assert count_mails(path) == len(found)
    return [item.raw for item in found if isinstance(item, ArchivedMail)]


def problems(path: Path) -> list[ArchiveProblem]:
    return [item for item in mails_in(path) if isinstance(item, ArchiveProblem)]


def write(path: Path, octets: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


def test_an_eml_file_is_one_mail_byte_for_byte(tmp_path: Path) -> None:
    raw = b"Subject: x\r\n\r\n\x00\xff\r\n"
    path = write(tmp_path / "x.eml", raw)
    assert list(mails_in(path)) == [ArchivedMail(raw=raw, where=str(path), date=None)]


def test_an_eml_file_is_a_mail_however_it_begins(tmp_path: Path) -> None:
    assert read(write(tmp_path / "odd.EML", b"no header at all\n")) == [b"no header at all\n"]


@pytest.mark.parametrize("lead", [b"", b"\r\n", b"\xef\xbb\xbf", b"\n \n"])
def test_a_file_of_any_name_is_a_mail_if_it_begins_like_one(tmp_path: Path, lead: bytes) -> None:
    assert read(write(tmp_path / "17", lead + ONE)) == [lead + ONE]


def test_a_file_that_is_no_mail_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "a.zip", b"PK\x03\x04" + b"\x00" * 50)
    write(tmp_path / "b.eml", ONE)
    write(tmp_path / "c.eml", b"")
    write(tmp_path / "d.eml", TWO)
    found = list(mails_in(tmp_path))
    assert [type(item).__name__ for item in found] == [
        "ArchiveProblem",
        "ArchivedMail",
        "ArchiveProblem",
        "ArchivedMail",
    ]
    assert [problem.reason for problem in problems(tmp_path)] == [
        "not a mail: it does not begin with a header",
        "the file is empty",
    ]
    assert [Path(problem.where).name for problem in problems(tmp_path)] == ["a.zip", "c.eml"]


def test_what_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path / "nothing")[0].reason == "No such file or directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "a.eml", ONE).chmod(0)
    write(tmp_path / "b.eml", TWO)
    assert [problem.reason for problem in problems(tmp_path)] == ["Permission denied"]


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert problems(tmp_path)[0].reason == "neither a file nor a folder"


def test_a_link_to_a_folder_above_does_not_go_round_in_circles(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.eml", ONE)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert read(tmp_path) == [ONE]


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b/2.eml", "a/1.eml", "c.eml", ".hidden/no.eml", ".DS_Store"):
        write(tmp_path / name, b"Subject: " + name.encode() + b"\n\n")
    assert read(tmp_path) == [b"Subject: a/1.eml\n\n", b"Subject: b/2.eml\n\n", b"Subject: c.eml\n\n"]


# mbox


def test_an_mbox_is_split_at_its_from_lines(tmp_path: Path) -> None:
    path = write(tmp_path / "mbox", FROM + ONE + b"\n" + b"From - Fri Nov 13 08:00:00 2026\n" + TWO)
    assert list(mails_in(path)) == [
        ArchivedMail(raw=ONE, where=f"{path}:0", date=datetime(2026, 11, 12, 10, 2, 3, tzinfo=UTC)),
        ArchivedMail(raw=TWO, where=f"{path}:{len(FROM + ONE) + 1}", date=datetime(2026, 11, 13, 8, 0, tzinfo=UTC)),
    ]


def test_an_mbox_with_cr_lf_keeps_them(tmp_path: Path) -> None:
    mails = [mail.replace(b"\n", b"\r\n") for mail in (ONE, TWO)]
    start = FROM.replace(b"\n", b"\r\n")
    assert read(write(tmp_path / "x.mbox", start + mails[0] + b"\r\n" + start + mails[1] + b"\r\n")) == mails


def test_quoted_from_lines_lose_one_mark(tmp_path: Path) -> None:
    body = b"Subject: x\n\n>From me\n>>From you\n> From him\nx >From her\n"
    assert read(write(tmp_path / "m", FROM + body)) == [b"Subject: x\n\nFrom me\n>From you\n> From him\nx >From her\n"]


@pytest.mark.parametrize(
    "inside",
    [
        b"\nFrom my point of view\nthat is wrong.\n",
        b"From Monday on, 10:00, Order: 2026\nplease\n",
        b"\nFrom here to eternity\n",
        b"\nFrom \n",
    ],
)
def test_a_from_within_a_text_begins_no_mail(tmp_path: Path, inside: bytes) -> None:
    mail = b"Subject: x\n\nHello,\n" + inside
    assert read(write(tmp_path / "m", FROM + mail + b"\n" + FROM + TWO)) == [mail, TWO]


def test_a_missing_blank_line_before_a_dated_from_line_is_forgiven(tmp_path: Path) -> None:
    assert read(write(tmp_path / "m", FROM + ONE + FROM + TWO)) == [ONE, TWO]


def test_a_from_line_without_a_date_begins_a_mail_after_a_blank_line(tmp_path: Path) -> None:
    assert read(write(tmp_path / "m", b"From a@example.com\n" + ONE + b"\nFrom b@example.com\n" + TWO)) == [ONE, TWO]


def test_an_empty_mail_in_an_mbox_is_a_problem_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "m", FROM + b"\n" + FROM + ONE)
    assert problems(path) == [ArchiveProblem(where=f"{path}:0", reason="the mail is empty")]
    assert [item.raw for item in mails_in(path) if isinstance(item, ArchivedMail)] == [ONE]


def test_a_mail_over_the_limit_is_named_and_skipped(tmp_path: Path) -> None:
    large = b"Subject: large\n\n" + b"x" * 78 + b"\n" * 5000
    path = write(tmp_path / "m", FROM + ONE + b"\n" + FROM + large + b"\n" + FROM + TWO)
    found = list(mails_in(path, max_bytes=1000))
    assert [isinstance(item, ArchivedMail) for item in found] == [True, False, True]
    assert list(mails_in(write(tmp_path / "x.eml", large), max_bytes=1000)) == [
        ArchiveProblem(where=str(tmp_path / "x.eml"), reason="larger than 1000 octets")
    ]


def test_a_large_mbox_is_never_held_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.mbox"
    mail = b"Subject: x\n\n" + (b"0123456789abcdef" * 30 + b"\n") * 1000
    with path.open("wb") as file:
        for _ in range(50):
            file.write(FROM + mail + b"\n")
        file.write(FROM + b"Subject: one line\n\n" + b"y" * 3_000_000)
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        count = sum(isinstance(item, ArchivedMail) and item.raw == mail for item in mails_in(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 50
    assert peak < 12_000_000


@pytest.mark.parametrize(
    ("line", "date"),
    [
        (b"From a@b Thu Nov 12 10:02:03 2026\n", datetime(2026, 11, 12, 10, 2, 3, tzinfo=UTC)),
        (b"From a@b Thu Nov  5 10:02 2026\r\n", datetime(2026, 11, 5, 10, 2, tzinfo=UTC)),
        (b"From 1@xxx Thu Nov 12 10:02:03 +0100 2026\n", datetime(2026, 11, 12, 9, 2, 3, tzinfo=UTC)),
        (b"From a@b Thu Nov 12 10:02:03 2026 -0330\n", datetime(2026, 11, 12, 13, 32, 3, tzinfo=UTC)),
        (b"From a@b Thu Nov 12 10:02:03 MEZ 2026\n", datetime(2026, 11, 12, 10, 2, 3, tzinfo=UTC)),
        (b"From a@b Thu Feb 31 10:02:03 2026\n", None),
        (b"From a@b Thu Jan  1 00:00:00 +9999 0001\n", None),
        (b"From a@b\n", None),
    ],
)
def test_the_date_of_a_from_line(line: bytes, date: datetime | None) -> None:
    assert parse_from_line_date(line) == date


# maildir


def test_a_maildir_gives_cur_and_new_but_not_tmp_with_the_files_ages(tmp_path: Path) -> None:
    for name, raw in (("cur/1.a:2,S", ONE), ("new/2.b", TWO), ("tmp/3.c", b"half"), ("dovecot.index.log", b"\x01")):
        write(tmp_path / name, raw)
    os.utime(tmp_path / "cur/1.a:2,S", (1_700_000_000, 1_700_000_000))
    assert read(tmp_path) == [ONE, TWO]
    first = next(mails_in(tmp_path))
    assert isinstance(first, ArchivedMail)
    assert first.date == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_folders_within_a_maildir_are_read_too(tmp_path: Path) -> None:
    for folder in ("", ".Archive", "Sent", ".Archive.2025"):
        for sub in ("cur", "new", "tmp"):
            (tmp_path / folder / sub).mkdir(parents=True)
    write(tmp_path / ".Archive" / "cur" / "1", ONE)
    write(tmp_path / ".Archive.2025" / "cur" / "2", TWO)
    write(tmp_path / "Sent" / "new" / "3", ONE + b"sent\n")
    assert read(tmp_path) == [ONE, TWO, ONE + b"sent\n"]


def test_a_file_in_a_maildir_is_a_mail_even_if_it_begins_with_a_from_line(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    raw = FROM + ONE + b"\n" + FROM + TWO
    write(tmp_path / "cur" / "1", raw)
    assert read(tmp_path) == [raw]


def test_reading_twice_gives_the_same_places(tmp_path: Path) -> None:
    write(tmp_path / "a" / "m", (FROM + ONE + b"\n") * 3)
    write(tmp_path / "b.eml", TWO)
    assert [item.where for item in mails_in(tmp_path)] == [item.where for item in mails_in(tmp_path)]
    assert len({item.where for item in mails_in(tmp_path)}) == 4
