"""Reading a 20 KB mail, all of it, against mail-parser, which only takes it apart.

Ours is parts, text, new text, identifiers, language, kind, topic and the sanitised HTML; theirs is `parse_from_bytes`.
Processor time, and each round has mails of its own, so that no cache knows them.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import mailparser

from bench.mail_words import ENGLISH, GERMAN
from bench.mails import Size, make_mails
from bench.measure import Contest, run
from ingest.read.language import warm_up
from ingest.read.reader import read
from ingest.topics import load_rules
from tests.service import QUEUE

_COUNT = 12
_OCTETS = 19_000
_ORDERS = ("302-{:07d}-7654321", "028-{:07d}-1234567", "305-{:07d}-5791357")


def main() -> None:
    """Print the milliseconds of one mail for both, and the ratio, for each kind of mail and for all kinds in turn."""
    warm_up()
    load_rules()
    for name, make in KINDS.items():
        _play(name, make)
    _play("each of these in turn", _each_in_turn)


def _play(name: str, make: Callable[[int], list[bytes]]) -> None:
    seeds = itertools.count(1)
    mails: list[bytes] = []

    def ours() -> float:
        mails[:] = make(next(seeds))
        return _milliseconds(read, mails)

    run(
        Contest(
            name=f"read a 20 KB mail: {name}",
            unit="ms",
            ours=ours,
            theirs=lambda: _milliseconds(mailparser.parse_from_bytes, mails),
            theirs_name="mail-parser",
        )
    )


def _milliseconds(act: Callable[[bytes], object], mails: list[bytes]) -> float:
    began = time.process_time()
    for raw in mails:
        act(raw)
    return (time.process_time() - began) * 1000 / len(mails)


def _alternative(seed: int) -> list[bytes]:
    return [mail.raw for mail in make_mails(Size.KB_20, _COUNT, seed=seed)]


def _plain(seed: int) -> list[bytes]:
    return [_entity(text, "plain", "8bit") for text in _texts(seed)]


def _base64(seed: int) -> list[bytes]:
    return [_entity(text, "plain", "base64") for text in _texts(seed, octets=_OCTETS * 3 // 4)]


def _html(seed: int) -> list[bytes]:
    pages = []
    for text in _texts(seed, octets=_OCTETS * 3 // 5):
        own, _, quoted = text.partition("\n\n> ")
        paragraphs = "\n".join(f'<p style="margin:0 0 8pt 0">{one}</p>' for one in own.split("\n\n"))
        history = "\n".join(f"<p>{one}</p>" for one in quoted.replace("\n> ", "\n").split("\n\n"))
        pages.append(
            f'<html><head><meta charset="utf-8"></head><body><div dir="ltr">{paragraphs}</div>\n'
            f'<div class="gmail_quote"><blockquote class="gmail_quote">{history}</blockquote></div></body></html>'
        )
    return [_entity(page, "html", "quoted-printable") for page in pages]


def _each_in_turn(seed: int) -> list[bytes]:
    return [raw for four in zip(*(make(seed) for make in KINDS.values()), strict=True) for raw in four]


KINDS: dict[str, Callable[[int], list[bytes]]] = {
    "text and HTML, a conversation quoted": _alternative,
    "plain text": _plain,
    "plain text in base64": _base64,
    "HTML only": _html,
}
"""What the mails are, and how so many are made from a seed."""


def _texts(seed: int, octets: int = _OCTETS) -> Iterator[str]:
    """The text of each mail: two or three paragraphs of its own above a quoted conversation."""
    for number in range(_COUNT):
        chance = random.Random(f"{seed} {number} reading")
        words = (GERMAN, ENGLISH)[number % 2]
        sentences = (_sentence(words.sentences, words.amount, chance) for _ in itertools.count())
        own = [" ".join(itertools.islice(sentences, 5)) for _ in range(chance.randrange(2, 4))]
        name = f"{chance.choice(words.first_names)} {chance.choice(words.last_names)}"
        text = "\n\n".join((words.greeting, *own, f"{words.farewell}\n{name}", words.wrote))
        quoted: list[str] = []
        left = octets - len(text.encode())
        while left > 0:
            quoted.append(next(sentences))
            left -= len(quoted[-1].encode()) + 3
        yield text + "\n\n> " + "\n> ".join(quoted) + "\n"


def _sentence(sentences: tuple[str, ...], amount: str, chance: random.Random) -> str:
    return chance.choice(sentences).format(
        order=chance.choice(_ORDERS).format(chance.randrange(10**7)),
        asin="B0" + "".join(chance.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=8)),
        amount=amount.format(chance.randrange(10, 9000), chance.randrange(100)),
        day=chance.randrange(1, 29),
        case=chance.randrange(10**9, 10**10),
    )


def _entity(text: str, kind: str, encoding: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Jan Petersen <jan@petersen.example>"
    mail["To"] = QUEUE
    mail["Subject"] = "Auszahlung zur Bestellung fehlt"
    mail["Date"] = "Mon, 23 Nov 2026 09:41:00 +0100"
    mail["Message-ID"] = f"<{hash(text) & 0xFFFFFFFF:08x}@petersen.example>"
    mail["Received"] = "from a.mx.example (a.mx.example [192.0.2.7]) by b.mx.example with ESMTPS"
    mail.set_content(text, subtype=kind, charset="utf-8", cte=encoding)
    return mail.as_bytes().replace(b"\n", b"\r\n")
