"""Threads of a mailing list, as another project keeps them, come to one case whatever order they are delivered in."""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from cases.model import Outcome, Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import NOW, SUPPORT
from tests.corpus_place import corpus
from tests.office import Office

# The archive wrote "jan at shop.example (Jan)" for the addresses, left a From out, and took To and Cc away.
_FROM = re.compile(rb"^From: (.*)$", re.MULTILINE)
_HIDDEN = re.compile(rb"([\w.-]+) at ([\w.-]+) \((.*)\)")
_SHOWN = re.compile(rb"(.*) <(.*)>")
_ID = re.compile(rb"<([^<>@\s]+@[^<>\s]+)>")
_FIRST_AUTHORS = {"scissor": b"Gregory Mullen <greg@example.com>"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    store = open_store(tmp_path / "var", "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=())], Reminders(), clock=lambda: NOW)
    yield Office(store)
    store.close()


def load_thread(name: str) -> list[bytes]:
    folder = corpus() / "emersion__python-emailthreads" / "test" / "data" / name
    files = [folder / "patch.eml", *sorted(folder.glob("reply*.eml"))]
    return [file.read_bytes() for file in files]


def make_mails(thread: Sequence[bytes], first_author: bytes, copy: int) -> list[tuple[bytes, str]]:
    """The mails with their authors; each goes to the queue and, as on any list, to all who write in the thread."""
    authors = [_author(raw) or first_author for raw in thread]
    out = []
    for raw, author in zip(thread, authors, strict=True):
        head, _, body = raw.partition(b"\n\n")
        head = _ID.sub(rb"<%d.\1>" % copy, _FROM.sub(b"X-From: kept", head))
        others = b", ".join(dict.fromkeys(one for one in authors if one != author))
        people = b"From: %s\nTo: %s\nCc: %s\n" % (author, SUPPORT.address.encode(), others)
        out.append((people + head + b"\n\nCopy %d\n" % copy + body[:500], author.decode()))
    return out


def _author(raw: bytes) -> bytes:
    found = _FROM.search(raw.partition(b"\n\n")[0])
    return _HIDDEN.sub(rb"\3 <\1@\2>", found[1]) if found else b""


@pytest.mark.parametrize(("name", "mails"), [("multiple-replies", 4), ("scissor", 2)])
def test_every_reply_comes_to_the_case_of_its_patch_in_every_order(office: Office, name: str, mails: int) -> None:
    thread = load_thread(name)
    assert len(thread) == mails
    for copy, order in enumerate(permutations(range(mails)), start=1):
        written = make_mails(thread, _FIRST_AUTHORS.get(name, b""), copy)
        outcomes = []
        for position in order:
            raw, author = written[position]
            found = _SHOWN.match(author.encode())
            assert found is not None
            applied = office.receive(raw, sender=found[2].decode())
            assert applied is not None
            outcomes.append((applied.number, applied.outcome))
        assert [outcome for _, outcome in outcomes] == [Outcome.CREATED, *[Outcome.APPENDED] * (mails - 1)], order
        assert len({number for number, _ in outcomes}) == 1, order
