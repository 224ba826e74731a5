"""Where a template is looked for, when a changed one holds, and which language is tried first."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from responder.language import choose_language
from responder.templates import Template, TemplateMissing, Templates, shipped_folder


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    write(tmp_path / "shipped" / "en" / "status.md", "shipped en")
    write(tmp_path / "shipped" / "de" / "status.md", "shipped de")
    write(tmp_path / "shipped" / "_layout.html", "<p>shipped")
    return tmp_path / "shipped"


def write(path: Path, text: str, *, changed_at: float | None = 1000.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if changed_at is not None:
        os.utime(path, (changed_at, changed_at))


@dataclass
class Saves:
    """What is saved, the newest source first."""

    sources: dict[tuple[str, str], tuple[str, ...]]

    def find(self, name: str, language: str) -> Sequence[str]:
        return self.sources.get((name, language), ())

    def list(self) -> Sequence[tuple[str, str]]:
        return tuple(self.sources)


def test_each_language_is_tried_in_turn(shipped: Path) -> None:
    templates = Templates(shipped=shipped)
    assert templates.find("status", ["fr", "de", "en"]).source == "shipped de"
    assert templates.find("status", ["fr", "de", "en"]).language == "de"
    assert templates.languages("status") == ["de", "en"]
    assert templates.names() == ["status"]


def test_own_comes_before_saved_before_shipped_but_language_comes_first(shipped: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "en" / "status.md", "own en")
    saved = Saves({("status", "en"): ("saved en",), ("status", "de"): ("saved de",)})
    templates = Templates(shipped=shipped, own=own, saved=saved)
    assert templates.find("status", ["en"]).source == "own en"
    assert templates.find("status", ["de", "en"]).source == "saved de"
    saved.sources.clear()
    assert templates.find("status", ["de", "en"]).source == "shipped de"


def test_older_revisions_stand_behind_the_newest_and_the_shipped_one_behind_them(shipped: Path) -> None:
    saved = Saves({("status", "en"): ("newest", "older"), ("refund", "fr"): ("own",)})
    templates = Templates(shipped=shipped, saved=saved)
    found = templates.find("status", ["en"])
    assert [one.source for one in chain_of(found)] == ["newest", "older", "shipped en"]
    assert templates.languages("refund") == ["fr"]
    assert templates.own_names() == {"refund"}


def chain_of(template: Template | None) -> list[Template]:
    """A template and all that stand behind it."""
    return [template, *chain_of(template.otherwise)] if template is not None else []


def test_an_own_layout_replaces_the_shipped_one(shipped: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own / "_layout.html", "<p>own")
    assert Templates(shipped=shipped, own=own).find("status", ["en"]).layout == "<p>own"
    assert Templates(shipped=shipped).find("status", ["en"]).layout == "<p>shipped"


def test_a_changed_file_holds_soon_but_never_while_it_is_being_written(shipped: Path) -> None:
    now = [2000.0]
    templates = Templates(shipped=shipped, clock=lambda: now[0])
    file = shipped / "en" / "status.md"
    assert templates.find("status", ["en"]).source == "shipped en"
    write(file, "", changed_at=2000.0)
    assert templates.find("status", ["en"]).source == "shipped en"
    write(file, "changed", changed_at=2000.1)
    now[0] = 2000.7
    assert templates.find("status", ["en"]).source == "changed"


def test_a_change_of_the_same_size_or_back_to_an_older_file_is_seen(shipped: Path) -> None:
    templates = Templates(shipped=shipped, clock=lambda: 5000.0)
    assert templates.find("status", ["en"]).source == "shipped en"
    write(shipped / "en" / "status.md", "SHIPPED EN", changed_at=500.0)
    assert templates.find("status", ["en"]).source == "SHIPPED EN"


def test_a_file_that_goes_away_uncovers_the_shipped_one(shipped: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    templates = Templates(shipped=shipped, own=own)
    assert templates.find("status", ["en"]).source == "shipped en"
    write(own / "en" / "status.md", "own en")
    assert templates.find("status", ["en"]).source == "own en"
    (own / "en" / "status.md").unlink()
    assert templates.find("status", ["en"]).source == "shipped en"


@pytest.mark.parametrize(
    "name",
    ["../en/status", "status.md", "_layout", "", "a/b", "a\\b", "status\x00", "status\n", "STATUS", "ä", "a" * 65, "."],
)
def test_a_name_that_is_no_name_is_never_looked_up(shipped: Path, name: str) -> None:
    templates = Templates(shipped=shipped)
    assert templates.languages(name) == []
    with pytest.raises(TemplateMissing):
        templates.find(name, ["en"])


@pytest.mark.parametrize("language", ["..", "../shipped/en", "e", "en/", "/en", "", "en\x00", "en\n", "*"])
def test_a_language_that_is_no_language_is_skipped(shipped: Path, language: str) -> None:
    templates = Templates(shipped=shipped)
    assert templates.find("status", [language, "en"]).source == "shipped en"
    with pytest.raises(TemplateMissing):
        templates.find("status", [language])


def test_a_byte_order_mark_and_wrong_octets_do_no_harm(shipped: Path) -> None:
    (shipped / "en" / "status.md").write_bytes(b"\xef\xbb\xbfSubject: x\xff\r\n\r\ny")
    assert Templates(shipped=shipped).find("status", ["en"]).source.startswith("Subject: x\ufffd")


def test_a_missing_layout_is_told_by_name(shipped: Path) -> None:
    (shipped / "_layout.html").unlink()
    with pytest.raises(TemplateMissing, match=r"_layout\.html"):
        Templates(shipped=shipped).find("status", ["en"])


def test_the_shipped_folder_is_found_without_an_installation() -> None:
    assert (shipped_folder() / "en" / "answer.md").is_file()


@pytest.mark.parametrize(
    ("text", "earlier", "queue", "expected"),
    [
        ("de", [], "en", ["de", "en"]),
        (None, ["de", "fr"], "en", ["de", "en"]),
        ("fr", [None, "de"], "it", ["de", "it", "en"]),
        ("en", ["en", "de"], "de", ["en", "de"]),
        ("de-AT", [], "en", ["de", "en"]),
        ("pt-br", [], "en", ["pt-BR", "en"]),
        (None, [], "xx", ["en"]),
        ("", [None, ""], "", ["en"]),
    ],
)
def test_the_sellers_own_language_comes_first(
    text: str | None, earlier: list[str | None], queue: str, expected: list[str]
) -> None:
    available = {"en", "de", "it", "pt-BR"}
    assert choose_language(text_language=text, earlier=earlier, queue_language=queue, available=available) == expected


def test_english_is_left_when_nothing_is_available() -> None:
    assert choose_language(text_language="de", earlier=[], queue_language="de", available=[]) == ["en"]
