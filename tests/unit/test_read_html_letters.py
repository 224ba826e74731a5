"""Whole letters as many mail programs write them in HTML, and what is new in them."""

import tomllib
from pathlib import Path

import pytest

from ingest.read.defects import Defects
from ingest.read.html import html_to_text
from ingest.read.reply_text import split_reply

LETTERS = tomllib.loads((Path(__file__).parent / "html_letters.toml").read_text(encoding="utf-8"))["letter"]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter["program"])
def test_what_is_new_in_the_letter(letter: dict[str, str]) -> None:
    defects = Defects()
    split = split_reply(html_to_text(letter["html"], defects), letter.get("sender", ""))
    assert split.new.split() == letter["new"].split()
    assert defects.all() == ()
