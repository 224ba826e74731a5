"""The text of a mail: charsets as they are meant, the right alternative, HTML as a person sees it, safe names."""

import encodings.aliases

import pytest

from ingest.read import read
from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.filenames import safe_filename
from ingest.read.html import html_to_text, sanitise_html
from ingest.read.language import find_language
from ingest.read.text import unflow


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("über „Größe“".encode("cp1252"), "us-ascii", "über „Größe“"),
        ("last night’s – €".encode("cp1252"), "iso-8859-1", "last night’s – €"),
        ("heißt Größe".encode("latin-1"), "utf-8", "heißt Größe"),
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode(), None, "Grüße"),
        ("陈喆".encode("gb18030"), "gb2312", "陈喆"),
        ("주문 똠".encode("cp949"), "ks_c_5601-1987", "주문 똠"),
        ("注文①".encode("cp932"), "shift_jis", "注文①"),
        ("注文番号".encode("iso2022_jp"), "iso-2022-jp", "注文番号"),
        ("ﾃｽﾄ".encode("iso2022_jp_ext"), "iso-2022-jp", "ﾃｽﾄ"),
        ("注文番号".encode("iso2022_jp"), None, "注文番号"),
        ("Żółć".encode("iso8859_2"), "ISO-8859-2", "Żółć"),
        ("şüğ".encode("cp1254"), "windows-1254", "şüğ"),
        (b"a\x00b\x1b[31mc\r\nd\re", "utf-8", "ab[31mc\nd\ne"),
        (b"\xef\xbb\xbfbom", "us-ascii", "bom"),
        (b"cut \xc3", "utf-8", "cut "),
    ],
)
def test_text_is_read_as_it_was_meant(data: bytes, charset: str | None, expected: str) -> None:
    assert decode_text(data, charset, Defects()) == expected


@pytest.mark.parametrize(
    "charset", sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values(), "rot13", "utf-7", "x\ny"})
)
def test_no_charset_name_runs_a_transform_or_raises(charset: str) -> None:
    text = decode_text("uryyb=20+AGE- \\x41 ünï".encode(), charset, Defects())
    text.encode("utf-8")
    assert "\x00" not in text


def test_a_name_that_is_no_text_charset_is_a_defect() -> None:
    defects = Defects()
    assert decode_text(b"uryyb", "rot13", defects) == "uryyb"
    assert "rot13" in defects.all()[0]


def test_flowed_lines_are_joined_within_their_quote_depth() -> None:
    flowed = "one \ntwo\n> q1 \n> q2\n>> deep \n> not joined\n-- \nsig"
    assert unflow(flowed, delsp=False) == "one two\n> q1 q2\n>> deep\n> not joined\n-- \nsig"
    assert unflow("注 \n文", delsp=True) == "注文"


def multipart(subtype: str, *parts: bytes) -> bytes:
    return (
        b"From: a@b.example\r\nSubject: s\r\nContent-Type: multipart/"
        + subtype.encode()
        + b"; boundary=b\r\n\r\n"
        + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
        + b"--b--\r\n"
    )


PLAIN = b"Content-Type: text/plain\r\n\r\nThe plain words of this mail, which are quite enough to read."
HTML = b"Content-Type: text/html\r\n\r\n<p>The <b>HTML</b> words of this mail</p>"


def test_of_two_alternatives_the_plain_text_is_taken_and_the_html_is_kept() -> None:
    mail = read(multipart("alternative", PLAIN, HTML))
    assert mail.text == "The plain words of this mail, which are quite enough to read."
    assert mail.html == "<p>The <b>HTML</b> words of this mail</p>"
    assert not any(part.attachment for part in mail.parts)


def test_a_plain_stub_beside_long_html_is_not_the_text() -> None:
    long_html = b"Content-Type: text/html\r\n\r\n<p>" + b"The real words of the mail. " * 20 + b"</p>"
    mail = read(multipart("alternative", b"Content-Type: text/plain\r\n\r\nPlease use an HTML viewer.", long_html))
    assert mail.text.startswith("The real words")


def test_two_text_parts_of_a_mixed_mail_are_read_in_order() -> None:
    mail = read(multipart("mixed", b"\r\nfirst", b"Content-Type: image/png\r\n\r\nx", b"\r\nlast"))
    assert mail.text == "first\nlast"


def test_a_named_text_part_is_an_attachment_and_its_identifiers_are_found() -> None:
    part = (
        b"Content-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment;"
        b" filename=a.csv\r\n\r\nSKU;ASIN\r\nWS-1;B0BVPF2QMV"
    )
    mail = read(multipart("mixed", b"\r\nsee file", part))
    assert mail.text == "see file"
    assert {(one.kind, one.value, one.source.value) for one in mail.identifiers} == {
        ("asin", "B0BVPF2QMV", "attachment"),
        ("sku", "WS-1", "attachment"),
    }


def test_an_attached_mail_is_one_part_and_its_identifiers_are_attachments() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: inner 302-1234567-7654321\r\n\r\nASIN B0BVPF2QMV"
    mail = read(multipart("mixed", b"\r\nsee mail", inner))
    assert [(part.content_type, part.attachment) for part in mail.parts] == [
        ("text/plain", False),
        ("message/rfc822", True),
    ]
    assert {(one.value, one.source.value) for one in mail.identifiers} == {
        ("302-1234567-7654321", "attachment"),
        ("B0BVPF2QMV", "attachment"),
    }


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb"),
        ("x<div style='display:none'>#close</div>y", "xy"),
        ("x<span style='font-size:0'>302-1234567-7654321</span>y", "xy"),
        ("<td style='font-size:0'><div style='font-size:13px'>shown</div></td>", "shown"),
        ("<script>alert(1)</script><style>p{}</style>ok", "ok"),
        ("<table><tr><td>SKU</td><td>A-1</td></tr></table>", "SKU  A-1"),
        ("new<blockquote type=cite>old</blockquote>", "new\n> old\n>"),
        ("<?xml version='1.0' encoding='utf-8'?><p>é</p>", "é"),
    ],
)
def test_html_becomes_the_text_a_person_sees(html: str, expected: str) -> None:
    assert html_to_text(html, Defects()) == expected


@pytest.mark.parametrize("html", ["<div>" * 20_000 + "deep", "<blockquote>" * 3_000 + "deep", "<b>" * 5_000 + "deep"])
def test_html_nested_too_deep_is_still_read(html: str) -> None:
    defects = Defects()
    assert html_to_text(html, defects).strip() == "deep"
    assert sanitise_html(html, defects) is None
    assert defects.all()


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://track.example/p.gif">',
        "<img src=//track.example/p.gif srcset='https://track.example/2x 2x'>",
        '<img src="data:image/png;base64,AAAA">',
        "<table background='https://track.example/x'><tr><td>a</td></tr></table>",
        "<style>@import 'https://track.example/x.css'</style>",
        "<link rel=stylesheet href='https://track.example/x.css'>",
        "<form action='https://track.example'><input name=a></form>",
        "<iframe src='https://track.example'></iframe><object data='https://track.example'></object>",
        "<p style=\"background:url('https://track.example')\">a</p>",
        "<base href='https://track.example/'><meta http-equiv=refresh content='0;url=https://track.example'>",
        "<video poster='https://track.example/x' src='https://track.example/y'></video>",
        "<blockquote cite='https://track.example'>q</blockquote>",
    ],
)
def test_sanitised_html_loads_nothing_from_outside(html: str) -> None:
    assert "track.example" not in (sanitise_html(html, Defects()) or "")


def test_sanitised_html_keeps_attached_pictures_and_drops_scripts() -> None:
    clean = sanitise_html(
        '<img src="cid:logo@x"><script>x()</script><a href="javascript:x()" onclick="x()">l</a>', Defects()
    )
    assert clean is not None
    assert 'src="cid:logo@x"' in clean
    assert "script" not in clean
    assert "onclick" not in clean


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\a.pdf", "a.pdf"),
        ("\u200b.htaccess", "htaccess"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("e\u0301.txt", "é.txt"),
        ("trailing. . ", "trailing"),
        ("con.txt", "_con.txt"),
        ("", None),
        ("///", None),
        ("\u200b", None),
    ],
)
def test_file_names_are_safe_to_show(name: str, expected: str | None) -> None:
    assert safe_filename(name) == expected


def test_a_long_file_name_is_cut_and_keeps_its_extension() -> None:
    name = safe_filename("ü" * 5_000 + ".pdf")
    assert name is not None
    assert len(name.encode()) <= 120
    assert name.endswith(".pdf")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The parcel never arrived and the buyer is angry", "en"),
        ("Das Paket ist leider nie angekommen", "de"),
        ("Le colis n'est jamais arrivé chez le client", "fr"),
        ("Il pacco non è mai arrivato al cliente", "it"),
        ("El paquete nunca ha llegado al cliente", "es"),
        ("Het pakket is nooit bij de klant aangekomen", "nl"),
        ("Przesyłka nigdy nie dotarła do klienta", "pl"),
        ("Paketet har aldrig kommit fram till kunden", "sv"),
        ("Kargo müşteriye hiçbir zaman ulaşmadı", "tr"),
        ("荷物がお客様に届いていません", "ja"),
        ("包裹一直没有送到客户手中", "zh"),
        ("305-3346857-1806074", None),
        ("OK", None),
        ("", None),
    ],
)
def test_the_language_is_told_where_there_are_words_enough(text: str, language: str | None) -> None:
    assert find_language(text) == language
