"""What people write, as their mail programs send it: new mails, and answers with the original quoted below."""

import os
import smtplib
import struct
import time
import zlib
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from casepost.demo.folder import DemoFailed
from store.clock import real_clock

_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with a mail program; `wrote` is how that program introduces a quotation: `name` wrote it `at` a time."""

    name: str
    address: str
    wrote: str


def write_mail(author: Person, *, to: str, subject: str, text: str) -> EmailMessage:
    """A new mail, plain text in UTF-8."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{author.name} <{author.address}>", to, subject
    mail["Date"] = format_datetime(real_clock().astimezone())
    mail["Message-ID"] = f"<{time.time_ns()}.{os.getpid()}@{author.address.partition('@')[2]}>"
    mail.set_content(text)
    return mail


def write_reply(author: Person, original: EmailMessage, *, text: str, to: str = "", subject: str = "") -> EmailMessage:
    """An answer to `original`: to its Reply-To, with reply headers and its text quoted, unless said otherwise."""
    sender = original["From"].addresses[0]
    body = original.get_body(("plain",))
    quoted = "\n".join(f"> {line}".rstrip() for line in (body.get_content() if body else "").splitlines())
    introduction = author.wrote.format(name=sender.display_name or sender.addr_spec, at=original["Date"].datetime)
    mail = write_mail(
        author,
        to=to or original["Reply-To"].addresses[0].addr_spec,
        subject=subject or f"Re: {original['Subject']}",
        text=f"{text}\n\n{introduction}\n{quoted}\n",
    )
    mail["In-Reply-To"] = str(original["Message-ID"])
    mail["References"] = f"{original.get('References', '')} {original['Message-ID']}".strip()
    return mail


def send_mail(mail: EmailMessage, *, port: int) -> float:
    """Hand a mail over to 127.0.0.1:`port` by SMTP; the seconds until its 250. Raises DemoFailed."""
    sender, to = (str(mail[name].addresses[0].addr_spec) for name in ("From", "To"))
    began = time.monotonic()
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=_SECONDS) as client:
            client.sendmail(sender, [to], mail.as_bytes(policy=policy.SMTP))
            return time.monotonic() - began
    except (OSError, smtplib.SMTPException) as error:
        raise DemoFailed(f"the service did not take the mail of {sender}: {error}") from error


def draw_screenshot(*, width: int = 360, height: int = 120) -> bytes:
    """A PNG that looks like a window with a red message in it."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # the filter of this line: none
        for x in range(width):
            framed = x in (0, width - 1) or y in (0, height - 1)
            message = 24 <= x < width - 24 and 48 <= y < 88
            rows += b"\x55\x5f\x6b" if framed or y < 22 else b"\xc6\x28\x28" if message else b"\xfa\xfa\xfa"
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
