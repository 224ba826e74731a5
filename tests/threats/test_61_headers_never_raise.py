"""Threat 61, headers that make a library raise: each is read in one place that gives a value and a note, never a fault.

The standard library raised ValueError for CR LF in an encoded word of From, RecursionError for 3,000 parentheses.
"""

import random

from cases.mail import Mail
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.defects import Defects
from ingest.read.headers import find_date, find_message_ids
from ingest.read.params import parse_parameterised
from ingest.read.reader import read
from ingest.read.words import decode_words
from tests.hostile.words import CHARSETS, DOMAINS, LOCALS, NAMES, TRICKS
from tests.office import Office

_FIELDS, _MAILS, _STORED = 10_000, 300, 40
_BODY = b"\r\n\r\nMy order 302-1234567-7654321 is lost.\r\n"


def _value(chance: random.Random) -> bytes:
    """Some addresses, words and tricks, now and then one of them thousands of times."""
    pieces = []
    for _ in range(chance.randrange(1, 8)):
        piece = chance.choice(
            (
                chance.choice(TRICKS),
                chance.choice(LOCALS) + b"@" + chance.choice(DOMAINS),
                b"<" + chance.choice(LOCALS) + b"@" + chance.choice(DOMAINS) + b">",
                b"=?" + chance.choice(CHARSETS) + b"?" + chance.choice((b"q", b"b", b"x", b"")) + b"?=41=0D=0A?=",
                bytes(chance.choices(range(256), k=chance.randrange(12))),
                b"Mon, 32 Nov 99999 25:61:61 +9999",
                chance.choice((b"(", b"<", b'"', b"=?", b",", b"@")) * chance.choice((1, 1, 1, 3_000)),
            )
        )
        pieces.append(piece)
    return chance.choice((b" ", b"", b", ", b";", b"\r\n ")).join(pieces)


def test_61_ten_thousand_headers_are_values_whatever_is_asked_of_them() -> None:
    chance = random.Random(61)
    for _ in range(_FIELDS):
        text = _value(chance).decode("utf-8", "replace")
        defects = Defects()
        for work in (find_author, parse_address_list):
            work((text,), defects)
        for ask in (decode_words, find_date, parse_parameterised):
            ask(text, defects)
        find_message_ids(text)


def _mail(chance: random.Random) -> bytes:
    names = (*NAMES, b"Received", b"X-" + bytes(chance.choices(b"ab:\x00 ", k=4)))
    fields = [chance.choice(names) + b": " + _value(chance) for _ in range(chance.randrange(1, 20))]
    return b"\r\n".join(fields) + _BODY


def test_61_a_mail_of_such_headers_is_read_and_all_that_is_said_of_it_can_be_kept() -> None:
    chance = random.Random(612)
    for _ in range(_MAILS):
        mail = read(_mail(chance))
        assert isinstance(mail, Mail)
        said = (mail.subject, mail.text, *(one.name + one.address for one in (*mail.to, *mail.cc)))
        assert "\x00" not in "".join(said)
        "".join(said).encode("utf-8")


def test_61_all_of_them_are_stored_and_have_their_word(office: Office) -> None:
    chance = random.Random(613)
    raws = [_mail(chance) + b"%d\r\n" % number for number in range(_STORED)]
    for number, raw in enumerate(raws, start=1):
        assert office.receive(raw, sender=f"s{number}@shop.example") is not None
        assert office.store.ledger.load(number) == raw
