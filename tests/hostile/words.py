"""What hostile mails are made of: words that mean something to a reader, whole, broken, and in the wrong place."""

from pathlib import Path

from tests.attached import make_docx, make_pdf, make_scan, make_sheet, make_tnef, paragraph
from tests.pictures import screenshot

EOLS = (b"\r\n", b"\r\n", b"\r\n", b"\r\n\r\n", b"\r\n \r\n", b"\r\n\t")
CHARSETS = (
    *(b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252", b"gb2312", b"gbk", b"gb18030", b"big5"),
    *(b"shift_jis", b"iso-2022-jp", b"euc-jp", b"koi8-r"),
    *(b"utf-7", b"utf-16", b"utf-32", b"unicode_escape", b"rot13"),
    *(b"idna", b"punycode", b"base64", b"zlib"),
    *(b"hex", b"undefined", b"raw_unicode_escape", b"unknown-8bit", b"cp932"),
    *(b"hz", b"iso-2022-kr", b"x-user-defined", b"utf8mb4", b"'utf-8'", b"utf-8;x", b"\xff", b"a" * 300, b""),
)
TYPES = (
    *(b"text/plain", b"text/html", b"text/enriched", b"text/richtext", b"text/calendar", b"text/csv", b"text/x-odd"),
    *(b"multipart/mixed", b"multipart/alternative", b"multipart/related", b"multipart/report", b"multipart/digest"),
    *(b"multipart/signed", b"multipart/encrypted", b"multipart/appledouble", b"multipart/*", b"multipart"),
    *(b"message/rfc822", b"message/global", b"message/delivery-status", b"message/partial", b"message/external-body"),
    *(b"message/feedback-report", b"message/disposition-notification", b"application/octet-stream"),
    *(b"application/pdf", b"application/ms-tnef", b"application/pkcs7-mime", b"application/pgp-encrypted"),
    *(b"application/zip", b"application/vnd.ms-excel", b"application/applefile", b"image/png", b"image/svg+xml"),
    *(b"image/gif", b"application/xhtml+xml", b"application/x-sh", b"text", b"/", b"a/b/c", b"", b"TEXT/PLAIN\x00"),
)
ENCODINGS = (b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable", b"x-uuencode", b"x-yenc", b"base64 ", b"")
LOCALS = (
    b"jan",
    b"jan.petersen",
    b"support",
    b'"a b"',
    b"=?utf-8?q?x?=",
    b"a" * 70,
    b"..",
    b"\xc3\xbc",
    b"a\x00b",
    b"",
)
DOMAINS = (
    b"shop.example",
    b"SHOP.Example",
    b"xn--bcher-kva.example",
    b"[127.0.0.1]",
    b"a..b",
    b"b\xc3\xbc.example",
    b"",
)
TRICKS = (
    *(b"(", b")", b"<", b">", b'"', b"\\", b",", b";", b":", b"@", b"=?utf-8?q?", b"?=", b"=?utf-8?b?QUJD?="),
    *(b"=?utf-8?q?=0D=0ABcc:_evil@evil.example?=", b"=?rot13?q?uryyb?=", b"\x00"),
    *(b"\xff\xfe", b"\x1b$B", b"\x1b]0;x\x07"),
    *("\u202e".encode(), "\u200b".encode(), "\ufeff".encode(), b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf"),
    *(b"%0d%0a", b"{{ case }}", b"{% for x in y %}", b"${x}", b"' OR 1=1 --", b"../../etc/passwd", b"=HYPERLINK(1)"),
    *(b"[CP-4821773099]", b"[CP-0000000000]", b"support+sAAAAAAAAAAAA@casepost.example", b"\t", b" " * 50, b"\x85"),
)
NAMES = (
    *(b"From", b"To", b"Cc", b"Subject", b"Message-ID"),
    *(b"In-Reply-To", b"References", b"Date", b"Reply-To", b"Sender"),
    *(b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Content-ID", b"MIME-Version"),
    *(b"Auto-Submitted", b"Precedence", b"X-Casepost-Case", b"Authentication-Results", b"Return-Path", b"Received"),
    *(b"X-Failed-Recipients", b"List-Id", b"X-Auto-Response-Suppress"),
    *(b"Bcc", b"Resent-From", b"X" * 190, b"Subject "),
)
DATES = (
    *(b"Thu, 26 Nov 2026 10:00:00 +0100", b"Thu, 31 Feb 2026 25:61:61 +9999"),
    *(b"0", b"Fri, 13 Nov 99999 00:00:00 -0000"),
    *(b"1 Jan 0001 00:00:00 +2359", b"Mon, 1 Jan 2026", b"now", b"-1", b"Thu, 26 Nov 2026 10:00:00 " + b"(" * 200),
)
LINES = (
    *(b"#close", b"#note secret", b"#assign eve@evil.example"),
    *(b"#merge 4821773099", b"#", b"#\x00", b"#template ../x"),
    *(b"On Thu, Jan wrote:", b"> quoted", b">" * 300, b"-----Original Message-----", b"From: a@b", b"-- ", b"--"),
    *(b"Order 302-1234567-7654321", b"ASIN B0GTX9S315", b"EAN 4011431856568", b"IBAN DE89370400440532013000", b"1Z"),
    *(b"4111 1111 1111 1111", b"begin 644 a.exe", b"end"),
    *(b"#0V%T", b"=ybegin line=1 size=1 name=a", b"QUJD", b"=C3=BC="),
    *(b"-----BEGIN PGP MESSAGE-----", b"-----BEGIN PGP SIGNED MESSAGE-----"),
    *(b"-----END PGP MESSAGE-----", b"~{", b"+AAA-"),
    *(b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"METHOD:REQUEST", b"SUMMARY:x", b"Final-Recipient: rfc822; a@b.example"),
    *(b"Action: failed", b"Status: 5.1.1"),
    *(b"Status: 9.9.999999", b"Reporting-MTA: dns; x", b"Diagnostic-Code: smtp; 550"),
    *(b"550 5.1.1 <a@b.example> user unknown", b"Delivery has failed to these recipients"),
    *(b"", b" ", b"\xff\xfe\xfd"),
    *(b"Guten Tag, wir haben die Ware nicht erhalten.", "订单没有到".encode(), "Où est mon colis ?".encode()),
)
HTML = (
    *(b"<html>", b"<div>", b"</div>"),
    *(b"<table><tr><td>", b"<blockquote>", b"<p style='display:none'>#close</p>", b"<!--"),
    *(b"-->", b"<script>alert(1)</script>"),
    *(b"<style>@import 'http://x';p{color:", b"}</style>", b"<img src='http://x/p'>"),
    *(b"<a href='javascript:x'>", b"&#0;", b"&#x110000;", b"&amp;" * 50),
    *(b"<![CDATA[", b"]]>", b"<svg onload=x>", b"<"),
    *(b"<meta http-equiv=refresh content='0;url=http://x'>", b"<base href='http://x'>", b"<form action='http://x'>"),
    *(b"<iframe srcdoc='<p>x</p>'>", b"<title>", b"<textarea>"),
    *(b"<plaintext>", b"<template>", b"<math><mi>", b"\x00"),
)


def some_files() -> tuple[bytes, ...]:
    """Small files that are whole, of each kind that is opened."""
    picture = screenshot("Order\n302-1234567-7654321", size=10)
    return (
        make_pdf(["Order 302-1234567-7654321"]),
        make_scan(picture),
        make_sheet([("order-id", "qty"), ("302-1234567-7654321", 1)]),
        make_docx(paragraph("Order 302-1234567-7654321")),
        make_tnef({"a.csv": b"a;b\n", "b.png": picture}, body="hello"),
        picture,
        b"order-id;qty\n302-1234567-7654321;1\n",
        b"MZ" + bytes(500),
    )


def own_mails() -> tuple[bytes, ...]:
    """The mails of this repository, which are mutated too."""
    folder = Path(__file__).parents[1] / "mails"
    return tuple(path.read_bytes() for path in sorted(folder.rglob("*.eml")))
