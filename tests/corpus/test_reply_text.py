"""No reply of other projects is stripped to nothing, or slow; how well they are split is in `test_quality.py`."""

import time

from ingest.read.reply_text import split_reply
from tests.corpus_place import corpus

OTHERS = ("alfonsrv__mail-parser-reply", "EdgeTier__email-reply-parser", "zapier__email-reply-parser")


def test_no_reply_is_stripped_to_nothing_or_slow() -> None:
    files = [path for name in OTHERS for path in sorted((corpus() / name).rglob("*.txt"))]
    assert len(files) > 100
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        started = time.process_time()
        split = split_reply(text)
        assert time.process_time() - started < 1, path.name
        assert bool(split.new) == bool(text.strip()), path.name
