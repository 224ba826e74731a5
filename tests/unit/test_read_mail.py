"""The whole reader: total on any octets, one fingerprint by every route, sources of identifiers told apart, JSON."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.mail import Mail, MailKind
from ingest.parse import to_json
from ingest.read.reader import read
from ingest.read.version import READER_VERSION

ANSWER = """\
Return-Path: <jan@shop.example>
Received: from mx1.example by in1.example; Thu, 12 Nov 2026 10:02:01 +0100
From: Jan Petersen <jan@Shop.Example>
To: Support <support@help.example>
Cc: lager@shop.example
Reply-To: jan@shop.example
Date: Thu, 12 Nov 2026 10:02:00 +0100
Message-ID: <m1@shop.example>
In-Reply-To: <q1@help.example>
References: <q0@help.example> <q1@help.example>
Subject: AW: [CP-4821773099] Bestellung 302-1234567-7654321
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Guten Tag,

zur Bestellung 302-1234567-7654321 gehört noch die ASIN B0BVPF2QMV, bezahlt mit 4111 1111 1111 1111.

Mit freundlichen Grüßen
Jan Petersen

Petersen Angelbedarf, USt-IdNr. DE179944161

Am 11.11.2026 um 09:00 schrieb Support <support@help.example>:
> Sendung FBA15SN1Q27XL und 302-1234567-7654321, Fall [CP-4821773099]
"""


def answer() -> bytes:
    return ANSWER.replace("\n", "\r\n").encode()


def test_an_answer_is_read_whole() -> None:
    mail = read(answer())
    assert mail.kind is MailKind.MESSAGE
    assert mail.message_id == "<m1@shop.example>"
    assert mail.in_reply_to == ("<q1@help.example>",)
    assert mail.references == ("<q0@help.example>", "<q1@help.example>")
    assert mail.author is not None
    assert (mail.author.name, mail.author.address) == ("Jan Petersen", "jan@shop.example")
    assert mail.language == "de"
    assert mail.reply_text.endswith("Mit freundlichen Grüßen\nJan Petersen")
    assert "schrieb Support" in mail.text
    assert mail.reader_version == READER_VERSION
    assert mail.defects == ()


def test_identifiers_name_where_they_stand() -> None:
    assert {(one.kind, one.value, one.source.value) for one in read(answer()).identifiers} == {
        ("order_id", "302-1234567-7654321", "subject"),
        ("order_id", "302-1234567-7654321", "body"),
        ("asin", "B0BVPF2QMV", "body"),
        ("fba_shipment_id", "FBA15SN1Q27XL", "quoted"),
        ("vat_id", "DE179944161", "signature"),
    }


def test_an_order_number_split_by_a_line_wrap_within_a_quote_is_found() -> None:
    mail = read(b"Subject: x\r\n\r\nja\r\n\r\nAm 1.1.2026 schrieb S:\r\n> Nummer 302-1234567-\r\n> 7654321\r\n")
    assert [(one.value, one.source.value) for one in mail.identifiers] == [("302-1234567-7654321", "quoted")]


def test_a_card_number_stands_in_no_field() -> None:
    html = b"<p>Karte 4111 1111&nbsp;1111 1111</p>"
    raw = b"Subject: Karte 4111111111111111\r\nContent-Type: text/html\r\n\r\n" + html
    mail = read(raw)
    assert mail.subject == "Karte •••• 1111"
    assert mail.html == "<p>Karte •••• 1111</p>"
    assert "4111" not in json.dumps(to_json("x", mail)).replace("\\u2022", "")
    assert read(answer()).reply_text.count("•••• 1111") == 1


def recoded() -> bytes:
    """The same mail by another route: other trace headers and recipients, quoted-printable, bare LF, a blank more."""
    head, body = ANSWER.split("\n\n", 1)
    head = (
        head.replace("mx1", "mx9")
        .replace("8bit", "quoted-printable")
        .replace("To: Support <support@help.example>", "To: x@y.example")
    )
    encoded = "".join(f"={byte:02X}" if byte > 126 or byte == 61 else chr(byte) for byte in body.encode())
    return (head + "\nX-Route: b\n\n" + encoded + "\n \n").encode()


def test_a_copy_by_another_route_has_the_same_fingerprint() -> None:
    assert read(recoded()).fingerprint == read(answer()).fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [("B0BVPF2QMV", "B0BVPF2QMW"), ("<m1@shop", "<m2@shop"), ("<jan@Shop", "<jane@Shop"), ("text/plain", "text/html")],
)
def test_other_content_author_or_message_id_has_another_fingerprint(old: str, new: str) -> None:
    assert read(answer().replace(old.encode(), new.encode(), 1)).fingerprint != read(answer()).fingerprint


def test_other_boundaries_and_base64_do_not_change_the_fingerprint() -> None:
    def mail(boundary: bytes, encoding: bytes, body: bytes) -> bytes:
        return (
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary="
            + boundary
            + b"\r\n\r\n--"
            + boundary
            + b"\r\nContent-Transfer-Encoding: "
            + encoding
            + b"\r\n\r\n"
            + body
            + b"\r\n--"
            + boundary
            + b"--\r\n"
        )

    assert (
        read(mail(b"x", b"7bit", b"one\r\ntwo")).fingerprint
        == read(mail(b"yy", b"base64", b"b25lCnR3bw==")).fingerprint
    )


def assert_sound(mail: Mail) -> None:
    """Every text can be stored and shown: no NUL, no surrogates; the JSON is whole."""
    text = json.dumps(to_json("x.eml", mail), ensure_ascii=False)
    text.encode("utf-8")
    assert "\\u0000" not in text
    assert len(mail.fingerprint) == 64


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_give_a_mail(raw: bytes) -> None:
    assert_sound(read(raw))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mail_with_octets_changed_gives_a_mail(data: st.DataObject) -> None:
    raw = bytearray(answer())
    for _ in range(data.draw(st.integers(1, 12))):
        start = data.draw(st.integers(0, len(raw)))
        raw[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    assert_sound(read(bytes(raw)))


def hostile_bodies() -> dict[str, bytes]:
    text, html = b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/html\r\n\r\n"
    attached = b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n" + b"1-234 " * 40_000 + b"\r\n"
    bodies = b"--b\r\n\r\n" + b"1-234 " * 40_000 + b"\r\n"
    return {
        "blanks": text + b" " * 300_000,
        "digits": text + b"1 " * 150_000,
        "cards": text + b"4111 " * 60_000,
        "attributions": text + b"On 1 " * 60_000 + b":",
        "tags": html + b"1<b>" * 60_000,
        "divs": html + b"<div>" * 20_000 + b"x",
        "attributes": html + b"<a " + b"x=y " * 60_000 + b">",
        "comments": html + b"<!--" * 60_000,
        "attached texts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + attached * 20,
        "bodies": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + bodies * 40,
        "look-alikes": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bc\r\n" * 1_000_000,
        "base64 of padding": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A=" * 1_000_000,
        "attached mails": b"Content-Type: message/rfc822\r\n\r\n" * 200,
    }


@pytest.mark.parametrize("name", hostile_bodies())
def test_hostile_bodies_cost_little(name: str) -> None:
    started = time.process_time()
    mail = read(b"From: a@b.example\r\n" + hostile_bodies()[name])
    assert time.process_time() - started < 4
    assert_sound(mail)


def test_the_json_of_parse_has_every_key_of_the_contract() -> None:
    keys = (
        "file message_id in_reply_to references subject from reply_to to cc date kind language topic urgent"
        " text reply_text html"
    )
    expected = [*keys.split(), "attachments", "identifiers", "bounce", "defects"]
    assert list(to_json("a.eml", read(b""))) == expected
    found = to_json("a.eml", read(answer()))
    assert list(found) == expected
    assert found["file"] == "a.eml"
    assert found["from"] == {"name": "Jan Petersen", "address": "jan@shop.example"}
    assert found["date"] == "2026-11-12T10:02:00+01:00"
    assert found["bounce"] is None


def test_attachments_and_named_pictures_are_listed_and_nameless_pictures_are_not() -> None:
    raw = (
        b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src=cid:1>\r\n"
        b"--b\r\nContent-Type: image/png; name=a.png\r\nContent-ID: <1>\r\nContent-Disposition: inline\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: image/gif\r\nContent-ID: <2>\r\nContent-Disposition: inline\r\n\r\nx\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;"
        b' filename="../a.pdf"\r\n\r\nx\r\n--b--\r\n'
    )
    listed = to_json("x", read(raw))["attachments"]
    assert isinstance(listed, list)
    assert [(one["filename"], one["inline"], one["content_id"], one["size"]) for one in listed] == [
        ("a.png", True, "1", 1),
        ("a.pdf", False, None, 1),
    ]


def test_a_card_number_is_masked_wherever_a_mail_can_hold_one() -> None:
    raw = (
        b"From: 4111 1111 1111 1111 <a@b.example>\r\nTo: Card 4111111111111111 <c@d.example>\r\n"
        b"Subject: 4111111111111111\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\n\r\nmy card 4111-1111-1111-1111\r\n"
        b'--x\r\nContent-Disposition: attachment; filename="card 4111 1111 1111 1111.pdf"\r\n\r\nx\r\n--x--\r\n'
    )
    shown = json.dumps(to_json("mail", read(raw)))
    assert "4111" not in shown
    assert shown.count("1111") >= 5
