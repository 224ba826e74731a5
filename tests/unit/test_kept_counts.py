"""What is said of a count against the one that is kept, and that each work which is counted is done to its end."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bench.regress.__main__ import judge, show
from bench.regress.kept import Counts, Maker, Word, compare, load_counts, write_counts
from bench.regress.letter import make_raw
from bench.regress.works import REFERENCE, TIMES, WARM_UPS, make_works
from cases.change import Applied
from cases.mail import Mail
from cases.model import Outcome, Reminders
from ingest.read.reader import read
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import AGENT, NOW, SUPPORT

MAKER = Maker(python="3.11", machine="x86_64")
KEPT = Counts(made_with=MAKER, instructions={REFERENCE: 1_000, "read": 30_000, "render": 8_000})


def count(**changed: int) -> Counts:
    return replace(KEPT, instructions={**KEPT.instructions, **changed})


def words(new: Counts, kept: Counts = KEPT) -> Mapping[str, Word]:
    return {one.name: one.word for one in compare(new, kept)}


@pytest.mark.parametrize(
    ("read_now", "word", "status"),
    [
        (30_000, Word.SAME, 0),
        (34_400, Word.SAME, 0),
        (34_600, Word.MORE, 1),
        (25_600, Word.SAME, 0),
        (25_400, Word.LESS, 0),
    ],
)
def test_more_than_fifteen_percent_is_a_fault_and_less_is_to_be_kept(read_now: int, word: Word, status: int) -> None:
    new = count(read=read_now)
    verdicts = compare(new, KEPT)
    assert words(new) == {REFERENCE: Word.SAME, "read": word, "render": Word.SAME}
    assert judge(new, KEPT, verdicts) == status
    assert word in show(verdicts)


def test_a_build_of_python_that_makes_everything_larger_changes_nothing() -> None:
    new = replace(KEPT, instructions={name: 2 * count for name, count in KEPT.instructions.items()})
    assert set(words(new).values()) == {Word.SAME}


def test_a_kept_count_that_is_lowered_makes_the_same_count_a_fault() -> None:
    lowered = replace(KEPT, instructions={**KEPT.instructions, "render": 6_900})
    assert words(KEPT, lowered)["render"] is Word.MORE
    assert judge(KEPT, lowered, compare(KEPT, lowered)) == 1


def test_a_work_that_is_new_or_gone_is_a_fault_until_it_is_kept() -> None:
    new = replace(KEPT, instructions={REFERENCE: 1_000, "read": 30_000, "language": 5})
    assert words(new) == {REFERENCE: Word.SAME, "read": Word.SAME, "language": Word.NEW, "render": Word.GONE}
    assert judge(new, KEPT, compare(new, KEPT)) == 1


@pytest.mark.parametrize("other", [replace(MAKER, python="3.13"), replace(MAKER, machine="aarch64")])
def test_counts_of_another_python_or_architecture_are_not_judged(
    other: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    new = replace(count(read=90_000), made_with=other)
    assert judge(new, KEPT, compare(new, KEPT)) == 0
    assert "not judged" in capsys.readouterr().out


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    write_counts(KEPT, tmp_path / "counts.toml")
    assert load_counts(tmp_path / "counts.toml") == KEPT


def test_the_mails_differ_in_nothing_but_their_number() -> None:
    first, second = make_raw(1), make_raw(9_999)
    assert len(first) == len(second)
    assert 19_000 < len(first) < 21_000
    assert first.replace(b"0001", b"9999") == second
    mail = read(first)
    assert (mail.language, mail.html is not None, mail.defects) == ("de", True, ())
    assert "Am 20.11.2026" not in mail.reply_text
    assert "Am 20.11.2026" in mail.text


def test_every_work_is_done_to_its_end(tmp_path: Path) -> None:
    store = open_store(tmp_path, "", clock=lambda: NOW)
    seed_store(store, [QueueSeed(queue=SUPPORT, agents=(AGENT,))], Reminders(), clock=lambda: NOW)
    works = {work.name: work for work in make_works(store)}
    assert set(works) == set(load_counts().instructions)
    assert {len(work.rounds) for work in works.values()} == {WARM_UPS + TIMES}
    made = {name: work.rounds[-1]() for name, work in works.items()}
    store.close()
    mail, applied, written, language, page = (made[one] for one in ("read", "take_in", "render", "language", "html"))
    assert isinstance(mail, Mail)
    assert made["identifiers"] == mail.identifiers
    assert len(mail.identifiers) > 12
    assert isinstance(applied, Applied)
    assert applied.outcome is Outcome.CREATED
    assert isinstance(written, bytes)
    assert b"Auto-Submitted: auto-replied" in written
    assert language == "de"
    assert isinstance(page, tuple)
    assert all("Weihnachtsgesch" in one for one in page)
