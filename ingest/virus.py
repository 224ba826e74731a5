"""ClamAV's daemon looks at each attached file before anybody gets it (clamd's INSTREAM; man 8 clamd).

An infected file is named and kept, and goes to nobody. A daemon that does not answer is waited for, ten minutes a
mail; after that the mail goes on and its files stay here, so that a dead scanner stops no seller.
"""

import contextlib
import logging
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.errors import TemporaryError
from cases.mail import Mail, Part
from cases.transfer import decode_part

PATIENCE = timedelta(minutes=10)
_SECONDS = 30.0
_CHUNK = 64 * 1024
_ANSWER = 4096

_log = logging.getLogger(__name__)


class ScannerGone(TemporaryError):
    """The daemon does not answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clamd:
    """Where the daemon listens: a Unix socket's path, or host and port."""

    path: str = ""
    host: str = ""
    port: int = 0

    def scan(self, content: bytes) -> str:
        """The name of what is in it, "" for nothing. Raises ScannerGone (temporary), ValueError if it is too large."""
        try:
            with self._connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                # What is too large it answers at once, and closes: the answer can still be read.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    for piece in _pieces(content):
                        connection.sendall(struct.pack("!I", len(piece)) + piece)
                    connection.sendall(struct.pack("!I", 0))
                return _read_verdict(_read_answer(connection))
        except OSError as error:
            raise ScannerGone(f"clamd does not answer: {error.strerror or type(error).__name__}") from error

    def version(self) -> str:
        """What it says it is. Raises ScannerGone (temporary)."""
        try:
            with self._connect() as connection:
                connection.sendall(b"zVERSION\0")
                return _read_answer(connection)
        except OSError as error:
            raise ScannerGone(f"clamd does not answer: {error.strerror or type(error).__name__}") from error

    def _connect(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), timeout=_SECONDS)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_SECONDS)
        try:
            connection.connect(self.path)
        except OSError:
            connection.close()
            raise
        return connection


def scan_files(clamd: Clamd, raw: bytes, mail: Mail, *, received_at: datetime, now: datetime) -> Mail:
    """The mail with the verdict of each attached file. Raises ScannerGone (temporary) while it is worth to wait."""
    verdicts: dict[str, str] = {}
    gone = False
    for part in mail.parts:
        if not part.is_listed or part.sha256 in verdicts:
            continue
        try:
            verdicts[part.sha256] = "" if gone else _scan_part(clamd, raw, part)
        except ScannerGone as error:
            if now - received_at < PATIENCE:
                raise
            _log.error("files are not scanned and stay here", extra={"error": error})
            gone = True
        if gone:
            verdicts[part.sha256] = "not scanned: the scanner did not answer"
    if not any(verdicts.values()):
        return mail
    marked = tuple(replace(part, verdict=verdicts.get(part.sha256, "")) for part in mail.parts)
    bad = {part.path for part in marked if part.verdict}
    return replace(mail, parts=marked, to_look_at=tuple(path for path in mail.to_look_at if path not in bad))


def _scan_part(clamd: Clamd, raw: bytes, part: Part) -> str:
    try:
        found = clamd.scan(decode_part(raw[part.offset : part.offset + part.length], part))
    except ValueError as error:
        return f"not scanned: {error}"
    return f"infected: {found}" if found else ""


def _pieces(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]


def _read_answer(connection: socket.socket) -> str:
    """Up to the NUL that ends it; a connection that ends before is a daemon that died."""
    answer = b""
    while b"\0" not in answer and len(answer) < _ANSWER:
        if not (piece := connection.recv(_ANSWER)):
            raise ConnectionResetError
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace")


def _read_verdict(answer: str) -> str:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:100]
    if "size limit exceeded" in said:
        raise ValueError("larger than clamd takes (StreamMaxLength)")
    raise ScannerGone(f"clamd answers {said[:100]!r}")
