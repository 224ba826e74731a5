"""Parts are byte ranges of the raw mail: cutting a range out and decoding it gives the content that was hashed."""

import base64
import binascii
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.mail import Mail
from cases.transfer import decode_transfer
from ingest.read.defects import Defects
from ingest.read.mime import parse_tree
from ingest.read.reader import read

HEAD = b"From: a@shop.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n"

NESTED = (
    HEAD + b'Content-Type: multipart/mixed; boundary="outer"\r\n\r\npreamble\r\n'
    b"--outer\r\nContent-Type: multipart/alternative; boundary=outer2\r\n\r\n"
    b"--outer2\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding:"
    b" quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n"
    b"--outer2\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\r\n--outer2--\r\nepilogue\r\n"
    b"--outer\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding:"
    b" base64\r\n\r\nJVBERi0x\r\nLjMK\r\n"
    b"--outer\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed;"
    b" boundary=in\r\n\r\n--in\r\n\r\nx\r\n--in--\r\n"
    b"--outer\r\nContent-Type: text/plain\r\n\r\n--outer--\r\n"
)
NO_END = (
    HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/csv\r\n\r\na;b\r\n"
)
INNER_NEVER_ENDS = (
    HEAD + b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    b"--i\r\n\r\nfirst\r\n--o\r\n\r\nsecond\r\n--o--\r\n"
)
UU_FILE = b"begin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n"
SAMPLES = {
    "nested": NESTED,
    "nested with bare LF": NESTED.replace(b"\r\n", b"\n"),
    "no end boundary": NO_END,
    "inner without end": INNER_NEVER_ENDS,
    "plain": HEAD + b"\r\nhello\r\n",
    "no body": HEAD,
    "empty": b"",
    "header only with LF": b"Subject: x\n",
    "binary body": HEAD + b"Content-Type: application/octet-stream\r\n\r\n" + bytes(range(256)),
    "text with files in uuencode": HEAD + b"\r\nsee below\r\n" + UU_FILE + b"and\r\n" + UU_FILE + b"bye\r\n",
    "old Macintosh": NESTED.replace(b"\r\n", b"\r"),
    "text before the first part": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nhi\r\n--b\r\n\r\n\r\n--b--\r\n",
    "base64 that is none": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nHello, this is plain text.\r\n",
    "uuencoded": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend\r\n",
}


def assert_ranges_decode(raw: bytes, mail: Mail) -> None:
    for part in mail.parts:
        content = decode_transfer(raw[part.offset : part.offset + part.length], part.encoding)
        assert hashlib.sha256(content).hexdigest() == part.sha256
        assert len(content) == part.size
        assert 0 <= part.offset <= part.offset + part.length <= len(raw)


@pytest.mark.parametrize("raw", SAMPLES.values(), ids=SAMPLES.keys())
def test_a_range_of_the_raw_mail_decodes_to_the_content_that_was_hashed(raw: bytes) -> None:
    assert_ranges_decode(raw, read(raw))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"--b\r\n",
                b"--b--\r\n",
                b"--bb\r\n",
                b"--b \r\n",
                b"\r\n",
                b"\n",
                b"text",
                b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n",
                b"Content-Transfer-Encoding: base64\r\n",
                b"QUJD\r\n",
                b"=C3\r\n",
                b"Content-Type: text/html\r\n",
                b"\r",
                b"-",
            ]
        ),
        max_size=40,
    )
)
def test_ranges_decode_in_whatever_order_boundaries_and_headers_come(pieces: list[bytes]) -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"".join(pieces)
    mail = read(raw)
    assert_ranges_decode(raw, mail)
    ends = [part.offset + part.length for part in mail.parts]
    starts = [part.offset for part in mail.parts]
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


def test_a_nested_mail_has_its_leaves_with_imap_paths() -> None:
    mail = read(NESTED)
    assert [(part.path, part.content_type, part.size) for part in mail.parts] == [
        ("1.1", "text/plain", len("Grüße".encode())),
        ("1.2", "text/html", 9),
        ("2", "application/pdf", 9),
        (
            "3",
            "message/rfc822",
            len(b"Subject: inner\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\nx\r\n--in--"),
        ),
        ("4", "text/plain", 0),
    ]


def test_an_outer_boundary_ends_an_inner_multipart_without_an_end() -> None:
    mail = read(INNER_NEVER_ENDS)
    assert [(part.path, part.size) for part in mail.parts] == [("1.1", 5), ("2", 6)]
    assert "multipart without its end boundary" in mail.defects


def test_a_boundary_that_begins_like_another_is_told_apart() -> None:
    tree = parse_tree(NESTED, Defects())
    assert [leaf.path for leaf in tree.leaves] == ["1.1", "1.2", "2", "3", "4"]


def test_a_multipart_without_a_boundary_parameter_is_split_by_its_first_line() -> None:
    mail = read(HEAD + b"Content-Type: multipart/mixed\r\n\r\n--xyz\r\n\r\none\r\n--xyz--\r\n")
    assert mail.text == "one"
    assert "multipart without a boundary parameter" in mail.defects


def test_part_headers_that_run_into_the_next_boundary_do_not_swallow_it() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type:"
        b" text/plain\r\n--b\r\n\r\ntwo\r\n--b--\r\n"
    )
    assert mail.text == "two"


def nested(levels: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(levels)
    )
    return HEAD + opened + b"\r\nhello"


@pytest.mark.parametrize(("levels", "too_deep"), [(49, False), (50, False), (51, True), (3_000, True)])
def test_nesting_is_followed_for_fifty_levels(levels: int, too_deep: bool) -> None:
    mail = read(nested(levels))
    assert any("nested deeper" in defect for defect in mail.defects) is too_deep
    assert (mail.text == "hello") is not too_deep


def test_a_million_empty_parts_are_read_as_the_first_thousand() -> None:
    mail = read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * 200_000)
    assert len(mail.parts) == 1_000
    assert any("more than 1000 parts" in defect for defect in mail.defects)


def test_more_than_two_hundred_attachments_are_kept_as_parts_but_not_listed() -> None:
    one = b"--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n"
    mail = read(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + one * 250)
    assert len(mail.parts) == 250
    assert sum(part.attachment for part in mail.parts) == 200


def test_damaged_base64_gives_what_can_be_read_of_it() -> None:
    defects = Defects()
    assert decode_transfer(b"QUJ D!\r\nREVG=QUJD\r\nR", "base64", defects.add) == b"ABCDEF" + b"ABC"
    assert defects.all()


def test_an_unknown_transfer_encoding_leaves_the_body_as_it_stands() -> None:
    assert decode_transfer(b"abc=20", "x-strange") == b"abc=20"


def multipart(*parts: bytes, subtype: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    """A mail with these parts, each with its own header."""
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    head = HEAD + b"Content-Type: multipart/" + subtype + b'; boundary="' + boundary + b'"\r\n\r\n'
    return head + body + b"--" + boundary + b"--\r\n"


PLAIN = b"Content-Type: text/plain\r\n\r\nhello"

LINE_ENDS = {"CR CRLF": b"\r\r\n", "CRLF": b"\r\n", "LF": b"\n", "CR": b"\r"}


@pytest.mark.parametrize("end", LINE_ENDS.values(), ids=LINE_ENDS.keys())
def test_a_mail_is_read_the_same_with_every_kind_of_line_end(end: bytes) -> None:
    mail = read(multipart(b"\r\none\r\n\r\ntwo", PLAIN).replace(b"\r\n", end))
    assert mail.text == "one\n\ntwo\nhello"
    assert mail.author is not None


def test_a_mail_with_mixed_line_ends_is_read_whole() -> None:
    raw = multipart(b"\r\none\r\n\r\ntwo", PLAIN)
    mixed = b"".join(
        line + (b"\n" if number % 2 else b"\r\n")
        for number, line in enumerate(raw.replace(b"\r\n", b"\n").split(b"\n"))
    )
    assert read(mixed).text == "one\n\ntwo\nhello"


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"From jan@shop.example Thu Nov 12 10:02:00 2026\r\n",
        b">From jan@shop.example Thu Nov 12 10:02:00 2026\n",
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        b" " * 210 + b"\r\n",
        b" ",
    ],
)
def test_what_stands_before_a_header_does_not_hide_it(before: bytes) -> None:
    mail = read(before + b"From: a@shop.example\r\nSubject: kept\r\n\r\nhello")
    assert (mail.subject, mail.text) == ("kept", "hello")


def test_a_field_named_from_with_a_blank_before_its_colon_is_no_mbox_line() -> None:
    mail = read(b"From : a@shop.example\r\nSubject: x\r\n\r\nhello")
    assert mail.sender is not None
    assert mail.sender.address == "a@shop.example"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (multipart(PLAIN).replace(b'boundary="b"', b'boundary="other"'), "hello"),
        (multipart(PLAIN).replace(b'; boundary="b"', b""), "hello"),
        (multipart(PLAIN).replace(b"\r\n--b--\r\n", b""), "hello"),
        (multipart(PLAIN, b"\r\nmore").replace(b"--b\r\n", b"--b  \r\n"), "hello\nmore"),
        (multipart(PLAIN, b"\r\nmore").replace(b"--b\r\n", b"--b by gateway\r\n"), "hello\nmore"),
        (multipart(b"\r\n--bb\r\n--b-\r\n--b2--\r\nhello"), "--bb\n--b-\n--b2--\nhello"),
        (multipart(PLAIN, boundary=b"x" * 300), "hello"),
        (multipart(PLAIN, boundary=b"a  b"), "hello"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nonly words\r\n", "only words"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nonly words\r\n--b--\r\n", "only words"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\nwords\r\n--b\r\n\r\n\r\n--b--\r\n", "words"),
        (HEAD + b"Content-Type: multipart/mixed\r\n\r\nno parts at all\r\n", "no parts at all"),
        (HEAD + b'Content-Type: multipart/*; boundary="b"\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n', "hello"),
        (multipart(b"hello without a header"), "hello without a header"),
        (multipart(PLAIN).replace(b"text/plain", b"text/html\r\nContent-Transfer-Encoding 7bit"), "hello"),
        (multipart(PLAIN).replace(b"\r\n\r\n--b\r\n", b"\r\n\r\n--b--\r\n--b\r\n"), "hello"),
        (HEAD + b"Content-Type: text/x-strange\r\n\r\nhello", "hello"),
    ],
)
def test_broken_multiparts_still_give_their_text(raw: bytes, text: str) -> None:
    assert read(raw).text == text


def test_the_notice_for_old_mail_programs_is_no_text_of_the_seller() -> None:
    raw = multipart(b"\r\n").replace(b"--b\r\n", b"This is a multi-part message in MIME format.\r\n--b\r\n", 1)
    assert read(raw).text == ""


def test_a_mail_in_a_mail_stays_one_part_also_in_base64_and_in_a_digest() -> None:
    inner = b"Subject: inner 302-1234567-7654321\r\n\r\ninside"
    encoded = (
        b"Content-Type: message/rfc822; name=x.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(inner)
    )
    mail = read(multipart(PLAIN, encoded))
    assert [part.content_type for part in mail.parts] == ["text/plain", "message/rfc822"]
    assert [(one.value, one.source.value) for one in mail.identifiers] == [("302-1234567-7654321", "attachment")]
    digest = read(multipart(b"\r\n" + inner, b"\r\n" + inner, subtype=b"digest"))
    assert [part.content_type for part in digest.parts] == ["message/rfc822"] * 2
    assert digest.text == ""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"Hello, this is plain text.\r\nSecond line.\r\n", "Hello, this is plain text.\nSecond line."),
        (b"Thanks\r\n", "Thanks"),
        (base64.b64encode("Grüße".encode()), "Grüße"),
        (base64.b64encode("Grüße".encode()) + b"\r\n\r\n-- \r\nThis list is run by the forum\r\n", "Grüße"),
        (b"\r\n\r\n" + base64.b64encode("Grüße".encode()) + b"\r\n\r\n\r\n", "Grüße"),
        (base64.b64encode("Grüße aus Bern".encode()).rstrip(b"="), "Grüße aus Bern"),
        (
            base64.encodebytes(("Zeile mit Text und Umlaut ü\n" * 9).encode()),
            "\n".join(["Zeile mit Text und Umlaut ü"] * 9),
        ),
    ],
)
def test_base64_is_decoded_where_it_is_base64(body: bytes, text: str) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
    mail = read(raw)
    assert mail.text == text
    assert_ranges_decode(raw, mail)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"Gr=C3=BC=C3=9Fe, a=b, x =ZZ y", "Grüße, a=b, x =ZZ y"),
        (b"lower =c3=bc", "lower ü"),
        (b"soft =\r\nbreak = \r\nhere", "soft break here"),
        (b"ends with =", "ends with"),
        ("raw ü and =C3=BC".encode(), "raw ü and ü"),
    ],
)
def test_broken_quoted_printable_gives_what_can_be_read(body: bytes, text: str) -> None:
    raw = (
        HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + body
    )
    assert read(raw).text == text


def test_files_in_uuencode_within_a_text_are_attachments_and_leave_it() -> None:
    mail = read(SAMPLES["text with files in uuencode"])
    assert mail.text == "see below\nand\nbye"
    assert [(part.path, part.filename, part.size, part.attachment) for part in mail.parts] == [
        ("1", None, len("see below\r\n"), False),
        ("1.1", "a.txt", 3, True),
        ("1.2", None, len("and\r\n"), False),
        ("1.3", "a.txt", 3, True),
        ("1.4", None, len("bye\r\n"), False),
    ]


def test_a_table_in_uuencode_is_opened_like_any_attached_file() -> None:
    line = b"order-id\tsku\n302-1234567-7654321\tA-1\n"
    mail = read(HEAD + b"\r\nsee below\r\n\r\nbegin 644 orders.txt\r\n" + binascii.b2a_uu(line) + b"`\r\nend\r\n")
    assert ("302-1234567-7654321", "attachment") in [(one.value, one.source.value) for one in mail.identifiers]


def test_a_begin_in_prose_is_no_file() -> None:
    text = "We can\nbegin 644 tests now\nand go on until the\nend\nof the week"
    assert read(HEAD + b"\r\n" + text.encode()).text == text


def test_yenc_is_named_and_left_as_it_is() -> None:
    mail = read(HEAD + b"\r\n=ybegin line=128 size=3 name=a.bin\r\nxyz\r\n=yend size=3\r\n")
    assert "a yEnc file in the text was not read" in mail.defects
    assert not any(part.attachment for part in mail.parts)


def test_a_name_with_raw_octets_is_read_in_the_charset_of_the_text() -> None:
    name = "订单.txt".encode("gbk")
    mail = read(
        multipart(
            b"Content-Type: text/plain; charset=gb2312\r\n\r\n" + "您好".encode("gbk"),
            b'Content-Disposition: attachment; filename="' + name + b'"\r\n\r\nx',
        )
    )
    assert [part.filename for part in mail.parts if part.attachment] == ["订单.txt"]


@pytest.mark.parametrize(
    ("header", "content_type"),
    [
        (b"text", "text/plain"),
        (b"application", "application/octet-stream"),
        (b"TEXT/HTML charset=utf-8", "text/html"),
        (b'"text/html"; charset=utf-8', "text/html"),
        (b"text/plain (comment); charset=utf-8", "text/plain"),
        (b"text / html", "text/html"),
        (b"???", "text/plain"),
        (b"html", "text/html"),
    ],
)
def test_a_content_type_is_read_in_its_broken_spellings(header: bytes, content_type: str) -> None:
    assert parse_tree(b"Content-Type: " + header + b"\r\n\r\nx", Defects()).leaves[0].content_type == content_type


@pytest.mark.parametrize(
    "label", [b"quoted-printable;", b"Quoted_Printable", b'"quoted-printable"', b"QP", b"quoted printable (x)"]
)
def test_a_transfer_encoding_is_known_in_its_broken_spellings(label: bytes) -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + label + b"\r\n\r\nGr=C3=BC"
    assert read(raw).text == "Grü"
