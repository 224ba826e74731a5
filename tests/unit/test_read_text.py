"""The text of a mail: charsets as they are meant, the right alternative, HTML as a person sees it, safe names."""

import encodings.aliases

import pytest

from ingest.read.charset import decode_text
from ingest.read.defects import Defects
from ingest.read.filenames import safe_filename
from ingest.read.language import find_language
from ingest.read.reader import read
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


@pytest.mark.parametrize(
    ("flowed", "delsp", "text"),
    [
        ("> a \n> b\n\nc \nd", False, "> a b\n\nc d"),
        (" From me\n>  stuffed \n> more", False, "From me\n>  stuffed more"),
        (">> x \n> y \n> z", False, ">> x\n> y z"),
        ("text \n-- \nsig", False, "text\n-- \nsig"),
        ("a  \nb", True, "a b"),
        ("> 日本 \n> 語\n>\n> x", True, "> 日本語\n>\n> x"),
        ("last ", False, "last"),
    ],
)
def test_flowed_text_is_joined_as_rfc_3676_says(flowed: str, delsp: bool, text: str) -> None:
    assert unflow(flowed, delsp=delsp) == text


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
        ("Screenshot 10:32:11.png", "Screenshot 10:32:11.png"),
        ("a.txt:evil.exe", "a.txt_evil.exe"),
        ("C:a.pdf", "a.pdf"),
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


def alternative(plain: str, html: str) -> bytes:
    """A mail in two forms."""
    return (
        "Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        f"{plain}\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
    ).encode()


STUB = "This is an HTML message. Please use an HTML capable mail program to read this message."
WORDS = "My parcel with order 302-1234567-7654321 has not arrived. " * 5


def test_a_plain_form_that_only_points_to_the_html_form_is_not_the_text() -> None:
    assert read(alternative(STUB, f"<p>{WORDS}</p>")).text == WORDS.strip()
    assert read(alternative(STUB, "<p>ok</p>")).text == STUB


def test_a_short_plain_form_that_says_what_the_html_form_begins_with_is_the_text() -> None:
    plain = "Thank you very much for the quick help, the parcel has arrived today. Kind regards, Jan"
    quote = f"<blockquote>{WORDS}</blockquote>"
    assert read(alternative(plain, f"<p>{plain.replace('. ', '.<br>')}</p>{quote}")).text == plain


@pytest.mark.parametrize("header", ["Content-Disposition: attachment", "Content-Type: text/x-notes"])
def test_a_nameless_text_that_is_the_whole_mail_is_its_text(header: str) -> None:
    mail = read(f"Subject: x\r\n{header}\r\n\r\nhello".encode())
    assert mail.text == "hello"
    assert not any(part.is_listed for part in mail.parts)


@pytest.mark.parametrize("header", ["Content-Disposition: attachment; filename=a.txt", "Content-Type: text/csv"])
def test_a_named_text_or_a_table_that_is_the_whole_mail_is_a_file(header: str) -> None:
    mail = read(f"Subject: x\r\n{header}\r\n\r\na;b".encode())
    assert mail.text == ""
    assert [part.is_listed for part in mail.parts] == [True]
