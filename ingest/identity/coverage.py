"""Whether a good signature is over the mail that a person will see: what could have been added or changed beside it.

A signature proves that a domain has once sent these fields and this body. Whoever has got one mail of a seller can send
it again with other fields around it (RFC 6376 section 8.6), and the signature is still good.
"""

import re
from collections import Counter
from collections.abc import Mapping

from ingest.identity.fields import Block

_COVERED = (b"from", b"subject", b"to", b"cc", b"reply-to", b"in-reply-to", b"references")
"""What has an effect in the author's name: who is answered, who joins in, which case it is. Each of these fields must
be signed as often as it stands in the mail. So a Cc that was added later proves nothing, nor does a mail whose Cc its
domain never signs (Microsoft signs neither To nor Cc); SPF may still prove that one."""

_NOT_ADDED = (b"message-id", b"date", b"mime-version", b"sender", b"content-type", b"content-transfer-encoding")
"""These may be left out, as Yahoo leaves out Message-ID and Google Content-Type. But where one is signed, another one
must not stand beside it."""

_PLAIN_ENCODINGS = (b"7bit", b"8bit", b"binary")
_PLAIN_TEXT = re.compile(
    rb'text/plain(?:;\s{0,5}(?:charset="?(?:us-ascii|utf-8|iso-8859-\d+|windows-125\d)"?|format="?flowed"?|delsp="?(?:yes|no)"?)\s{0,5}){0,3}',
    re.IGNORECASE,
)
_BOUNDARY = re.compile(
    rb'multipart/[a-z-]{1,30};[^()]*?boundary=(?:"([^"\s]{1,70})"|([^";\s]{1,70}))[^()]*', re.IGNORECASE
)


def signed_names(tags: Mapping[bytes, bytes]) -> list[bytes]:
    """The lower-case names of h=, as often as they stand there."""
    return [name.strip().lower() for name in tags.get(b"h", b"").split(b":")]


def find_uncovered(block: Block, names: list[bytes]) -> str:
    """The first field that could have been added or changed with an effect, or ""."""
    there = Counter(name.lower() for name, _ in block.fields)
    signed = Counter(names)
    for name in _COVERED:
        if there[name] > signed[name]:
            return name.decode("ascii")
    for name in _NOT_ADDED:
        if there[name] > signed[name] > 0:
            return name.decode("ascii")
    return _find_reinterpreted(block, signed)


def _find_reinterpreted(block: Block, signed: Counter[bytes]) -> str:
    """A field of MIME that is not signed and could show the signed body in another way than it was written, or "".

    A seller's answer quotes what he was sent. If that holds lines like a boundary, an unsigned Content-Type could make
    a part of the quotation the whole mail. Google's own multipart bodies begin with their boundary; plain text is what
    it is.
    """
    encodings = block.values(b"content-transfer-encoding")
    if encodings and not signed[b"content-transfer-encoding"] and encodings[0].strip().lower() not in _PLAIN_ENCODINGS:
        return "content-transfer-encoding"
    dispositions = block.values(b"content-disposition")
    if len(dispositions) > signed[b"content-disposition"] and any(
        one.strip().lower() != b"inline" for one in dispositions
    ):
        return "content-disposition"  # "attachment" takes the words out of sight
    types = block.values(b"content-type")
    if signed[b"content-type"]:
        return ""
    value = re.sub(rb"\s+", b" ", types[0]).strip() if types else b"text/plain"
    if _PLAIN_TEXT.fullmatch(value):
        # A body that begins like one of several parts was not plain text when it was signed.
        return "content-type" if block.body.startswith(b"--") else ""
    match = _BOUNDARY.fullmatch(value)
    if match is None or value.lower().count(b"boundary") != 1:
        return "content-type"
    boundary = match[1] or match[2]
    return "" if block.body.startswith(b"--" + boundary + b"\r\n") else "content-type"
