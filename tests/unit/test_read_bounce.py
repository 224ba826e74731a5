"""Delivery status notifications as the large mail systems write them."""

import pytest

from cases.mail import BouncedRecipient, MailKind
from ingest.read.reader import read


def report(status: bytes, returned: bytes = b"", returned_type: bytes = b"message/rfc822") -> bytes:
    return (
        b"From: MAILER-DAEMON@out1.help.example\r\nSubject: Undelivered Mail\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nYour mail 302-1234567-7654321 was not delivered.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status + b"\r\n"
        b"--b\r\nContent-Type: " + returned_type + b"\r\n\r\n" + returned + b"\r\n--b--\r\n"
    )


POSTFIX = (
    b"Reporting-MTA: dns; out1.help.example\r\n\r\n"
    b"Final-Recipient: rfc822; ops@Shop.Example\r\nOriginal-Recipient: rfc822;ops@shop.example\r\nAction: failed\r\n"
    b"Status: 5.1.1\r\nRemote-MTA: dns; mx.shop.example\r\nDiagnostic-Code: smtp; 550 5.1.1 User\r\n unknown\r\n"
)
EXIM = b"Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\nFinal-Recipient: rfc822;dan@old.example\r\n"
TWO = POSTFIX + b"\r\nFinal-Recipient: rfc822; b@shop.example\r\nAction: delayed\r\nStatus: 4.2.2 (full)\r\n"


def test_a_postfix_report_names_recipient_status_and_original_mail() -> None:
    mail = read(report(POSTFIX, b"Message-ID: <orig@help.example>\r\nSubject: Reminder\r\n\r\nbody"))
    assert mail.kind is MailKind.BOUNCE
    assert mail.bounce is not None
    assert mail.bounce.recipients == (
        BouncedRecipient(
            address="ops@shop.example", action="failed", status="5.1.1", diagnostic="550 5.1.1 User unknown"
        ),
    )
    assert mail.bounce.original_message_id == "<orig@help.example>"


def test_fields_may_come_in_any_order_and_only_headers_may_be_returned() -> None:
    mail = read(report(EXIM, b"Message-ID: <orig@help.example>\r\n", b"text/rfc822-headers"))
    assert mail.bounce is not None
    assert [(one.address, one.status) for one in mail.bounce.recipients] == [("dan@old.example", "5.0.0")]
    assert mail.bounce.original_message_id == "<orig@help.example>"


def test_each_recipient_has_its_own_group() -> None:
    mail = read(report(TWO))
    assert mail.bounce is not None
    assert [(one.address, one.action, one.status) for one in mail.bounce.recipients] == [
        ("ops@shop.example", "failed", "5.1.1"),
        ("b@shop.example", "delayed", "4.2.2"),
    ]


def test_a_bounce_has_no_identifiers_no_language_and_no_attachments() -> None:
    mail = read(report(POSTFIX, b"Subject: 302-1234567-7654321\r\n\r\nx"))
    assert mail.identifiers == ()
    assert mail.language is None
    assert not any(part.attachment for part in mail.parts)


def test_a_bounce_without_a_report_is_read_from_its_headers_and_text() -> None:
    mail = read(
        b"From: Mailer-Daemon@mx.example\r\nSubject: Mail delivery failed\r\nX-Failed-Recipients:"
        b" dan@old.example\r\n\r\n"
        b"could not be delivered:\r\n  dan@old.example\r\n    550 5.1.1 no such user\r\n\r\nMessage-ID:"
        b" <orig@help.example>\r\n"
    )
    assert mail.bounce is not None
    assert mail.bounce.recipients[0].status == "5.1.1"
    assert mail.bounce.original_message_id == "<orig@help.example>"


@pytest.mark.parametrize(
    "status", [b"", b"\r\n\r\n\r\n", b"garbage", b"Final-Recipient\r\n", b"Final-Recipient: ;;;\r\n" * 500]
)
def test_a_broken_report_is_a_bounce_with_what_there_is(status: bytes) -> None:
    mail = read(report(status))
    assert mail.kind is MailKind.BOUNCE
    assert mail.bounce is not None
    assert len(mail.bounce.recipients) <= 100


def test_the_address_we_wrote_to_counts_where_it_was_rewritten_on_the_way() -> None:
    status = (
        b"Original-Recipient: rfc822;dan@old.example\r\nFinal-Recipient: x400; /RFC-822=x(a)y/\r\nAction: error\r\n"
    )
    mail = read(report(status + b"Status: 5.1.1\r\n"))
    assert mail.bounce is not None
    assert [(one.address, one.action, one.status) for one in mail.bounce.recipients] == [
        ("dan@old.example", "failed", "5.1.1")
    ]


def test_recipients_without_an_empty_line_between_them_are_told_apart() -> None:
    group = b"Final-Recipient: rfc822;%s@old.example\r\nAction: failed\r\nDiagnostic-Code: smtp;550 5.1.%d no\r\n"
    mail = read(report(group % (b"a", 1) + group % (b"b", 2)))
    assert mail.bounce is not None
    assert [(one.address, one.status) for one in mail.bounce.recipients] == [
        ("a@old.example", "5.1.1"),
        ("b@old.example", "5.1.2"),
    ]


@pytest.mark.parametrize(
    ("fields", "status", "returned"),
    [
        (b"", POSTFIX, b"Message-ID: <orig@help.example>\r\n\r\nx"),
        (b"", b"X-Original-Message-ID: <orig@help.example>\r\n" + POSTFIX, b"Subject: x\r\n\r\nx"),
        (b"X-Original-Message-ID: <orig@help.example>\r\n", POSTFIX, b""),
        (b"In-Reply-To: <orig@help.example>\r\n", POSTFIX, b""),
        (b"References: <first@help.example>\r\n <orig@help.example>\r\n", POSTFIX, b""),
        (b"In-Reply-To: <other@help.example>\r\n", POSTFIX, b"Message-ID: <orig@help.example>\r\n\r\nx"),
    ],
)
def test_the_original_mail_is_named_in_one_of_many_places(fields: bytes, status: bytes, returned: bytes) -> None:
    mail = read(fields + b"Message-ID: <own@mx.example>\r\n" + report(status, returned))
    assert mail.bounce is not None
    assert mail.bounce.original_message_id == "<orig@help.example>"


def test_a_report_that_a_gateway_wrapped_or_flattened_is_still_read() -> None:
    head = b"From: MAILER-DAEMON@gate.example\r\nSubject: Undelivered Mail\r\n"
    wrapped = (
        head + b"Content-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\nContent-Type: message/rfc822\r\n\r\n"
    ) + report(POSTFIX)
    flattened = head + b"\r\nThe mail was not delivered.\r\n\r\n" + POSTFIX
    no_boundary = head + b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n--b\r\n\r\n" + POSTFIX
    alone = b"Content-Type: message/delivery-status\r\n\r\n" + POSTFIX
    for raw in (wrapped + b"\r\n--w--\r\n", flattened, no_boundary, alone):
        mail = read(raw)
        assert mail.kind is MailKind.BOUNCE
        assert mail.bounce is not None
        assert [(one.address, one.status) for one in mail.bounce.recipients] == [("ops@shop.example", "5.1.1")]
