"""Every header access gives a value or a defect, never an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.read.defects import Defects
from ingest.read.headers import find_date, find_message_id, find_message_ids
from ingest.read.params import parse_parameterised
from ingest.read.reader import read
from ingest.read.words import decode_words


def mail_with(header: bytes) -> bytes:
    return header + b"\r\n\r\nhello"


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("=?utf-8?Q?R=C3=BCcksendung_=E2=80=93?=", "Rücksendung –"),
        ("=?utf-8?B?R3LDvA==?= =?utf-8?B?w59l?=", "Grüße"),
        ("=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        ("=?windows-1252?Q?Angebot_B0?= =?windows-1252?Q?BVPF2QMV?=", "Angebot B0BVPF2QMV"),
        ("=?iso-2022-jp?B?GyRCQ21KOBsoQg==?=", "注文"),
        ("Re: =?utf-8?q?a b?= c", "Re: a b c"),
        ("=?gb2312?B?hmY=?=", "唂"),
        ("=?rot13?Q?abc?=", "abc"),
        ("=?utf-8?Q?a=0D=0ABcc:_v@evil.example?=", "a Bcc: v@evil.example"),
        ("plain =?broken", "plain =?broken"),
        ("=?utf-8?Q?Where is my order??=", "Where is my order?"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("x=?utf-8?q?y?=z", "xyz"),
        ("=?utf-8?q?=C3=BC?= =?iso-8859-1?q?=FC?=", "üü"),
        ("=?UTF-8?b?R3LDv?= =?UTF-8?B?MOfZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?B?R3LD vMOf\tZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ==", "Grüße"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe", "Grüße"),
        ("=?utf-8?Q?Gr=C3=\r\n BC=C3=9Fe?=", "Grüße"),
        ("=? utf-8 ?Q? a b ?=", "a b"),
        ("=?utf-8*de?q?=C3=BC?=", "ü"),
        ("=??Q?a=FCb?=", "aüb"),
        ("=?unknown-8bit?Q?Gr=FC=DFe?=", "Grüße"),
        ("=?iso-8859-1?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ('"=?utf-8?Q?M=C3=BCller=2C_Jan?="', '"Müller, Jan"'),
        ("=?utf-8?Q?=3D=3Futf-8=3FQ=3FGr=3DC3=3DBC=3F=3D?=", "Grü"),
        ("=?ks_c_5601-1987?B?wda5riC5rsGm?=", "주문 문제"),
        ("=?gb2312?Q?=B6=A9=B5=A5?= =?utf-8?Q?_=C3=BC?=", "订单 ü"),
        ("RÃ¼cksendung fÃ¼r", "Rücksendung für"),
        ("=?utf-8?q?f=C3=83=C2=BCr?=", "für"),
        ("=?utf-8?q?=f0=9f=93=a6?=", "📦"),
        ("=?utf-8?b?8J+T?= =?utf-8?b?pg==?=", "📦"),
    ],
)
def test_encoded_words_become_one_clean_line(encoded: str, expected: str) -> None:
    assert decode_words(encoded, Defects()) == expected


def test_a_raw_eight_bit_subject_is_read_as_utf8_or_windows_1252() -> None:
    assert read(mail_with("Subject: Avviso – è corretto?".encode())).subject == "Avviso – è corretto?"
    assert read(mail_with("Subject: Grüße".encode("cp1252"))).subject == "Grüße"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("gbk", "订单问题"),
        ("cp932", "返品のお願い"),
        ("koi8_r", "Заказ не пришёл"),
        ("cp1250", "Zwrot przesyłki"),
        ("cp1254", "Sipariş numarası"),
        ("iso2022_jp", "注文番号について"),
    ],
)
def test_a_raw_subject_is_read_by_its_octets(codec: str, text: str) -> None:
    assert read(mail_with(b"Subject: " + text.encode(codec))).subject == text


@pytest.mark.parametrize(
    ("label", "codec", "text"), [("big5", "big5", "退貨"), ("gb2312", "gbk", "阿"), ("euc-kr", "euc_kr", "책자")]
)
def test_a_raw_subject_is_read_in_the_charset_of_the_text(label: str, codec: str, text: str) -> None:
    header = b"Subject: " + text.encode(codec) + b"\r\nContent-Type: text/plain; charset=" + label.encode()
    assert read(mail_with(header)).subject == text


@pytest.mark.parametrize("label", ["", "; charset=us-ascii", "; charset=iso-8859-1", "; charset=utf-8"])
def test_a_raw_subject_is_read_in_the_charset_that_the_text_turns_out_to_have(label: str) -> None:
    text = "Dzień dobry, proszę o zwrot środków. Dziękuję"
    header = "Subject: Zwrot środków\r\nContent-Type: text/plain" + label
    mail = read((header + "\r\n\r\n" + text).encode("cp1250"))
    assert (mail.subject, mail.text) == ("Zwrot środków", text)


def test_an_obsolete_fold_with_a_line_of_blanks_does_not_end_the_header() -> None:
    assert read(mail_with(b"Subject: one\r\n \r\n\ttwo\r\nX: y")).subject == "one two"


def test_words_with_a_colon_behind_a_missing_empty_line_stay_text() -> None:
    assert (
        read(b"Subject: x\r\nhello there\r\nNote: this is mine\r\nbye").text == "hello there\nNote: this is mine\nbye"
    )


def test_a_field_with_raw_octets_in_its_name_does_not_end_the_header() -> None:
    assert read(b"From: a@b.example\r\nBestell\xfcng: 1\r\nOther: 2\r\nSubject: kept\r\n\r\nhello").text == "hello"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@b>", "<a@b>"),
        ("<[abc@x]>", "<[abc@x]>"),
        ("  <a\r\n b@c> ", "<ab@c>"),
        ("bare-id@host", "<bare-id@host>"),
        ("", None),
        ("<>", None),
    ],
)
def test_a_message_id_is_found_in_every_spelling(value: str, expected: str | None) -> None:
    assert find_message_id(value) == expected


def test_a_message_id_of_fifty_kilobytes_is_no_message_id() -> None:
    assert find_message_ids("<" + "a" * 50_000 + "@b>") == ()


def test_the_newest_hundred_references_are_kept() -> None:
    ids = [b"<%d@x>" % number for number in range(500)]
    mail = read(mail_with(b"References: " + b"\r\n ".join(ids)))
    assert mail.references == tuple(f"<{number}@x>" for number in range(400, 500))
    assert any("References" in defect for defect in mail.defects)


@pytest.mark.parametrize(
    "value", ["yesterday", "Thu, 12 Nov 99999 10:02:00 +0100", "Thu, 12 Nov 2026 10:02:00 +9900", "\x00", "1" * 10_000]
)
def test_a_date_that_is_none_is_a_defect(value: str) -> None:
    defects = Defects()
    assert find_date(value, defects) is None
    assert defects.all() == ("Date: not a date",)


def test_a_date_keeps_its_zone_and_is_utc_without_one() -> None:
    assert str(find_date("Thu, 12 Nov 2026 10:02:00 +0100", Defects())) == "2026-11-12 10:02:00+01:00"
    assert str(find_date("Thu, 12 Nov 2026 10:02:00 -0000", Defects())) == "2026-11-12 10:02:00+00:00"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("attachment; filename*=utf-8''LOA%20%E2%80%93.pdf", "LOA –.pdf"),
        ("attachment; filename*0*=utf-8''LOA%20; filename*1*=%E2%80%93; filename*2=.pdf", "LOA –.pdf"),
        ('attachment; filename="=?utf-8?Q?Capture_d=27=C3=A9cran.png?="', "Capture d'écran.png"),
        ('attachment; filename="a;b.txt"; x=y', "a;b.txt"),
        ("attachment; filename=first.txt; filename=second.txt", "first.txt"),
        ("attachment; filename*99999999999999999999=x; filename=plain.txt", "plain.txt"),
        ("attachment; filename*1*=late; filename=plain.txt", "plain.txt"),
        ("attachment; filename*=rot13''uryyb", "uryyb"),
        ("attachment; filename", ""),
        ("attachment; filename=a b c.pdf", "a b c.pdf"),
        ("attachment; filename=a;b.txt; size=3", "a;b.txt"),
        ('attachment; filename="a "b" c.pdf"; size=3', 'a "b" c.pdf'),
        ('attachment; filename="x \\"y\\".pdf"', 'x "y".pdf'),
        ('attachment; filename="C:\\Users\\x\\a.pdf"', "C:\\Users\\x\\a.pdf"),
        ('attachment; filename="abc.pdf; size=3', "abc.pdf"),
        ('attachment; filename="x.pdf" size=3', "x.pdf"),
        ('attachment filename="x.pdf"', "x.pdf"),
        ("filename=x.pdf", "x.pdf"),
        ("attachment; filename='x y.pdf'", "x y.pdf"),
        ("attachment; filename = x.pdf (comment)", "x.pdf"),
        ("attachment; filename*=utf-8'x%20y.pdf", "x y.pdf"),
        ("attachment; filename*=x%20%C3%BC.pdf", "x ü.pdf"),
        ("attachment; filename*=\"utf-8''%C3%BC.pdf\"", "ü.pdf"),
        ("attachment; filename*=gb2312''%B6%A9%B5%A5.pdf", "订单.pdf"),
        ("attachment; filename*==?utf-8?Q?=C3=BC.pdf?=", "ü.pdf"),
        ("attachment; filename==?utf-8?B?w7wucGRm?=", "ü.pdf"),
        ('attachment; filename*0="=?utf-8?B?w7w"; filename*1="ucGRm?="', "ü.pdf"),
        ("attachment; filename*1*=%C3%BC; filename*2=.pdf", "ü.pdf"),
        ("attachment; filename*0*=utf-8''a; filename*2=.pdf", "a.pdf"),
        ("attachment; filename=plain.txt; filename*=utf-8''%C3%BC.txt", "ü.txt"),
        ("attachment; filename*0=a; filename*1*=%C3%BC.txt", "aü.txt"),
        ("attachment; filename*0*=utf-8''%C3; filename*1*=%BC.txt", "ü.txt"),
    ],
)
def test_parameters_follow_rfc_2231_and_drop_what_is_defective(value: str, name: str) -> None:
    assert parse_parameterised(value, Defects()).params.get("filename", "") == name


def test_fields_given_twice_are_named_and_the_first_counts() -> None:
    mail = read(mail_with(b"From: a@one.example\r\nFrom: b@two.example\r\nSubject: one\r\nSubject: two"))
    assert mail.subject == "one"
    assert mail.sender is not None
    assert mail.sender.address == "a@one.example"
    assert mail.author is None
    assert {"From: given more than once, the first counts", "Subject: given more than once, the first counts"} <= set(
        mail.defects
    )


def test_a_garbage_line_between_header_fields_does_not_end_the_header() -> None:
    mail = read(b"From: a@b.example\r\nthis is no field\r\nSubject: kept\r\n\r\nhello")
    assert (mail.subject, mail.text) == ("kept", "hello")


def test_a_body_without_an_empty_line_before_it_is_still_a_body() -> None:
    assert read(b"Subject: x\r\nhello there\r\nworld").text == "hello there\nworld"


HOSTILE = {
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000,
    "parentheses": b"From: " + b"(" * 100_000,
    "angle brackets": b"From: " + b"<" * 100_000,
    "references": b"References: " + b"<a@b>\r\n " * 30_000,
    "fields": b"a: b\r\n" * 500_000 + b"x: y",
    "rfc 2231 sections": b"Content-Type: text/plain; " + b"; ".join(b"name*%d=a" % n for n in range(10_000)),
    "quotes": b"Content-Type: text/plain; a=" + b'"' * 60_000,
    "blanks": b"Content-Type: text/plain;" + b" " * 60_000 + b"(",
    "one long field": b"Subject: " + b"x" * 5_000_000,
    "addresses": b"To: " + b'"a" <a@b.example>,' * 30_000,
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_headers_cost_little_and_the_body_is_read(header: bytes) -> None:
    started = time.process_time()
    mail = read(mail_with(header))
    assert time.process_time() - started < 2
    assert mail.text == "hello"


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["From", "To", "Subject", "Date", "Message-ID", "References", "Content-Type", "Content-Disposition", "Reply-To"]
    ),
    st.text(alphabet=st.sampled_from("()<>@,;:\\\".[]=?*%'\r\n\t \x00aé漢b0"), max_size=80),
)
def test_no_header_value_makes_the_reader_raise(name: str, value: str) -> None:
    mail = read(f"From: a@b.example\r\n{name}: {value}\r\n\r\nhello".encode())
    assert mail.fingerprint
    assert not set("\r\n\x00") & set(mail.subject)
