"""The copy of an HTML mail that agents see: nothing loads by itself, runs, or leads to our own pages (threats: 65)."""

import itertools
import time

import pytest

from ingest.read.defects import Defects
from ingest.read.html import sanitise_html
from tests.safe_html import faults

FAR = "https://track.example/x"
SPELLINGS = (
    FAR,
    "//track.example/x",
    "HTTP://track.example/x",
    " https://track.example/x",
    "https:\\\\track.example\\x",
)
ATTRIBUTES = (
    '<img src="{}">',
    '<img src="cid:a" srcset="{} 2x">',
    '<img lowsrc="{}" dynsrc="{}">',
    '<picture><source srcset="{}"><img src="{}"></picture>',
    '<input type=image src="{}">',
    '<body background="{}">x</body>',
    '<table background="{}"><tr><td background="{}">x</table>',
    '<video poster="{}" src="{}"></video><audio src="{}"></audio><track src="{}">',
    '<blockquote cite="{}">x</blockquote><q cite="{}">y</q><ins cite="{}">z</ins>',
    '<object data="{}"></object><embed src="{}"><applet code="{}">',
    '<iframe src="{}"></iframe><frameset><frame src="{}"></frameset>',
    '<link rel=stylesheet href="{}"><link rel=prefetch href="{}">',
    '<base href="{}"><img src="x.gif"><a href="rel">x</a>',
    '<meta http-equiv=refresh content="0;url={}">',
    '<form action="{}"><button formaction="{}">x</button></form>',
    '<p style="background:url({})">x</p>',
    "<p style=\"background-image:url('{}')\">x</p>",
    '<li style="list-style-image:url({})">x</li>',
    '<p style="content:url({});cursor:url({}),auto;filter:url({})">x</p>',
)
OTHERS = (
    "<style>@import 'https://track.example/x.css';</style>",
    "<style>@font-face{src:url(//track.example/f)} p{background:url(https://track.example/x)}</style>",
    '<p style="background:u\\72l(https://track.example/x)">x</p>',
    '<p style="background:URL(&quot;https://track.example/x&quot;)">x</p>',
    '<p style="background:url/**/(https://track.example/x)">x</p>',
    "<p style=\"background-image:image-set('https://track.example/x' 1x)\">x</p>",
    '<p style="--a:url(https://track.example/x);background:var(--a)">x</p>',
    "<p style=\"width:expression(document.location='https://track.example/x')\">x</p>",
    "<svg><image href='https://track.example/x' xlink:href='https://track.example/x'/></svg>",
    "<svg><use href='https://track.example/x#a'/></svg><svg><style>@import '//track.example/x'</style></svg>",
    "<svg><foreignObject><img src='https://track.example/x'></foreignObject></svg>",
    "<math><mi xlink:href='https://track.example/x'>x</mi></math>",
    "<a ping='https://track.example/x' href='https://shop.example/'>x</a>",
    "<a href='https://shop.example/' style='background:url(//track.example/x)'>x</a>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src='data:text/html,<img src=//track.example/x>'>",
    "<img src='blob:https://track.example/x'><img src='file://track.example/x'><img src='\\\\track.example\\x'>",
    "<img src='ftp://track.example/x'><img src='ht\ntps://track.example/x'><img src='/x'><img src='x'>",
    "<img/src=https://track.example/x><img src=https://track.example/x/onerror=x()>",
    "<<img src=https://track.example/x>//",
    "<noscript><img src=https://track.example/x></noscript>",
    "<noscript><p title='</noscript><img src=https://track.example/x>'></noscript>",
    "<template><img src=https://track.example/x></template>",
    "<textarea><img src=https://track.example/x></textarea>",
    "<title><img src=https://track.example/x></title>",
    "<xmp><img src=https://track.example/x></xmp><plaintext><img src=https://track.example/x>",
    "<!--[if mso]><img src=https://track.example/x><![endif]-->",
    "<!--><img src=https://track.example/x>-->",
    "<![CDATA[<img src=https://track.example/x>]]>",
    "<?xml version='1.0'?><?xml-stylesheet href='https://track.example/x'?>",
    "<div title='//track.example/x' lang='https://track.example/x'>x</div>",
    "<table summary='https://track.example/x'><td headers='//track.example/x'>x</table>",
    "<font face='url(//track.example/x)'>x</font>",
    "<v:fill src='https://track.example/x'/><v:image src='https://track.example/x'/>",
    "<bgsound src='https://track.example/x'><layer src='https://track.example/x'></layer>",
    "<html manifest='https://track.example/x'><body onload='fetch(\"//track.example/x\")'>x",
    "<script src='https://track.example/x'></script><script>fetch('//track.example/x')</script>",
    "<isindex action='https://track.example/x'><keygen><dialog open>x</dialog>",
    "<portal src='https://track.example/x'></portal><fencedframe src='//track.example/x'></fencedframe>",
    "<img src='cid:a' longdesc='https://track.example/x' usemap='https://track.example/x'>",
    "<area href='https://track.example/x'><map name=a><area href='//track.example/x'></map>",
)
SAMPLES = (
    *(form.replace("{}", spelling) for form, spelling in itertools.product(ATTRIBUTES, SPELLINGS)),
    *OTHERS,
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_in_a_cleaned_mail_loads_from_outside(sample: str) -> None:
    clean = sanitise_html(f"<p>words</p>{sample}", Defects())
    assert clean is not None
    assert "words" in clean
    assert faults(clean) == []


def test_the_check_itself_finds_what_it_looks_for() -> None:
    assert all(
        faults(sample.replace("{}", FAR)) for sample in ATTRIBUTES if "<body" not in sample and "<meta" not in sample
    )


@pytest.mark.parametrize(
    "link",
    [
        "javascript:x()",
        "JaVaScRiPt:x()",
        " java\nscript:x()",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/x",
        "cid:a",
        "/cases",
        "cases",
        "?x",
        "//evil.example/",
    ],
)
def test_a_link_that_is_no_address_leads_nowhere(link: str) -> None:
    clean = sanitise_html(f"<a href='{link}'>x</a>", Defects())
    assert clean is not None
    assert "href" not in clean


@pytest.mark.parametrize(
    "link", ["https://shop.example/a?b=1", "http://shop.example/", "mailto:a@b.example", "tel:+49123"]
)
def test_a_link_keeps_its_address_and_gets_no_window_of_ours(link: str) -> None:
    clean = sanitise_html(f"<a href='{link}' target=_top onclick='x()'>x</a>", Defects())
    assert clean == f'<a href="{link}" rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ('<img src="cid:logo@x" alt="a">', '<img src="cid:logo@x" alt="a">'),
        ('<img src="data:image/png;base64,iVBOR//8=">', '<img src="data:image/png;base64,iVBOR//8=">'),
        ("<table border=1><tr><td colspan=2>a</td></tr></table>", '<td colspan="2">a</td>'),
        ("<ul><li>a</li></ul><ol start=3><li>b</li></ol>", '<ol start="3"><li>b</li></ol>'),
        ('<p style="color: red; position: fixed; top: 0">a</p>', '<p style="color:red">a</p>'),
        ('<font color="#ff0000" size=4>a</font>', '<font color="#ff0000" size="4">a</font>'),
        ('<div style="display:none">a</div>', '<div style="display:none">a</div>'),
        ("<title>x</title><style>y</style><p>a</p>", "<p>a</p>"),
        ("<b>a</b><h2>b</h2><pre>c</pre><hr>", "<b>a</b><h2>b</h2><pre>c</pre><hr>"),
    ],
)
def test_what_is_harmless_stays(html: str, kept: str) -> None:
    clean = sanitise_html(html, Defects())
    assert clean is not None
    assert kept in clean


def test_a_large_picture_written_out_goes() -> None:
    assert sanitise_html(f'<img src="data:image/png;base64,{"A" * 90_000}">', Defects()) == "<img>"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000,
        "<b></p>" * 8_000,
        "<p>" + "".join(f"<font color={n}>" for n in range(1_400)) + "</p>" + "<p>x</p>" * 4_000,
        "<p>" + "".join(f"<a href=https://x.example/{n}><b>" for n in range(400)) + "</p>" + "<p>x" * 20_000,
    ],
    ids=["deep", "broken", "many <font>", "many <a>"],
)
def test_what_would_grow_without_end_is_shown_as_text_only(html: str) -> None:
    defects = Defects()
    start = time.process_time()
    assert sanitise_html(html, defects) is None
    assert time.process_time() - start < 4
    assert defects.all()


def test_an_ordinary_long_mail_is_cleaned() -> None:
    row = "<tr><td><font face=Arial><b>a</b></font></td><td><p>b</p></td></tr>"
    clean = sanitise_html(f"<font size=2><b><table>{row * 2_000}</table></b></font>", Defects())
    assert clean is not None
    assert clean.count("<b>a</b>") == 2_000
