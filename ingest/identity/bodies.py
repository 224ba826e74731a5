"""The hash of a body in the two canonical forms of RFC 6376 section 3.4, each made once and in linear time."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

from ingest.identity.fields import Block

_BLANKS = re.compile(rb"[ \t]+")


class Bodies:
    """The body of a mail, and its hashes as they are asked for."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._hashes: dict[bytes, bytes] = {}

    def fits(self, tags: Mapping[bytes, bytes]) -> bool:
        """Whether bh= of a signature with SHA-256 is the hash of this body in the form that c= names."""
        form = tags.get(b"c", b"").partition(b"/")[2] or b"simple"
        if form not in (b"simple", b"relaxed"):
            return False
        try:
            wanted = base64.b64decode(re.sub(rb"\s+", b"", tags.get(b"bh", b"")), validate=True)
        except (binascii.Error, ValueError):
            return False
        if form not in self._hashes:
            body = _relax(self._block.body) if form == b"relaxed" else self._block.body
            self._hashes[form] = hashlib.sha256(_end(body, is_relaxed=form == b"relaxed")).digest()
        return wanted == self._hashes[form]


def _relax(body: bytes) -> bytes:
    return _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n")


def _end(body: bytes, *, is_relaxed: bool) -> bytes:
    """Without the empty lines at its end and with one CRLF there; an empty body stays empty in the relaxed form."""
    core = body.rstrip(b"\r\n")
    # A lone CR is no line end: it belongs to the last line. (Counting CRLFs one by one takes seconds on 30 MB of them.)
    tail = body[len(core) :].replace(b"\r\n", b"\n").rstrip(b"\n").replace(b"\n", b"\r\n")
    kept = core + tail
    return kept if is_relaxed and not kept else kept + b"\r\n"
