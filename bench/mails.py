"""The mails of the benchmarks: made from a seed, each different, as sellers write them to a help desk.

German and English in turn, plain text and HTML with the conversation so far quoted below, order numbers, ASINs and
amounts in it; from 300 KB on with files. The same seed gives the same octets.
"""

import base64
import binascii
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from enum import Enum

from bench.mail_words import ENGLISH, GERMAN, Words
from tests.service import QUEUE

AT = datetime(2026, 11, 23, 9, 2, 10, tzinfo=UTC)
_BODY_OCTETS = 20_000  # of a mail with files
_HEAD_OCTETS = 600
_SHORT_OCTETS = 10_000
# A paragraph comes as text and as HTML, each in quoted-printable, which lengthens it; and it has a frame in the latter.
_PARAGRAPH_OCTETS, _GROWTH, _FRAME_OCTETS = 900, 2.13, 190
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Size(Enum):
    """About how large a mail is, in octets."""

    KB_4 = 4_000
    KB_20 = 20_000
    KB_300 = 300_000
    MB_8 = 8_000_000
    MB_25 = 25_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchMail:
    """A mail with its envelope; `raw` has CRLF. No two have the same sender."""

    sender: str
    recipient: str
    message_id: str
    raw: bytes


def make_mails(size: Size, count: int, *, seed: int, at: datetime = AT) -> Iterator[BenchMail]:
    """So many mails of that date; the same for the same arguments. Two seeds have no sender and no id in common."""
    for number in range(count):
        yield _make_mail(size, random.Random(f"{seed} {number} {size.name}"), f"{seed}-{number}-{size.value}", at=at)


def make_mail(size: Size, *, sender: str, seed: int) -> BenchMail:
    """One mail more of a given sender: about another order, with another subject."""
    chance = random.Random(f"{seed} of {sender}")
    return _make_mail(size, chance, f"{seed}-more-{chance.getrandbits(32)}", sender=sender)


def _make_mail(size: Size, chance: random.Random, name: str, *, sender: str = "", at: datetime = AT) -> BenchMail:
    words = chance.choice((GERMAN, ENGLISH))
    first, last = chance.choice(words.first_names), chance.choice(words.last_names)
    sender = sender or f"{first}.{last}.{name}@{chance.choice(words.domains)}".lower()
    message_id = f"<{chance.getrandbits(96):024x}.{name}@client.example>"
    order = _order(chance)
    octets = min(size.value, _BODY_OCTETS) - _HEAD_OCTETS
    body = _alternative(words, chance, f"{first} {last}", order, octets)
    if size.value > _BODY_OCTETS:
        body = _mixed(body, _files(chance, order, size.value - len(body)), chance)
    head = [
        f"Received: from [192.168.{chance.randrange(256)}.{chance.randrange(1, 255)}] by mail.client.example;",
        f"\t{format_datetime(at + timedelta(seconds=1))}",
        f"From: {first} {last} <{sender}>",
        f"To: Support <{QUEUE}>",
        f"Subject: {Header(chance.choice(words.subjects).format(order=order)).encode(linesep=chr(13) + chr(10))}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {message_id}",
        "User-Agent: Mozilla Thunderbird",
        f"Content-Language: {words.tag}",
        "MIME-Version: 1.0",
    ]
    raw = "\r\n".join(head).encode() + b"\r\n" + body
    return BenchMail(sender=sender, recipient=QUEUE, message_id=message_id, raw=raw)


def _alternative(words: Words, chance: random.Random, name: str, order: str, octets: int) -> bytes:
    """A whole entity of about so many octets: its header fields, an empty line, text and HTML."""
    said = [_paragraph(words, chance, order) for _ in range(1 if octets < _SHORT_OCTETS else chance.randrange(2, 4))]
    bound = f"------------{chance.getrandbits(80):020x}"
    earlier: list[str] = []
    left = octets - len(_write(words, said, earlier, name, bound))
    while left > _PARAGRAPH_OCTETS // 2:
        earlier.append(_paragraph(words, chance, order))
        left -= int(_GROWTH * len(earlier[-1])) + _FRAME_OCTETS
    return _write(words, said, earlier, name, bound)


def _write(words: Words, said: list[str], earlier: list[str], name: str, bound: str) -> bytes:
    parts = (("plain", _text(words, said, earlier, name)), ("html", _html(words, said, earlier, name)))
    lines = [f'Content-Type: multipart/alternative; boundary="{bound}"'.encode(), b"", b"This is a multi-part message."]
    for kind, content in parts:
        lines += [
            f"--{bound}".encode(),
            f"Content-Type: text/{kind}; charset=UTF-8".encode(),
            b"Content-Transfer-Encoding: quoted-printable",
            b"",
            _quoted_printable(content),
        ]
    lines += [f"--{bound}--".encode(), b""]
    return b"\r\n".join(lines)


def _text(words: Words, said: list[str], earlier: list[str], name: str) -> str:
    lines = [words.greeting, "", *_wrapped(said), words.farewell, name, "", words.wrote]
    lines += [f"> {line}" if line else ">" for line in _wrapped(earlier)]
    return "\n".join(lines)


def _wrapped(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) > 71:
                yield line
                line = ""
            line = f"{line} {word}" if line else word
        yield from (line, "")


def _html(words: Words, said: list[str], earlier: list[str], name: str) -> str:
    def paragraph(text: str) -> str:
        return (
            '<p class="MsoNormal" style="margin:0cm 0cm 8pt 0cm;line-height:107%"><span style="font-size:11.0pt;'
            f'font-family:&quot;Calibri&quot;,sans-serif;color:#1F3864">{text}<o:p></o:p></span></p>'
        )

    own = "\n".join(paragraph(text) for text in (words.greeting, *said, words.farewell, name))
    old = "\n".join(paragraph(text) for text in earlier)
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta http-equiv="Content-Type" '
        'content="text/html; charset=UTF-8"><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:'
        '"Calibri",sans-serif;} a:link {color:#0563C1; text-decoration:underline;} --></style></head>\n'
        f'<body lang="{words.tag}" link="#0563C1"><div class="WordSection1">{own}</div>\n'
        f'<div class="moz-cite-prefix">{words.wrote}</div>\n<blockquote type="cite" cite="mid:x@y.example">{old}'
        "</blockquote></body></html>"
    )


def _quoted_printable(text: str) -> bytes:
    return binascii.b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)


def _paragraph(words: Words, chance: random.Random, order: str) -> str:
    sentences = chance.choices(words.sentences, k=chance.randrange(3, 6))
    return " ".join(
        sentence.format(
            order=order if chance.randrange(3) else _order(chance),
            asin="B0" + "".join(chance.choices(_ALPHABET, k=8)),
            amount=words.amount.format(chance.randrange(10, 9000), chance.randrange(100)),
            day=chance.randrange(1, 29),
            case=chance.randrange(10**9, 10**10),
        )
        for sentence in sentences
    )


def _order(chance: random.Random) -> str:
    return f"{chance.choice(('302', '303', '026', '111'))}-{chance.randrange(10**7):07d}-{chance.randrange(10**7):07d}"


def _files(chance: random.Random, order: str, octets: int) -> Iterator[tuple[str, str, bytes]]:
    """Name, type and content of files that are together so large once they are in base64: an invoice, then films."""
    octets = octets * 57 // 78  # 57 octets are a line of 76 letters and its end
    invoice = _pdf(chance, order, min(octets, 250_000))
    yield f"Rechnung {order}.pdf", "application/pdf", invoice
    left = octets - len(invoice)
    if left > 1000:
        head = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "
        film = len(head) + 8
        yield (
            f"IMG_{chance.randrange(9999):04d}.MOV",
            "video/quicktime",
            (head + (left - film + 8).to_bytes(4, "big") + b"mdat" + chance.randbytes(left - film)),
        )


def _pdf(chance: random.Random, order: str, octets: int) -> bytes:
    """A page with a line of text and a picture's worth of octets beside it."""
    page = zlib.compress(f"BT /F1 12 Tf 72 720 Td (Invoice for order {order}) Tj ET".encode())
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    padding = chance.randbytes(max(0, octets - 900))
    objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(padding), padding))
    made, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, content)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(made)


def _mixed(body: bytes, files: Iterator[tuple[str, str, bytes]], chance: random.Random) -> bytes:
    bound = f"------------{chance.getrandbits(80):020x}"
    made = [f'Content-Type: multipart/mixed; boundary="{bound}"\r\n\r\n--{bound}\r\n'.encode(), body]
    for name, kind, content in files:
        made.append(
            f'\r\n--{bound}\r\nContent-Type: {kind}; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
        )
        made.append(base64.encodebytes(content).replace(b"\n", b"\r\n"))
    made.append(f"\r\n--{bound}--\r\n".encode())
    return b"".join(made)
