"""Replies of other projects: what they hold to be new is new, and no mail of theirs is stripped to nothing."""

import time

from ingest.read.reply_text import split_reply
from tests.corpus_place import corpus

TRIMMER = "discourse__email_reply_trimmer/test"
OTHERS = ("alfonsrv__mail-parser-reply", "EdgeTier__email-reply-parser", "zapier__email-reply-parser")

# Decided otherwise here, and why.
DECIDED_OTHERWISE = {
    "embedded_email_16.txt": "a quote without an attribution is history all the same",
    "quote_and_text.txt": "a quote without an attribution is history all the same",
    "embedded_email_7.txt": "a quote between answers is not new",
    "forwarded_message.txt": "a mail that is only a forward is kept whole",
    "spam_1.txt": "nothing is stripped to nothing",
}


def test_what_the_trimmer_keeps_is_new() -> None:
    folder = corpus() / TRIMMER
    files = sorted((folder / "emails").glob("*.txt"))
    failing = [
        path.name
        for path in files
        if split_reply(path.read_text(encoding="utf-8")).new.split()
        != (folder / "trimmed" / path.name).read_text(encoding="utf-8").split()
    ]
    print(f"{len(files) - len(failing)} of {len(files)}; otherwise: {failing}")
    assert set(failing) <= DECIDED_OTHERWISE.keys(), failing
    assert len(failing) <= 0.08 * len(files), failing


def test_no_reply_is_stripped_to_nothing_or_slow() -> None:
    files = [path for name in OTHERS for path in sorted((corpus() / name).rglob("*.txt"))]
    assert len(files) > 100
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        started = time.process_time()
        split = split_reply(text)
        assert time.process_time() - started < 1, path.name
        assert bool(split.new) == bool(text.strip()), path.name
