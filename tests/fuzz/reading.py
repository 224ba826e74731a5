"""Target `read`: any octets give a Mail."""

import hashlib
import json

import msgspec

from cases.mail import Address, Mail
from cases.transfer import decode_part
from ingest.parse import to_json
from ingest.read.limits import MAX_DEFECTS, MAX_REFERENCES, MAX_SUBJECT_CHARS
from ingest.read.reader import read
from tests.fuzz.octets import grown, mutants, pieces
from tests.fuzz.target import Target, assert_line, assert_text, pure

_GUARDED = ("files: ", "files inside: ", "pictures: ")  # opened by libraries of others, which may fail
_ENCODER = msgspec.msgpack.Encoder()


def check(raw: bytes) -> None:
    """What holds for the reading of any octets."""
    mail = read(raw)
    assert read(raw) == mail
    assert msgspec.msgpack.decode(_ENCODER.encode(mail), type=Mail) == mail
    text = json.dumps(to_json("x.eml", mail), ensure_ascii=False)
    text.encode("utf-8")
    assert "\\u0000" not in text
    _assert_parts(mail, raw)
    _assert_lines(mail)
    assert len(mail.defects) <= MAX_DEFECTS
    broken = [one for one in mail.defects if ": could not be read (" in one and not one.startswith(_GUARDED)]
    assert not broken, broken
    assert len(mail.references) <= MAX_REFERENCES
    assert len(mail.subject) <= MAX_SUBJECT_CHARS
    assert mail.reply_text.strip() or not mail.text.strip()


def _assert_parts(mail: Mail, raw: bytes) -> None:
    paths = [part.path for part in mail.parts if part.inside is None]
    assert len(paths) == len(set(paths))
    assert {*mail.to_look_at} <= {part.path for part in mail.parts}
    for part in mail.parts:
        assert 0 <= part.offset <= part.offset + part.length <= len(raw)
        content = decode_part(raw[part.offset : part.offset + part.length], part)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (part.sha256, part.size)


def _assert_lines(mail: Mail) -> None:
    people = (mail.sender, mail.author, *mail.reply_to, *mail.to, *mail.cc)
    for one in people:
        _assert_address(one)
    assert_line(mail.subject, mail.message_id, *mail.in_reply_to, *mail.references, *mail.defects, mail.kind_reason)
    assert_line(*(text for part in mail.parts for text in (part.filename, part.content_type, part.content_id)))
    assert_line(*(text for part in mail.parts for text in (part.charset, part.encoding, part.path)))
    assert_text(mail.text, mail.reply_text, mail.signature, mail.html)
    if mail.forwarded:
        _assert_address(mail.forwarded.author)
        assert_line(mail.forwarded.subject, mail.forwarded.message_id)


def _assert_address(one: Address | None) -> None:
    if one is not None:
        assert_line(one.name, one.address)
        assert one.address.strip() == one.address


READ = Target(
    name="read",
    holds="a Mail of the right types, the same twice, in 4 s of CPU, that MessagePack, JSON and UTF-8 take; parts "
    "decode to their hash; header values are one line; no step of ours fails",
    examples=pieces() | grown() | mutants(),
    begin=pure(check, most_seconds=4.0),
)
