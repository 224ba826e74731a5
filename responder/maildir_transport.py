"""Delivery into a maildir on this machine: what the embedded default does with every mail that goes out."""

import asyncio
import hashlib
import os
import re
from pathlib import Path

from responder.outcome import BeforeData, Failed, NotSent, Outcome, OutgoingMail, Sent, find_address_problem
from store.folders import make_folder
from store.raw import sync_folder

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class MaildirTransport:
    """A Transport that writes each mail to `folder`, with its envelope as Return-Path and Delivered-To before it.

    A file's name follows from the mail's id, so a mail that is sent again after a crash is there once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_made = False

    async def send(self, mail: OutgoingMail, *, before_data: BeforeData) -> Outcome:
        """See Transport.send. A full disk or a missing permission is a temporary failure."""
        if problem := find_address_problem(mail):
            return problem
        if not await before_data():
            return NotSent()
        try:
            name = await asyncio.to_thread(self._keep, mail)
        except OSError as error:
            text = f"cannot write to the outbox: {error.strerror or type(error).__name__}"
            return Failed(temporary=True, code=None, enhanced="4.3.0", text=text, way_down=True)
        return Sent(response=f"kept as {name}")

    async def close(self) -> None:
        """See Transport.close."""

    def _keep(self, mail: OutgoingMail) -> str:
        """Write to tmp, then move to new: a reader of the maildir never sees half a mail, nor does a power cut."""
        new, cur, tmp = (self._folder / name for name in ("new", "cur", "tmp"))
        for folder in (self._folder, new, cur, tmp):
            if not (self._is_made and folder.is_dir()):
                make_folder(folder)
        self._is_made = True
        name = _file_name(mail.id)
        if (cur / name).exists() or any(cur.glob(f"{name}:2,*")):
            return name  # a mail program has it already
        written = tmp / f"{name}.{os.getpid()}"
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_with_envelope(mail))
            file.flush()
            os.fsync(file.fileno())
        written.replace(new / name)
        sync_folder(new)
        return name


def _file_name(mail_id: str) -> str:
    """Make a name without `/`, `:` or a leading dot, the same for the same id."""
    plain = mail_id if _PLAIN_NAME.fullmatch(mail_id) else hashlib.sha256(mail_id.encode()).hexdigest()[:32]
    return f"{plain}.casepost"


def _with_envelope(mail: OutgoingMail) -> bytes:
    end = "\n" if mail.content.partition(b"\n")[0][-1:] != b"\r" else "\r\n"
    return f"Return-Path: <{mail.envelope_from}>{end}Delivered-To: {mail.envelope_to}{end}".encode() + mail.content
