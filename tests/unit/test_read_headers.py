"""Every header access gives a value or a defect, never an exception."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.read import read
from ingest.read.defects import Defects
from ingest.read.headers import find_date, find_message_id, find_message_ids
from ingest.read.params import parse_parameterised
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
    ],
)
def test_encoded_words_become_one_clean_line(encoded: str, expected: str) -> None:
    assert decode_words(encoded, Defects()) == expected


def test_a_raw_eight_bit_subject_is_read_as_utf8_or_windows_1252() -> None:
    assert read(mail_with("Subject: Avviso – è corretto?".encode())).subject == "Avviso – è corretto?"
    assert read(mail_with("Subject: Grüße".encode("cp1252"))).subject == "Grüße"


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
