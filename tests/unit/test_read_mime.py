"""Parts are byte ranges of the raw mail: cutting a range out and decoding it gives the content that was hashed."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.mail import Mail
from cases.transfer import decode_transfer
from ingest.read import read
from ingest.read.defects import Defects
from ingest.read.mime import parse_tree

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
