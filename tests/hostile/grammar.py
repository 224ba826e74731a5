"""Hostile mails by grammar: a header and a body that are each nearly right, from a seed."""

import base64
import quopri
import random

from tests.hostile import words

_MAX_DEPTH = 6
_PUMP_OCTETS = 120_000


class Grammar:
    """One mail; the same random generator always makes the same one."""

    def __init__(self, chance: random.Random, files: tuple[bytes, ...]) -> None:
        self._chance = chance
        self._files = files
        self._boundaries = 0

    def mail(self) -> bytes:
        """A mail of any kind."""
        fields = [self._field() for _ in range(self._chance.randrange(1, 12))]
        if self._chance.random() < 0.8:
            fields.insert(0, b"From: " + self._mailbox() + b"\r\n")
            fields.insert(1, b"Subject: " + self._phrase() + b"\r\n")
        return b"".join(fields) + self._entity(0)

    def _one(self, of: tuple[bytes, ...]) -> bytes:
        return self._chance.choice(of)

    def _field(self) -> bytes:
        name = self._one(words.NAMES)
        value = self._value(name)
        if self._chance.random() < 0.05:
            value = self._pump(value or b"x")
        fold = self._chance.choice((b"", b"", b"\r\n ", b"\r\n\t\r\n "))
        colon = self._chance.choice((b": ", b": ", b": ", b":", b" : ", b" ", b"::"))
        return name + colon + fold + value + b"\r\n"

    def _value(self, name: bytes) -> bytes:
        if name in (b"From", b"To", b"Cc", b"Reply-To", b"Sender", b"Bcc", b"Resent-From", b"Return-Path"):
            return b", ".join(self._mailbox() for _ in range(self._chance.choice((1, 1, 1, 2, 30))))
        if name in (b"Message-ID", b"In-Reply-To", b"References", b"Content-ID"):
            return b" ".join(self._message_id() for _ in range(self._chance.choice((1, 1, 3, 200))))
        if name == b"Date":
            return self._one(words.DATES)
        if name.startswith(b"Content-"):
            return self._one((*words.TYPES, *words.ENCODINGS, b"attachment; filename*0*=a'b'%; filename*1=x"))
        if name in (b"Auto-Submitted", b"Precedence"):
            return self._one((b"auto-replied", b"no", b"bulk", b"auto-generated; x", b""))
        return self._phrase()

    def _mailbox(self) -> bytes:
        address = self._one(words.LOCALS) + b"@" + self._one(words.DOMAINS)
        shape = self._chance.randrange(6)
        if shape == 0:
            return address
        if shape == 1:
            return self._phrase() + b" <" + address + b">"
        if shape == 2:
            return b'"' + self._phrase() + b'" <' + address + b">"
        if shape == 3:
            return address + b" (" + self._phrase() + b")"
        if shape == 4:
            return b"group: " + address + b", <" + address + b">;"
        return b"<" + self._one(words.TRICKS) + address + self._one(words.TRICKS)

    def _message_id(self) -> bytes:
        return b"<" + self._one((b"%d" % self._chance.randrange(10**6), *words.TRICKS)) + b"@client.example>"

    def _phrase(self) -> bytes:
        pieces = [self._one((*words.TRICKS, *words.LINES)) for _ in range(self._chance.randrange(1, 6))]
        if self._chance.random() < 0.3:
            charset = self._one(words.CHARSETS)
            text = base64.b64encode(b"".join(pieces))[:60]
            return (
                b"=?" + charset + self._one((b"?b?", b"?q?", b"?x?", b"*en?B?")) + text + self._one((b"?=", b"?", b""))
            )
        return b" ".join(pieces)

    def _entity(self, depth: int) -> bytes:
        kind = self._one(words.TYPES)
        if depth < _MAX_DEPTH and kind.startswith(b"multipart"):
            return self._multipart(kind, depth)
        encoding = self._one(words.ENCODINGS)
        field = b"Content-Type: " + kind + self._parameters() + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n"
        if self._chance.random() < 0.4:
            field += b"Content-Disposition: attachment" + self._parameters(b"filename") + b"\r\n"
        if depth < _MAX_DEPTH and kind.startswith(b"message/") and self._chance.random() < 0.7:
            inner = self.mail() if self._chance.random() < 0.3 else self._entity(depth + 1)
            return field + b"\r\n" + self._encode(inner, encoding)
        return (
            field + self._chance.choice((b"\r\n", b"\r\n", b"\r\n", b"")) + self._encode(self._content(kind), encoding)
        )

    def _multipart(self, kind: bytes, depth: int) -> bytes:
        self._boundaries += 1
        boundary = self._one((b"b", b"b%d" % self._boundaries, b"b%d" % self._boundaries, b"x" * 80, b"a b", b"=_'()"))
        count = self._chance.choice((0, 1, 2, 2, 3, 5, 40))
        parts = [b"--" + boundary + b"\r\n" + self._entity(depth + 1 + count // 5) + b"\r\n" for _ in range(count)]
        end = self._chance.choice((b"--" + boundary + b"--\r\n", b"--" + boundary + b"--\r\n", b"", b"--\r\n"))
        label = self._chance.choice((b'; boundary="', b'; boundary="', b"; boundary=", b"; Boundary='", b"; b="))
        quote = label[-1:] if label[-1:] in b"\"'" else b""
        return b"Content-Type: " + kind + label + boundary + quote + b"\r\n\r\n" + b"".join(parts) + end

    def _parameters(self, name: bytes = b"name") -> bytes:
        out = b""
        for number in range(self._chance.choice((0, 1, 1, 2, 12))):
            key = self._chance.choice((b"charset", name, name + b"*", name + b"*%d" % number, name + b"*%d*" % number))
            value = self._one(
                (*words.CHARSETS, *words.TRICKS, b"a.exe", b"utf-8''%e2%80%ae.exe", b"x''%", b"rot13'en'a")
            )
            quote = self._chance.choice((b"", b'"', b'"', b"'"))
            out += b"; " + key + b"=" + quote + value + quote
        return out

    def _content(self, kind: bytes) -> bytes:
        shape = self._chance.random()
        if shape < 0.25:
            return self._damaged(self._one(self._files))
        pieces = words.HTML if kind == b"text/html" or shape < 0.4 else words.LINES
        if shape < 0.5:
            return self._pump(
                b"".join(self._one((*pieces, *words.TRICKS)) for _ in range(self._chance.randrange(1, 4)))
            )
        lines = [self._one(pieces) for _ in range(self._chance.randrange(40))]
        return b"".join(line + self._one(words.EOLS) for line in lines)

    def _damaged(self, data: bytes) -> bytes:
        out = bytearray(data)
        for _ in range(self._chance.choice((0, 0, 1, 5, 50))):
            out[self._chance.randrange(len(out))] = self._chance.randrange(256)
        return bytes(out[: self._chance.choice((len(out), len(out), len(out) // 2))])

    def _pump(self, piece: bytes) -> bytes:
        """The same again and again, and then what makes a hasty pattern fail."""
        size = self._chance.choice((100, 2_000, 20_000, _PUMP_OCTETS))
        return piece * (size // max(1, len(piece))) + self._one(words.TRICKS)

    def _encode(self, content: bytes, encoding: bytes) -> bytes:
        if self._chance.random() < 0.1:
            return content
        if encoding.strip() == b"base64":
            return base64.encodebytes(content).replace(b"\n", b"\r\n")
        return quopri.encodestring(content).replace(b"\n", b"\r\n") if encoding == b"quoted-printable" else content
