"""The text of an HTML mail: blocks, lists, tables, pictures and odd characters come out as a person reads them."""

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.identifiers.search import find_identifiers
from ingest.read.defects import Defects
from ingest.read.html import html_to_text


def read(html: str) -> str:
    return html_to_text(html, Defects())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<div>a<br></div><div>b</div>", "a\nb"),
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<div>a</div><div><span>&nbsp;</span></div><div>b</div>", "a\n\nb"),
        ("a<br>b<br/><br />c<br><br><br><br>d", "a\nb\n\nc\n\nd"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb"),
        (
            "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>",
            "a\n\nb",
        ),
        ("<p style='margin-top:0;margin-bottom:0'>a</p><p style='margin:0 0 0 0'>b</p>", "a\nb"),
        ("<style>P {margin-top:0;margin-bottom:0;}</style><p>a</p><p>b</p>", "a\nb"),
        ("<h1>Title</h1><p>a</p>", "Title\n\na"),
        ("a<hr>b", "a\n\nb"),
        ("  a \n\t b  <b> c</b> <i>d</i>e ", "a b c de"),
        ("<div>a<span style='display:block'>b</span>c</div>", "a\nb\nc"),
        ("<div style='display:inline'>a</div><div style='display:inline'>b</div>", "ab"),
        ("<pre>a\n  b   c\n\nd</pre>", "a\n  b   c\n\nd"),
        ("<div style='white-space:pre-wrap'>a\nb</div>", "a\nb"),
        ("<div style='white-space:pre'>a<p style='white-space:normal'>b\nc</p></div>", "a\n\nb c"),
        ("&lt;b&gt; &amp; &#8364; &euro; &#x20AC;", "<b> & € €" + " €"),
        ("Bestell&shy;nummer 302&#8209;1234567", "Bestellnummer 302‑1234567"),
        ("<?xml version='1.0' encoding='utf-8'?><p>é</p>", "é"),
        ("<p dir=rtl>שלום עולם</p><p>你好 世界</p><p>👍🏽 ok</p>", "שלום עולם\n\n你好 世界\n\n👍🏽 ok"),
        ("Jane <jane@shop.example> wrote", "Jane <jane@shop.example> wrote"),
        ("see <https://shop.example/dp/1> there", "see <https://shop.example/dp/1> there"),
        ("a < b and <3", "a < b and <3"),
        ("<p>unclosed <b>tags <i>everywhere", "unclosed tags everywhere"),
        ("<center>a</center><address>b</address>", "a\nb"),
        ("<dl><dt>SKU</dt><dd>A-1</dd></dl>", "SKU\nA-1"),
        ("a\0b", "ab"),
        ("ok <span style='font-family:Wingdings'>J</span> a <font face=Wingdings>à</font> b", "ok ☺ a → b"),
        ("<span style='font-family:Wingdings'><span style='font-family:Arial'>J</span></span>", "J"),
        ("<q>a</q> <s>b</s> H<sub>2</sub>O", "a b H2O"),
    ],
)
def test_blocks_and_words(html: str, expected: str) -> None:
    assert read(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("x<ul><li><p>a</p></li><li><div>b</div></li></ul>y", "x\n\n- a\n- b\n\ny"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ol start=5><li>a<li value=9>b<li>c</ol>", "5. a\n9. b\n10. c"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n  - b\n2. c"),
        ("<ul><li></li><li>a</li></ul>", "- a"),
        ("<li>a</li>", "- a"),
        (
            (
                "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span "
                "style='font-family:Symbol'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span></span>"
                "<![endif]>first</p><p class=MsoListParagraph><span style='mso-list:Ignore'>2.</span>x</p>"
            ),
            "- first\n2. x",
        ),
    ],
)
def test_lists(html: str, expected: str) -> None:
    assert read(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table><tr><td>SKU</td><td>A-1</td></tr></table>", "SKU  A-1"),
        ("a<table><tr><th>SKU<th>EAN<tr><td>A-1<td>4</table>b", "a\nSKU  EAN\nA-1  4\nb"),
        (
            (
                "<table><tr><td><p class=MsoNormal>SKU<o:p></o:p></p></td><td><p class=MsoNormal>ASIN</p></td></tr>"
                "<tr><td><p class=MsoNormal>A</p></td><td><p class=MsoNormal>B0</p></td></tr></table>"
            ),
            "SKU  ASIN\nA  B0",
        ),
        (
            "<table><tr><td>SKU<td>ASIN<td>EAN<tr><td>A<td><td>4<tr><td>B<td>&nbsp;<td>5</table>",
            "SKU\tASIN\tEAN\nA\t\t4\nB\t\t5",
        ),
        ("<table><tr><td>a<td width=9>&nbsp;<td>b<tr><td>c<td><td>d</table>", "a  b\nc  d"),
        ("<table><tr><td colspan=2>Orders<tr><td>a<td>b</table>", "Orders\na  b"),
        ("<table><tr><td rowspan=2>A<td>1<tr><td>2</table>", "A\t1\n\t2"),
        ("<table><caption>List</caption><tr><td>a<td>b</table>", "List\na  b"),
        (
            "<table><tr><td>Street 1<br>Town</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>",
            "Street 1 Town  b\nc  d",
        ),
        ("<table><tr><td><p>One.</p><p>Two.</p></td></tr></table>", "One.\n\nTwo."),
        (
            (
                "<table><tr><td><table><tr><td><p>Hello,</p><p>long text.</p></td></tr></table></td></tr>"
                "<tr><td><table><tr><td>SKU</td><td>A-1</td></tr></table></td></tr></table>"
            ),
            "Hello,\n\nlong text.\nSKU  A-1",
        ),
        (
            "<table><tr><td><img src='cid:logo'></td><td>Max Muster<br>Muster GmbH<br>Tel. 1</td></tr></table>",
            "Max Muster\nMuster GmbH\nTel. 1",
        ),
        ("<tr><td>a</td><td>b</td></tr>", "a\nb"),
        ("<table></table>x<table><tr></tr></table>", "x"),
    ],
)
def test_tables(html: str, expected: str) -> None:
    assert read(html) == expected


def test_columns_of_a_table_with_empty_cells_stay_below_their_headings() -> None:
    html = (
        "<table border=1><tr><th>ASIN</th><th>FNSKU</th><th>SKU</th></tr>"
        "<tr><td></td><td>X001ABCDEF</td><td>KW-DUFT-220</td></tr>"
        "<tr><td>B0BVPF2QMV</td><td></td><td>KW-DUFT-330</td></tr></table>"
    )
    found = {(one.kind, one.value) for one in find_identifiers(read(html))}
    assert found == {
        ("fnsku", "X001ABCDEF"),
        ("asin", "B0BVPF2QMV"),
        ("sku", "KW-DUFT-220"),
        ("sku", "KW-DUFT-330"),
    }


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("x<img src='https://a.example/p.gif' width=1 height=1 alt='x y z'>", "x"),
        (
            "<img src='https://a.example/p.png' alt='Order 302-1234567-7654321 is late'>",
            "[image: Order 302-1234567-7654321 is late]",
        ),
        ("x<img src='https://a.example/p.png' alt='Company logo'>", "x"),
        ("x<img src='https://a.example/p.png' alt='image001.png'>", "x"),
        ("x<img src='https://a.example/p.png' alt='Webb Golf'>", "x"),
        ("<img src='https://a.example/p.png' alt='エラー画面'>", "[image: エラー画面]"),
        ("x<img src='https://a.example/p.png'>", "x"),
        ("x<img src='cid:a' alt='A picture of a parcel'>", "x"),
        ("x <img data-emoji='😀' alt='😀' src='https://fonts.example/1f600.png' width=20>", "x 😀"),
        ("x <img class=emoji alt='❤️' src='cid:a'>", "x ❤️"),
    ],
)
def test_pictures(html: str, expected: str) -> None:
    assert read(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<html><body>a</body></html>\n<html><body><p>b</p></body></html>", "a\n\nb"),
        ("<html><body>a</body></html><p>b</p><!-- x --></body></html>c", "a\n\nb\n\nc"),
        ("<meta charset=gb2312><p>é 中</p>", "é 中"),
        ("<meta http-equiv=Content-Type content='text/html; charset=utf-16'><p>é</p>", "é"),
        ("\ufeff<!DOCTYPE html><p>é</p>", "é"),
        ("a\x0bb\x1fc", "a bc"),
        ("a\ud800b", "a?b"),
        ("&#xe000;a&#57344;b", "ab"),
        ("&#0;a&#x110000;b", "ab"),
    ],
)
def test_odd_characters(html: str, expected: str) -> None:
    assert read(html).replace("\ufffd", "") == expected


_LINE = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30).filter(
    lambda line: not any(ord(c) in range(0xE000, 0xF900) for c in line)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINE, min_size=1, max_size=10))
def test_lines_put_into_html_come_out_again(lines: list[str]) -> None:
    html = "".join(f"<div>{escape(line)}</div>\n" for line in lines)
    assert read(f"<html><body>{html}</body></html>") == "\n".join(lines)
