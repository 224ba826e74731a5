"""What the reader of an HTML mail cannot see is not read, and what can be seen is never lost."""

import pytest

from ingest.identifiers.search import find_identifiers
from ingest.read.defects import Defects
from ingest.read.html import html_to_text

HIDDEN = (
    '<div style="display:none">GONE</div>',
    '<div style="DISPLAY : NONE !important; color:red">GONE</div>',
    '<div style="display:none"><div style="display:block">GONE</div></div>',
    '<span style="visibility:hidden">GONE</span>',
    '<span style="font-size:0">GONE</span>',
    '<span style="font-size:0px;line-height:0px">GONE</span>',
    '<span style="font-size:1px;color:#333">GONE</span>',
    '<div style="font-size:0.1px">GONE</div>',
    '<div style="font-size:0"><b style="font-size:1em">GONE</b></div>',
    '<div style="font:0/0 a">GONE</div>',
    '<div style="mso-hide:all">GONE</div>',
    '<div style="opacity:0">GONE</div>',
    '<div style="opacity:0.01;filter:alpha(opacity=0)">GONE</div>',
    '<div style="max-height:0;overflow:hidden">GONE</div>',
    '<div style="max-height:0px;max-width:0px;overflow:hidden;mso-hide:all;font-size:0">GONE</div>',
    '<div style="height:0;overflow:hidden">GONE</div>',
    '<div style="width:1px;height:1px;overflow:hidden;position:absolute">GONE</div>',
    '<p style="color:#ffffff">GONE</p>',
    '<p style="color:white">GONE</p>',
    '<p style="color:rgb(255, 255, 255)">GONE</p>',
    '<p style="color:#fefefe">GONE</p>',
    '<font color="#FFFFFF">GONE</font>',
    '<font color="white" size="1">GONE</font>',
    '<p style="color:transparent">GONE</p>',
    '<p style="color:rgba(0,0,0,0)">GONE</p>',
    '<table bgcolor="#333333"><tr><td><font color="#333">GONE</font></td></tr></table>',
    '<div style="background-color:#000"><span style="color:black">GONE</span></div>',
    '<div style="background:#123456;color:#123456">GONE</div>',
    "<div hidden>GONE</div>",
    '<div hidden="hidden">GONE</div>',
    '<div style="text-indent:-9999px">GONE</div>',
    '<div style="position:absolute;left:-9999px">GONE</div>',
    '<div style="position:absolute; top:-10000px; left:0">GONE</div>',
    '<div style="margin-left:-9999px">GONE</div>',
    '<div style="position:absolute;clip:rect(0 0 0 0)">GONE</div>'.replace("0 0 0 0", "0,0,0,0"),
    '<div style="transform:scale(0)">GONE</div>',
    "<style>.pre{display:none}</style><div class=pre>GONE</div>",
    "<style>\n<!--\n.a, .pre { color:red; display : none !important }\n--></style><div class='b pre'>GONE</div>",
    "<style>div.pre{display:none}</style><div class=pre>GONE</div>",
    "<style>#pre{visibility:hidden}</style><div id=pre>GONE</div>",
    "<style>/* .x{} */ .pre{font-size:0}</style><div class=PRE>GONE</div>",
    "<style>.pre{max-height:0;overflow:hidden}</style><div class=pre>GONE</div>",
    "<style>@media print{.y{color:red}} .pre{display:none}</style><div class=pre>GONE</div>",
    "<!-- GONE -->",
    "<!--[if mso]><p>GONE</p><![endif]-->",
    "<!--[if gte mso 9]><xml><o:x>GONE</o:x></xml><![endif]-->",
    "<script>GONE</script>",
    "<style>GONE</style>",
    "<template>GONE</template>",
    "<xml><o:OfficeDocumentSettings>GONE</o:OfficeDocumentSettings></xml>",
    "<select><option>GONE</option></select>",
    "<object>GONE</object>",
    "<svg><title>GONE</title><text>GONE</text></svg>",
    "<iframe>GONE</iframe>",
    "<video>GONE</video>",
)


@pytest.mark.parametrize("html", HIDDEN)
def test_hidden_text_is_not_read(html: str) -> None:
    defects = Defects()
    assert html_to_text(f"<html><body><p>one</p>{html}<p>two</p></body></html>", defects) == "one\n\ntwo"
    assert defects.all() == ()


def test_an_identifier_that_nobody_sees_is_not_found() -> None:
    for html in HIDDEN:
        text = html_to_text(f"<p>See 302-1111111-1111111</p>{html.replace('GONE', '302-1234567-7654321')}", Defects())
        assert [one.value for one in find_identifiers(text)] == ["302-1111111-1111111"], html


SHOWN = (
    '<div style="display:block">SHOWN</div>',
    '<div style="display:none-such">SHOWN</div>',
    '<td style="font-size:0"><div style="font-size:13px">SHOWN</div></td>',
    '<table style="font-size:0px"><tr><td style="font-size:14px">SHOWN</td></tr></table>',
    '<div style="font-size:0"><font size="2">SHOWN</font></div>',
    '<div style="font-size:0"><span style="font-size:medium">SHOWN</span></div>',
    '<div style="visibility:hidden"><span style="visibility:visible">SHOWN</span></div>',
    '<div style="line-height:0;mso-line-height-rule:exactly">SHOWN</div>',
    '<div style="opacity:0.8">SHOWN</div>',
    '<div style="opacity:inherit">SHOWN</div>',
    '<div style="max-height:0">SHOWN</div>',
    '<div style="overflow:hidden;max-height:none">SHOWN</div>',
    '<div style="overflow:hidden;width:100%">SHOWN</div>',
    '<div style="text-indent:-18.0pt">SHOWN</div>',
    '<div style="position:absolute;left:-5px">SHOWN</div>',
    '<table bgcolor="#0055aa"><tr><td style="color:#ffffff">SHOWN</td></tr></table>',
    '<td style="background:#06c"><a href="mailto:a@b.example" style="color:#fff">SHOWN a@b.example</a></td>',
    '<div style="background:url(cid:x) #fff;color:#fff">SHOWN</div>',
    '<td background="cid:x"><font color="white">SHOWN</font></td>',
    '<div style="background-image:linear-gradient(#000,#111);color:white">SHOWN</div>',
    '<div style="background-color:rgb(36,36,36);color:rgb(255,255,255)">SHOWN</div>',
    '<div style="background-color:peachpuff"><span style="color:#fff">SHOWN</span></div>',
    "<style>.btn{background:#06c}</style><p class=btn style='color:#fff'>SHOWN</p>",
    "<style>.head td{background:#06c}</style><table class=head><tr><td style='color:#fff'>SHOWN</td></tr></table>",
    "<style>@media (prefers-color-scheme: dark){.d{color:#fff;display:none}}</style><p class=d>SHOWN</p>",
    "<style>@media only screen and (max-width:480px){.m{display:none!important}}</style><p class=m>SHOWN</p>",
    "<style>.x .y{display:none}</style><p class=y>SHOWN</p>",
    "<style>.x:hover{display:none}</style><p class=x>SHOWN</p>",
    "<style>.x{display:none} .x{display:block}</style><p class=x>SHOWN</p>",
    "<style>.x{display:none}</style><p class=x style='display:block'>SHOWN</p>",
    "<style>.x{display:block!important}</style><p class=x style='display:none'>SHOWN</p>",
    "<!--[if !mso]><!--><p>SHOWN</p><!--<![endif]-->",
    "<![if !vml]><p>SHOWN</p><![endif]>",
    '<!--[if mso]><v:roundrect><center>x</center></v:roundrect><![endif]--><a href="#" style="mso-hide:all">SHOWN</a>',
    '<div style="mso-hide:all"><a href="#">SHOWN</a></div>',
    "<noscript>SHOWN</noscript>",
    "<o:p>SHOWN</o:p>",
    "<st1:place>SHOWN</st1:place>",
    "<p aria-hidden=true>SHOWN</p>",
)


@pytest.mark.parametrize("html", SHOWN)
def test_text_that_can_be_seen_is_read(html: str) -> None:
    text = html_to_text(f"<html><body><p>one</p>{html}<p>two</p></body></html>", Defects())
    assert " ".join(text.split()).replace(" a@b.example", "") == "one SHOWN two"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<div style="display:none">only</div>', "only"),
        ('<body style="font-size:0"><p>only</p></body>', "only"),
        ("<style>body{display:none} p{display:none}</style><p>only</p>", "only"),
        ("<title>only", "only"),
        ("<!-- only", "only"),
        ("<script>only", "only"),
        ('<p style="color:#fff">white on a dark screen</p>', "white on a dark screen"),
    ],
)
def test_hidden_text_is_read_where_there_is_no_other_and_a_defect_says_so(html: str, expected: str) -> None:
    defects = Defects()
    assert html_to_text(html, defects) == expected
    assert len(defects.all()) == 1


@pytest.mark.parametrize(
    "html",
    [
        "<!--[if gte mso 9]><xml><o:x>GONE</o:x></xml><![endif]--><p class=MsoNormal><img src='cid:a'><o:p></o:p></p>",
        "<head><title>GONE</title><style><!-- p{color:red} --></style></head><body><img src='https://a.example/x'></body>",
        "<!-- GONE --><script>GONE</script>",
        "<div id=Signature></div>",
    ],
)
def test_a_mail_of_pictures_only_has_no_text(html: str) -> None:
    defects = Defects()
    assert html_to_text(html, defects) == ""
    assert defects.all() == ()


def test_white_words_above_dark_history_are_the_new_ones() -> None:
    """A telephone with a dark screen writes white without a ground; the history keeps its own colours."""
    html = (
        '<div style="color:#ffffff">Still nothing.</div>'
        '<blockquote type="cite"><div style="color:#000">We shall look</div></blockquote>'
    )
    assert html_to_text(html, Defects()) == "Still nothing.\n> We shall look"


def test_white_words_above_a_dark_signature_are_the_new_ones() -> None:
    html = '<div style="color:#ffffff">Still nothing.</div><div id="Signature" style="color:#000">Shop</div>'
    assert html_to_text(html, Defects()) == "Still nothing.\n-- \nShop"


def test_white_words_in_history_stay_hidden() -> None:
    html = 'See below.<blockquote type="cite">Offer<span style="color:#fff">#close</span></blockquote>'
    assert html_to_text(html, Defects()) == "See below.\n> Offer"


def test_the_padding_of_a_preheader_leaves_nothing() -> None:
    padding = "&zwnj;&nbsp;&#847;&#8203;&shy;" * 50
    assert html_to_text(f"<div>Hello{padding}</div><div>{padding}</div><p>Body</p>", Defects()) == "Hello\n\nBody"


def test_joiners_that_words_need_stay() -> None:
    assert html_to_text("<p>می‌خواهم 👩‍💻</p>", Defects()) == "می‌خواهم 👩‍💻"
