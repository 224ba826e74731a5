"""The HTML of other projects' mails: all of it is read, cleaned and split, and nothing of the history counts as new."""

import email
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.read.defects import Defects
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.reply_text import Split, split_reply
from tests.corpus_place import corpus
from tests.safe_html import faults

# How many lines with words are new in a file; all else in it is history.
TALON = "mailgun__talon/tests/fixtures"
QUOTEQUAIL = "closeio__quotequail/tests/files"
PLANER = "lever__planer/test/examples/html"
NEW_LINES = {
    f"{TALON}/html_replies/gmail.html": 3,
    f"{TALON}/html_replies/hotmail.html": 3,
    f"{TALON}/html_replies/mail_ru.html": 3,
    f"{TALON}/html_replies/ms_outlook_2003.html": 3,
    f"{TALON}/html_replies/ms_outlook_2007.html": 3,
    f"{TALON}/html_replies/ms_outlook_2010.html": 3,
    f"{TALON}/html_replies/thunderbird.html": 3,
    f"{TALON}/html_replies/windows_mail.html": 3,
    f"{TALON}/html_replies/yandex_ru.html": 3,
    f"{TALON}/OLK_SRC_BODY_SECTION.html": 1,
    f"{TALON}/reply-separated-by-hr.html": 3,
    f"{QUOTEQUAIL}/apple_forward.html": 2,
    f"{QUOTEQUAIL}/apple_reply.html": 2,
    f"{QUOTEQUAIL}/gmail_forward.html": 2,
    f"{QUOTEQUAIL}/ios_mail_reply_unescaped_address.html": 1,
    f"{QUOTEQUAIL}/outlook_forward.html": 2,
    f"{QUOTEQUAIL}/yahoo_reply_unescaped_address.html": 2,
    f"{PLANER}/office-365.html": 6,
}
# Forwarded without a word of the sender's own: all of it is the text.
ALL_HISTORY = (f"{QUOTEQUAIL}/thunderbird_forward.html", f"{PLANER}/outlook-mixed.html")


def _read(path: Path) -> Split:
    return split_reply(html_to_text(path.read_text(encoding="utf-8", errors="replace"), Defects()))


def _filled(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("name", NEW_LINES)
def test_new_words_are_told_from_history(name: str) -> None:
    split = _read(corpus() / name)
    new = _filled(split.new)
    assert not split.is_all
    assert len(new) == NEW_LINES[name], split.new
    assert any(re.search(r"@|\d{4}", line) for line in _filled(split.quoted))
    assert not any(re.search(r"@|\d{4}", line) for line in new)


@pytest.mark.parametrize("program", ["thunderbird", "mailru", "outlook"])
def test_what_another_reader_calls_history_is_history(program: str) -> None:
    folder = corpus() / QUOTEQUAIL
    history = _filled(
        html_to_text((folder / f"{program}_forward_unwrapped.html").read_text(encoding="utf-8"), Defects())
    )
    whole = html_to_text((folder / f"{program}_forward.html").read_text(encoding="utf-8"), Defects())
    lines = _filled(whole.replace("\n> ", "\n").replace("\n>", "\n"))
    assert lines[-len(history) :] == history


@pytest.mark.parametrize("name", ALL_HISTORY)
def test_a_mail_of_history_only_is_kept_whole(name: str) -> None:
    split = _read(corpus() / name)
    assert split.is_all
    assert ">" not in {line[0] for line in _filled(split.new)}


def _html_parts(place: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(place.rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".html":
            yield path.name, raw.decode("utf-8", "replace")
        elif b"text/html" in raw.lower():
            yield from _parts_of(path.name, raw)


def _parts_of(name: str, raw: bytes) -> Iterator[tuple[str, str]]:
    try:
        parts = [part for part in email.message_from_bytes(raw).walk() if part.get_content_type() == "text/html"]
        for part in parts:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield name, payload.decode("utf-8", "replace")
    except (ValueError, LookupError, AttributeError):
        return  # what only the parser of the standard library cannot read is tried elsewhere


def test_all_html_is_read_and_cleaned_quickly() -> None:
    seen: set[str] = set()
    for name, html in _html_parts(corpus()):
        if html in seen:
            continue
        seen.add(html)
        start = time.process_time()
        text = html_to_text(html, Defects())
        clean = sanitise_html(html, Defects()) or ""
        assert time.process_time() - start < 2, name
        assert faults(clean) == [], name
        words = re.sub(r"(?is)<(style|script|title|head)\b.*?(?:</\1|\Z)|<!--.*?-->|<[^>]{0,5000}>|&\w+;", " ", html)
        assert text.strip() or not re.search(r"\w{3}", words), name
    assert len(seen) > 100
