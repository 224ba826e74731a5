"""A file's name is metadata that is safe to show in a mail, a log and a table, and never a path (threats 66)."""

import itertools
import re
import unicodedata

import pytest

from ingest.parse import to_json
from ingest.read.filenames import has_double_extension, safe_filename
from ingest.read.reader import read

STEMS = (
    "con",
    "NUL",
    "aux.txt",
    "report",
    "..",
    "...",
    ".htaccess",
    "~",
    "a" * 300,
    "订单" * 100,
    "e\u0301" * 60,
    " ",
    "x.pdf",
)
BEFORE = (
    "",
    "../../etc/",
    "..\\..\\",
    "C:\\",
    "\\\\host\\share\\",
    "/",
    "\u200b",
    "\u202e",
    "\x00",
    "%2e%2e%2f",
    "\r\nX: ",
)
BEHIND = (
    "",
    ".exe",
    ". . ",
    "\u202egpj.exe",
    "\x00.jpg",
    ":stream",
    "\u2028",
    "\ud800",
    ".tar.gz",
    "\ufeff",
    "/",
    "\\",
)
NAMES = ["".join(pieces) for pieces in itertools.product(BEFORE, STEMS, BEHIND)][::5]


def test_hundreds_of_hostile_names_are_safe_to_show() -> None:
    assert len(NAMES) > 300
    unsafe = [(name, shown) for name in NAMES if (shown := safe_filename(name)) is not None and not is_safe(shown)]
    assert not unsafe


def is_safe(name: str) -> bool:
    """What threats 66 asks of a name, and that it is no device or hidden file of any system."""
    return (
        0 < len(name.encode("utf-8")) <= 120
        and not set(name) & set("/\\")
        and re.search(r":(?! |(?<=\d:)\d)", name) is None
        and all(unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for char in name)
        and name == unicodedata.normalize("NFC", name) == name.strip(" .")
        and name.split(".", maxsplit=1)[0].lower() not in ("con", "nul", "aux", "prn", "com1", "lpt1")
    )


@pytest.mark.parametrize(
    "form", ['filename="{}"', "filename*=utf-8''{}", "filename*0*=utf-8''{}; filename*1=x", "name={}"]
)
def test_hostile_names_are_safe_in_whatever_form_they_come(form: str) -> None:
    for name in NAMES[::7]:
        value = name.encode("utf-8", "replace").replace(b"\r\n", b"\r\n ").replace(b"\x00", b"%00")
        field = form.encode().replace(b"{}", value)
        mail = read(b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + field + b"\r\n\r\nx")
        shown = [part.filename for part in mail.parts if part.attachment]
        assert len(shown) == 1
        assert shown[0] is not None
        assert is_safe(shown[0])
        assert to_json("x", mail)["attachments"]


def test_a_safe_name_is_its_own_safe_name_also_where_it_is_cut_behind_a_colon() -> None:
    name = safe_filename("Authentication-Results: " * 6)
    assert name is not None
    assert safe_filename(name) == name


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("invoice.pdf.exe", True),
        ("photo.jpg   .scr", True),
        ("list.csv.js", True),
        ("invoice.pdf", False),
        ("backup.tar.gz", False),
        ("list.csv.gz", False),
        ("fattura.pdf.p7m", False),
        ("v1.2.pdf", False),
    ],
)
def test_a_name_that_shows_one_type_and_is_another_is_flagged(name: str, flagged: bool) -> None:
    assert has_double_extension(name) is flagged


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Fwd: Your listing was removed.eml", "Fwd: Your listing was removed.eml"),
        ("Bildschirmfoto 10:32:07.png", "Bildschirmfoto 10:32:07.png"),
        ("invoice.txt:evil.exe", "invoice.txt_evil.exe"),
        ("C:\\Users\\anna\\list.csv", "list.csv"),
    ],
)
def test_a_colon_of_a_sentence_or_a_time_stays_and_one_of_a_stream_does_not(name: str, shown: str) -> None:
    assert safe_filename(name) == shown


@pytest.mark.parametrize("name", ["e\u200b\u0301.txt", "a: " * 60, "x" * 119 + ": y", "a" * 115 + " .  .txt"])
def test_a_shown_name_is_its_own_normal_form(name: str) -> None:
    shown = safe_filename(name)
    assert shown is not None
    assert shown == unicodedata.normalize("NFC", shown) == safe_filename(shown)
