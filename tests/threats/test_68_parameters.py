"""Threat 68, parameters of RFC 2231 that are gaps, repeats, huge or mixed: a name or "unnamed", never an exception."""

import itertools
import random
import time
import unicodedata

import pytest

from cases.mail import Part
from ingest.read.reader import read

_CASES = {
    "a gap": (b"filename*0=a; filename*2=c.pdf", "ac.pdf"),
    "a repeat": (b"filename*0=a; filename*0=b; filename*1=.pdf", "a.pdf"),
    "the wrong order": (b"filename*1=.pdf; filename*0=a", "a.pdf"),
    "a huge index": (b"filename*0=a; filename*100000000000000000000=.pdf", "a"),
    "a negative index": (b"filename*-1=x; filename=a.pdf", "a.pdf"),
    "plain and extended": (b"filename=plain.pdf; filename*=utf-8''ext.pdf", "ext.pdf"),
    "sections of both kinds": (b"filename*0*=utf-8''%c3%a4; filename*1=.pdf", "\u00e4.pdf"),
    "a codec that is no charset": (b"filename*=rot13''abc.pdf", "abc.pdf"),
    "a charset nobody knows": (b"filename*=x-nope''%e4.pdf", "\u00e4.pdf"),
    "a broken escape": (b"filename*=utf-8''a%zz.pdf", "a%zz.pdf"),
    "no quotes at all": (b"filename*=a.pdf", "a.pdf"),
    "nothing in it": (b"filename=", "unnamed.pdf"),
    "nothing in any section": (b"filename*0=; filename*1=", "unnamed.pdf"),
    "no name": (b"size=1", "unnamed.pdf"),
}


def _attached(parameters: bytes) -> Part:
    mail = read(
        b"From: a@shop.example\r\nTo: support@casepost.example\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
        b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + parameters + b"\r\n\r\nxx\r\n--b--\r\n"
    )
    assert mail.text.strip() == "hello"
    return mail.parts[-1]


@pytest.mark.parametrize("how", _CASES)
def test_68_a_name_or_unnamed(how: str) -> None:
    parameters, name = _CASES[how]
    part = _attached(parameters)
    assert (part.filename, part.attachment, part.size) == (name, True, 2)


def test_68_thousands_of_pieces_cost_no_more_than_their_octets() -> None:
    pieces = b"; ".join(b"filename*%d=x" % number for number in range(20_000))
    began = time.process_time()
    part = _attached(pieces)
    assert part.filename == "unnamed.pdf"  # no program names a file so
    assert time.process_time() - began < 2.0


def test_68_whatever_is_put_together_there_is_a_name() -> None:
    chance = random.Random(68)
    names = (b"filename", b"filename*", b"filename*0", b"filename*1*", b"filename*0*", b"filename*99", b"name*", b"*0*")
    values = (b"a", b'"a b"', b'"', b"utf-8''%", b"utf-16''%00", b"''", b"'", b"%00%0d%0a", b"\xff\xfe", b"=", b"(c) x")
    for name, value in itertools.islice(iter(lambda: (chance.choice(names), chance.choice(values)), None), 2_000):
        other = chance.choice(names) + b"=" + chance.choice(values)
        part = _attached(name + b"=" + value + b"; " + other)
        assert part.filename
        assert not {unicodedata.category(one) for one in part.filename} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert "/" not in part.filename
