"""Signed, encrypted and marked-up mail is shown as what it is: its words where it has some, a note where not."""

import base64

import pytest

from ingest.read.defects import Defects
from ingest.read.markup import enriched_to_text, richtext_to_text
from ingest.read.reader import read
from ingest.read.sealed import open_armour

HEAD = b"From: a@shop.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
INNER = (
    b"Content-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    + "Grüße zur Bestellung 302-1234567-7654321\r\n".encode()
    + b"--i\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\r\n--i--\r\n"
)
SIGNED_DATA, ENVELOPED_DATA, DATA = "2a864886f70d010702", "2a864886f70d010703", "2a864886f70d010701"


def der(tag: int, *values: bytes) -> bytes:
    """A value of X.690 with its tag and definite length."""
    value = b"".join(values)
    size = len(value)
    length = bytes((size,)) if size < 128 else bytes((0x82,)) + size.to_bytes(2, "big")
    return bytes((tag,)) + length + value


def oid(hexadecimal: str) -> bytes:
    """An object identifier."""
    return der(0x06, bytes.fromhex(hexadecimal))


def signed(content: bytes) -> bytes:
    """A CMS SignedData around `content`, which is an OCTET STRING already; without signatures."""
    encapsulated = der(0x30, oid(DATA), der(0xA0, content))
    return der(0x30, oid(SIGNED_DATA), der(0xA0, der(0x30, der(0x02, b"\x01"), der(0x31), encapsulated, der(0x31))))


def smime(cms: bytes, kind: bytes) -> bytes:
    """A mail that is one S/MIME object."""
    header = b"Content-Type: application/pkcs7-mime; smime-type=" + kind + b"; name=smime.p7m\r\n"
    return HEAD + header + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(cms)


INDEFINITE = (
    b"\x30\x80" + oid(SIGNED_DATA) + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80" + oid(DATA) + b"\xa0\x80\x24\x80"
    + der(0x04, INNER[:50]) + der(0x04, INNER[50:]) + b"\x00\x00" * 5
)  # fmt: skip


@pytest.mark.parametrize(
    "cms",
    [signed(der(0x04, INNER)), signed(der(0x24, der(0x04, INNER[:60]), der(0x04, INNER[60:]))), INDEFINITE],
    ids=["plain", "in pieces", "of indefinite length"],
)
def test_the_words_of_an_opaque_signature_are_read(cms: bytes) -> None:
    mail = read(smime(cms, b"signed-data"))
    assert mail.text == "Grüße zur Bestellung 302-1234567-7654321"
    assert "signed with S/MIME: the signature was not verified" in mail.defects
    assert [part.filename for part in mail.parts if part.is_listed] == ["smime.p7m"]


@pytest.mark.parametrize(
    "cms", [der(0x30, oid(ENVELOPED_DATA), der(0xA0, b"x")), b"", b"\x30", b"\x30\x84\xff\xff\xff\xff"]
)
def test_an_encrypted_mail_is_a_note_and_a_file(cms: bytes) -> None:
    mail = read(smime(cms, b"enveloped-data"))
    assert mail.text == ""
    assert "encrypted with S/MIME: it cannot be read here" in mail.defects
    assert [part.filename for part in mail.parts if part.is_listed] == ["smime.p7m"]


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_signature_cut_anywhere_raises_nothing(cut: int) -> None:
    assert read(smime(signed(der(0x04, INNER))[:cut], b"signed-data")).defects


def test_a_signed_file_beside_a_text_is_a_file_and_not_the_text() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nvedi allegato\r\n"
        b"--b\r\nContent-Type: application/pkcs7-mime; name=fattura.pdf.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(signed(der(0x04, b"%PDF-1.4 secret: words")))
        + b"\r\n--b--\r\n"
    )
    assert mail.text == "vedi allegato"
    assert not any("S/MIME" in defect for defect in mail.defects)
    assert [part.filename for part in mail.parts if part.is_listed] == ["fattura.pdf.p7m"]


def test_a_gateway_that_hides_the_type_of_a_signature_does_not_hide_its_words() -> None:
    raw = smime(signed(der(0x04, INNER)), b"signed-data").replace(
        b"application/pkcs7-mime", b"application/octet-stream"
    )
    assert read(raw).text == "Grüße zur Bestellung 302-1234567-7654321"


@pytest.mark.parametrize(
    "kind", [b"partial; number=1; total=2; id=x", b"external-body; access-type=URL; url=http://x.example/"]
)
def test_a_mail_whose_content_is_elsewhere_says_so(kind: bytes) -> None:
    mail = read(HEAD + b"Content-Type: message/" + kind + b"\r\n\r\nContent-Type: text/plain\r\n\r\nx")
    assert any("elsewhere" in defect or "in pieces" in defect for defect in mail.defects)


def test_a_multipart_signature_is_read_through_and_believed_by_nobody() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/signed; boundary=b; protocol=application/pgp-signature\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        b"--b\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\nxyz\r\n--b--\r\n"
    )
    assert mail.text == "hello"
    assert "signed: the signature was not verified" in mail.defects
    assert [part.filename for part in mail.parts if part.is_listed] == ["signature.asc"]


def test_a_pgp_mime_mail_is_a_note_and_its_encrypted_file() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/encrypted; boundary=b; protocol=application/pgp-encrypted\r\n\r\n"
        b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--b\r\nContent-Type: application/octet-stream; name=encrypted.asc\r\n\r\nxyz\r\n--b--\r\n"
    )
    assert mail.text == ""
    assert "encrypted with PGP: it cannot be read here" in mail.defects
    assert [part.filename for part in mail.parts if part.is_listed] == ["encrypted.asc"]


CLEAR = """\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Hello,
- -- two dashes
order 302-1234567-7654321

-----BEGIN PGP SIGNATURE-----

iQEzBAEBCAAdFiEE
=abcd
-----END PGP SIGNATURE-----
"""


def test_a_clear_text_signature_leaves_the_words() -> None:
    mail = read(HEAD + b"\r\n" + CLEAR.replace("\n", "\r\n").encode())
    assert mail.text == "Hello,\n-- two dashes\norder 302-1234567-7654321"
    assert "signed: the signature was not verified" in mail.defects


@pytest.mark.parametrize(
    "text", ["> " + CLEAR.replace("\n", "\n> "), CLEAR[:40], CLEAR[:80], "-----BEGIN PGP PUBLIC KEY BLOCK-----\nx"]
)
def test_quoted_or_broken_armour_is_left_as_it_is(text: str) -> None:
    assert open_armour(text, Defects()) == text


def test_an_encrypted_block_in_the_text_is_noted_and_kept() -> None:
    text = "see:\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    mail = read(HEAD + b"\r\n" + text.encode())
    assert mail.text == text
    assert "encrypted with PGP: it cannot be read here" in mail.defects


@pytest.mark.parametrize(
    ("enriched", "text"),
    [
        ("<bold>Hello</bold>\nthere\n\nnext", "Hello there\nnext"),
        ("<color><param>red</param>5 << 6</color>", "5 < 6"),
        ("<nofill>a\nb</nofill>\nc", "a\nb c"),
        ("<excerpt>old</excerpt> <unclosed", "old <unclosed"),
    ],
)
def test_enriched_text_is_shown_without_its_commands(enriched: str, text: str) -> None:
    assert enriched_to_text(enriched) == text
    assert read(HEAD + b"Content-Type: text/enriched\r\n\r\n" + enriched.encode()).text == text


def test_rich_text_has_its_own_line_ends() -> None:
    assert richtext_to_text("a\nb<nl>c <lt> d<comment>no</comment>") == "a b\nc < d"


def test_an_enriched_alternative_is_not_said_twice() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n"
        b"--b\r\nContent-Type: text/enriched\r\n\r\n<bold>Hello</bold>\r\n--b--\r\n"
    )
    assert mail.text == "Hello"


INVITATION = """\
BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Call about return\\, part
  two
DTSTART;TZID=Europe/Berlin:20261112T100000
DTEND:20261112T103000Z
ORGANIZER;CN="Jan Petersen":mailto:jan@shop.example
LOCATION:Phone
BEGIN:VALARM
SUMMARY:not this
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_without_other_text_says_what_it_is_about() -> None:
    raw = (
        HEAD
        + b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
        + INVITATION.replace("\n", "\r\n").encode()
    )
    assert read(raw).text == (
        "Call about return, part two\n2026-11-12 10:00 – 2026-11-12 10:30 UTC\nPhone\nJan Petersen <jan@shop.example>"
    )


def test_an_invitation_beside_a_text_is_a_file_only() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nPlease come\r\n"
        b"--b\r\nContent-Type: text/calendar\r\n\r\n" + INVITATION.encode() + b"\r\n--b--\r\n"
    )
    assert mail.text == "Please come"


def test_alternatives_for_other_programs_are_no_files() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nHello\r\n"
        b"--b\r\nContent-Type: text/x-amp-html\r\n\r\n<html amp4email>Hello\r\n"
        b"--b\r\nContent-Type: text/watch-html\r\n\r\n<b>Hello</b>\r\n--b--\r\n"
    )
    assert mail.text == "Hello"
    assert not any(part.is_listed for part in mail.parts)


def test_html_under_the_name_of_plain_text_is_read_as_html() -> None:
    mail = read(HEAD + b"Content-Type: text/plain\r\n\r\n<!DOCTYPE html><html><body><p>Hello</p></body></html>")
    assert mail.text == "Hello"


def test_the_charset_of_an_html_page_counts_where_the_part_names_none() -> None:
    html = '<html><head><meta http-equiv=Content-Type content="text/html; charset=koi8-r"></head><body>Ок</body></html>'
    assert read(HEAD + b"Content-Type: text/html\r\n\r\n" + html.encode("koi8_r")).text == "Ок"
