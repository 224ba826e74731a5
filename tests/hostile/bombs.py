"""Mails that are built to cost more than they weigh: the recipes of threats 58 to 60, with their own numbers.

Each is a function of its size, so that a test can double it. All are read without any file being opened.
"""

from collections.abc import Callable, Mapping

HEAD = b"From: Jan Petersen <jan@shop.example>\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
WORDS = "Dies ist ein ganz normaler Satz über eine Lieferung.\r\n".encode()


def nested_multiparts(levels: int) -> bytes:
    """A multipart in a multipart, with the words in the innermost."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(levels)
    )
    return HEAD + opened + b"\r\nhello"


def nested_one_boundary(levels: int) -> bytes:
    """The same with one boundary for all."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * levels + b"\r\nhello"


def nested_messages(levels: int) -> bytes:
    """A forwarded mail in a forwarded mail."""
    return HEAD + b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n" * levels + b"\r\nhello"


def nested_in_turn(levels: int) -> bytes:
    """A multipart in a mail in a multipart, with the words first."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n\r\nhello\r\n--b%d\r\n"
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n" % (level, level, level)
        for level in range(levels)
    )
    return HEAD + opened + b"\r\nhello"


def nested_in_base64(levels: int) -> bytes:
    """Containers that say they are base64: none may be, and some programs decode them."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\nContent-Transfer-Encoding: base64\r\n\r\n--b%d\r\n"
        % (level, level)
        for level in range(levels)
    )
    return HEAD + opened + b"\r\nhello"


def empty_parts(count: int) -> bytes:
    """A multipart of parts with nothing in them."""
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n\r\n" * count + b"--b--\r\n"


def attachments(count: int) -> bytes:
    """As many files of one octet."""
    one = b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n" + one * count + b"--b--\r\n"


def clashing_boundaries(count: int) -> bytes:
    """Lines that begin like the boundary and are none."""
    begun = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
    return begun + b"--bb\r\n--b-\r\n--bc--\r\n" * (count // 3) + b"--b--\r\n"


def long_boundary(count: int) -> bytes:
    """A boundary of more than 70 characters (RFC 2046 allows no more), and parts that never end."""
    boundary = b"x" * 900
    parts = (b"--" + boundary + b"\r\n\r\n\r\n") * count
    return HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + parts


def no_end_boundary(count: int) -> bytes:
    """Multiparts that are opened and never closed, one beside the other."""
    one = b"--b\r\nContent-Type: multipart/mixed; boundary=c%d\r\n\r\n--c%d\r\n\r\n"
    opened = b"".join(one % (number, number) for number in range(count))
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + opened


def many_headers(count: int) -> bytes:
    """Header fields, each of its own name, before the ones that count."""
    fields = b"".join(b"X-%d: y\r\n" % number for number in range(count))
    return fields + HEAD + b"\r\n" + WORDS


def encoded_words(count: int) -> bytes:
    """A subject of encoded words."""
    return b"From: jan@shop.example\r\nSubject: " + b"=?utf-8?q?a?=\r\n " * count + b"\r\n\r\n" + WORDS


def encoded_addresses(count: int) -> bytes:
    """Recipients with encoded names."""
    return HEAD + b"To: " + b"=?utf-8?b?SmFu?= <a@b.example>,\r\n " * count + b"c@d.example\r\n\r\n" + WORDS


def references(count: int) -> bytes:
    """A References field of that many ids; the last is <m0@…>."""
    ids = b"".join(b"<m%d@shop.example>\r\n " % number for number in reversed(range(count)))
    return HEAD + b"References: " + ids.rstrip() + b"\r\n\r\n" + WORDS


def pieces_2231(count: int) -> bytes:
    """A file name in that many pieces (RFC 2231 section 3)."""
    pieces = b"".join(b";\r\n filename*%d=a" % number for number in range(count))
    return HEAD + b"Content-Disposition: attachment" + pieces + b"\r\n\r\n" + WORDS


def deep_comment(count: int) -> bytes:
    """A From that opens comments and closes none: a recursive reader dies of it."""
    return b"From: " + b"(" * count + b" jan@shop.example\r\nSubject: hello\r\n\r\n" + WORDS


NESTING: Mapping[str, Callable[[int], bytes]] = {
    "multiparts": nested_multiparts,
    "one boundary": nested_one_boundary,
    "messages": nested_messages,
    "in turn": nested_in_turn,
    "in base64": nested_in_base64,
}
PARTS: Mapping[str, Callable[[int], bytes]] = {
    "empty parts": empty_parts,
    "attachments": attachments,
    "clashing boundaries": clashing_boundaries,
    "long boundary": long_boundary,
    "no end boundary": no_end_boundary,
}
HEADERS: Mapping[str, Callable[[int], bytes]] = {
    "fields": many_headers,
    "encoded words": encoded_words,
    "encoded addresses": encoded_addresses,
    "References": references,
    "RFC 2231 pieces": pieces_2231,
    "comments": deep_comment,
}
