"""Hostile HTML is read in linear time, and its text is found."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.read.defects import Defects
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.html_quotes import MARKS
from tests.safe_html import faults


def read(html: str) -> str:
    return html_to_text(html, Defects())


PUMPS = (
    *("<div>", "<b>x", "<td>", "<td>x", "<table>", "<table><tr><td>x", "<a", "<a href=https://x.example/a>y", "<!--"),
    *(
        "<li>x",
        "<br>",
        "<p>x",
        "&nbsp;",
        "&",
        "<",
        "<style>",
        "<style>.x{display:none}</style>",
        "<style>@media a{.b{c:d}",
    ),
    *("<style>/*", "<style>a,.d .e{background:#fff}", "<script>", "<title>x", "<pre>x\n", "<font color=#fff>x", "<hr>"),
    *("<blockquote type=cite>x", "2026-11-12 10:02 a@b.example:<blockquote>x</blockquote>", "<div class=gmail_quote>"),
    *(
        "<div class=gmail_quote>x<blockquote>y</blockquote></div>",
        "<div class=gmail_signature>x</div>",
        "<a@b",
        "<https://x",
    ),
    *(
        "<div style='border-top:solid #E1E1E1 1.0pt'><b>From:</b>",
        "<div id=divRplyFwdMsg>",
        "<td rowspan=99 colspan=99>x",
    ),
    *(
        "<span style='mso-list:Ignore'>",
        "<div style='mso-hide:all'>",
        "data:a/b;base64,",
        "<p style='a:b;c:d'>",
        "</p>",
        "\0",
    ),
    *(
        "<a href='https://urldefense.com/v3/__https://a.example/****__;!!'>t</a>",
        "<![if",
        "<svg>",
        "<select><option>x",
        ">",
    ),
    *(
        "<div id=appendonsend></div>",
        "<img src=https://x.example/a alt='a b c'>",
        "&zwnj;&nbsp;",
        "<![CDATA[x]]>",
        "a\t ",
    ),
)


def _seconds(html: str) -> float:
    return min(_once(html) for _ in range(2))


def _once(html: str) -> float:
    start = time.process_time()
    read(html)
    return time.process_time() - start


@pytest.mark.parametrize("pump", PUMPS)
def test_twice_the_hostile_html_takes_twice_the_time(pump: str) -> None:
    size = 40_000
    once, twice = (_seconds(pump * (n // len(pump))) for n in (size, 2 * size))
    assert twice < 4
    assert twice < 2.5 * once + 0.2


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "deep",
        "<blockquote>" * 3_000 + "deep",
        "<b>" * 5_000 + "deep",
        "<table><tr><td>" * 300 + "deep",
        "<table><tr><td>" * 2_000 + "deep",
        "<ul><li>" * 1_000 + "deep",
        "<a" * 50_000 + "><p>deep",
        "<p title='" + "x" * 1_000_000 + "'>deep",
        "<style>" + ".a{color:red}" * 80_000 + "</style>deep",
        "<img src='data:image/png;base64," + "A" * 1_000_000 + "'>deep",
        "deep<p title='" + "x" * 100_000,
        "<!--" * 50_000 + "deep",
        "<title>" * 20_000 + "deep",
        "<p style='" + "color:red;" * 50_000 + "'>deep",
        "<div style='display:none'>" * 5_000 + "deep",
    ],
    ids=lambda html: html[:24],
)
def test_text_in_hostile_html_is_found(html: str) -> None:
    start = time.process_time()
    assert "deep" in read(html)
    assert time.process_time() - start < 6


def test_deep_nesting_keeps_what_is_hidden_hidden() -> None:
    html = "<div>" * 3_000 + "<p>seen</p>" + "<p style='display:none'>GONE</p>" + "</div>" * 3_000 + "<p>end</p>"
    assert read(html) == "seen\n\nend"


def test_every_cell_of_an_endless_row_is_read() -> None:
    text = read("<table><tr>" + "".join(f"<td>c{n}</td>" for n in range(1_000)) + "</tr></table>")
    assert text.split() == [f"c{n}" for n in range(1_000)]


_FRAGMENTS = st.sampled_from(
    (*PUMPS, *(rule.example for rule in MARKS), "</div>", "</table>", "</blockquote>", "</a>", "x")
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_FRAGMENTS | st.text(max_size=20), max_size=40).map("".join))
def test_any_html_gives_a_text_and_a_safe_copy(html: str) -> None:
    assert isinstance(read(html), str)
    assert faults(sanitise_html(html, Defects()) or "") == []
