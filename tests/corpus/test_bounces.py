"""Bounces and other automatic mail of other projects: whom they name, and what kind each is."""

from pathlib import Path

import pytest

from cases.mail import MailKind
from ingest.read.reader import read
from tests.corpus_place import corpus

_KIND_OF = {
    "arf": MailKind.FEEDBACK_REPORT,
    "mdn": MailKind.AUTO_REPLY,
    "auto-reply": MailKind.AUTO_REPLY,
    "dsn": MailKind.BOUNCE,
}


def labelled() -> list[tuple[str, set[str]]]:
    """Files whose column `kind` names a report, and which ones; those of flufl.bounce are judged above."""
    rows = [line.split("\t") for line in (corpus() / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return [
        (row[0], kinds)
        for row in rows
        if (kinds := set(row[4].split(";")) & set(_KIND_OF)) and not row[0].startswith("PyPI__")
    ]


# The manifest looks for words anywhere in a file: what these are in truth.
_IN_TRUTH = {
    "mailru.eml": MailKind.FEEDBACK_REPORT,  # an aggregate DMARC report, sent with Auto-Submitted
    "m2014.txt": MailKind.MESSAGE,  # asks for a read receipt and is none
}


def test_reports_receipts_and_automatic_answers_are_told_apart() -> None:
    rows = labelled()
    wrong = []
    for name, kinds in rows:
        strongest = next(_KIND_OF[kind] for kind in ("arf", "mdn", "dsn", "auto-reply") if kind in kinds)
        expected = _IN_TRUTH.get(Path(name).name, strongest)
        mail = read((corpus() / name).read_bytes())
        if mail.kind is not expected:
            wrong.append(f"{name}: {mail.kind} ({mail.kind_reason}), expected {expected}")
    print(*wrong, sep="\n")
    assert len(rows) > 30
    assert wrong == []


def test_what_people_wrote_is_a_message() -> None:
    """The samples of libraries that cut quotations are persons' answers, one and all."""
    projects = ("EdgeTier__", "github__email_reply_parser", "discourse__email_reply_trimmer/test/emails", "zapier__")
    files = [
        path
        for row in (corpus() / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()[1:]
        if row.startswith(projects) and (path := corpus() / row.split("\t")[0]).suffix in {".txt", ".eml"}
    ]
    head = b"From: jan@shop.example\r\nSubject: Re: case\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    wrong = [
        f"{path.name}: {mail.kind} ({mail.kind_reason})"
        for path in files
        if (mail := read(head + path.read_bytes())).kind is not MailKind.MESSAGE
    ]
    print(*wrong, sep="\n")
    assert len(files) > 100
    assert wrong == []


@pytest.mark.parametrize("kind", sorted(_KIND_OF))
def test_the_corpus_holds_each_sort(kind: str) -> None:
    assert [name for name, kinds in labelled() if kind in kinds]
