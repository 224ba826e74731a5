"""What goes wrong with a mailbox. All of it is temporary: the mail stays on the server until it is in the ledger."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from imaplib import IMAP4

from imapclient.exceptions import ProtocolError

from cases.errors import TemporaryError
from ingest.read.defects import READ_ERRORS

_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\U0010ffff]+")
# The library quotes what it cannot read as an answer, which may be a line of somebody's mail.
_QUOTED = re.compile(r"(?<=response|....line): b['\"].*", re.DOTALL)
_SAID = re.compile(r"\[b(['\"])(.*)\1\]$", re.DOTALL)  # what the server says of a command it refuses, as bytes
_LONGEST = 200


class Trouble(StrEnum):
    """What kind of trouble it is, for those who are told of it."""

    CONNECTION = "connection"
    LOGIN = "login"
    TOKEN = "token"  # noqa: S105  a name, no secret
    FOLDER = "folder"
    AFTER = "after"
    DISK = "disk"
    FAULT = "fault"


class MailboxTrouble(TemporaryError):
    """A mailbox that cannot be read or changed just now; says why, without a secret in it."""

    def __init__(self, trouble: Trouble, says: str) -> None:
        super().__init__(says)
        self.trouble = trouble


class ConnectionLost(MailboxTrouble):
    """The connection is gone or makes no sense any more: only a new one can go on."""

    def __init__(self, says: str) -> None:
        super().__init__(Trouble.CONNECTION, says)


class Refused(MailboxTrouble):
    """The server has answered NO or BAD; the connection is as good as before."""


@contextmanager
def spoken(what: str, trouble: Trouble = Trouble.CONNECTION) -> Iterator[None]:
    """Faults of the library, the socket and the server as ConnectionLost or Refused; `what` was being done.

    What a server says that is no IMAP raises whatever the library's parser stumbles over.
    """
    try:
        yield
    except (IMAP4.abort, OSError) as error:
        raise ConnectionLost(f"{what}: {plain(error)}") from None
    except ProtocolError:
        raise ConnectionLost(f"{what}: the server's answer is no IMAP") from None
    except IMAP4.error as error:
        raise Refused(trouble, f"{what}: {plain(error)}") from None
    except READ_ERRORS as error:
        raise ConnectionLost(f"{what}: the server's answer is no IMAP ({type(error).__name__})") from None


def plain(error: Exception | str, *, without: str = "") -> str:
    """What was said in one short line, for a log or a screen, without the secret that a server may have repeated."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    if without:
        said = said.replace(without, "***")
    said = _SAID.sub(r"\2", _QUOTED.sub("", said))
    return _UNPRINTABLE.sub(" ", said).strip()[:_LONGEST]
