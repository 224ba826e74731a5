"""Signed and encrypted mail shown as what it is: S/MIME (RFC 8551), PGP/MIME (RFC 3156), armour in the text.

Nothing is verified and nothing decrypted here: a signature gives no trust, and what is encrypted stays a file that the
agents can open with their own keys. Notes are defects, so that people see them beside the case.
"""

import re

from cases.transfer import decode_range
from ingest.read.defects import Defects
from ingest.read.mime import Leaf

_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_OIDS = {
    bytes.fromhex("2a864886f70d010702"): "signed",
    bytes.fromhex("2a864886f70d010703"): "enveloped",
    bytes.fromhex("2a864886f70d0109100117"): "enveloped",
    bytes.fromhex("2a864886f70d0109100109"): "compressed",
}
_HEADER = re.compile(rb"\s{0,20}[!-9;-~]{1,80}:")
_MAX_SIGNED_BYTES = 16 * 1024 * 1024
_MAX_CHUNKS = 100_000
_ELSEWHERE = {
    "message/partial": "one piece of a mail that was sent in pieces: the others are mails of their own",
    "message/external-body": "a file that is not in the mail but said to lie elsewhere: it was not fetched",
}
_CLEAR = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)
_ARMOUR_HEADER = re.compile(r"(?:[A-Z][A-Za-z]{1,20}: [^\n]{0,200}\n)*[ \t]*\n")
_MAX_BLOCKS = 20


def note_seals(leaves: tuple[Leaf, ...], defects: Defects) -> None:
    """A defect for each way in which a mail is signed or encrypted in its structure."""
    for leaf in leaves:
        if leaf.within("signed") is not None:
            defects.add("signed: the signature was not verified")
        if leaf.within("encrypted") is not None and leaf.content_type == "application/pgp-encrypted":
            defects.add("encrypted with PGP: it cannot be read here")
        if leaf.content_type in _ELSEWHERE:
            defects.add(_ELSEWHERE[leaf.content_type])


def find_signed_content(raw: bytes, leaves: tuple[Leaf, ...], defects: Defects) -> bytes | None:
    """The mail inside an opaque S/MIME signature, None where there is none; encryption and compression are noted."""
    for leaf in leaves:
        if not _is_whole_mail(leaf, leaves) or leaf.length > 2 * _MAX_SIGNED_BYTES:
            continue
        data = decode_range(raw, leaf.offset, leaf.length, leaf.encoding)
        kind, pos = _find_kind(data)
        if kind == "signed":
            content = _find_content(data, pos)
            defects.add("signed with S/MIME: the signature was not verified")
            if content is not None and _HEADER.match(content):
                return content
        elif kind == "compressed":
            defects.add("compressed with S/MIME: it cannot be read here")
        else:
            defects.add("encrypted with S/MIME: it cannot be read here")
    return None


def _is_whole_mail(leaf: Leaf, leaves: tuple[Leaf, ...]) -> bool:
    """An S/MIME object that stands for the mail; `invoice.pdf.p7m` beside a text is a signed file (seen from Italy)."""
    name = (leaf.content.params.get("name") or leaf.disposition.params.get("filename") or "").lower()
    if leaf.content_type in _SMIME:
        return len(leaves) == 1 or name in ("", "smime.p7m")
    return leaf.content_type == "application/octet-stream" and name == "smime.p7m"


def _header(data: bytes, pos: int) -> tuple[int, int, int | None]:
    """Tag, where the value begins, and its length, None for an indefinite one (X.690 section 8.1)."""
    if pos + 2 > len(data):
        raise ValueError("DER ends")
    first = data[pos + 1]
    if first < 0x80:
        return data[pos], pos + 2, first
    count = first & 0x7F
    if count > 4 or pos + 2 + count > len(data):
        raise ValueError("DER length")
    return data[pos], pos + 2 + count, int.from_bytes(data[pos + 2 : pos + 2 + count], "big") if count else None


def _enter(data: bytes, pos: int, tag: int) -> int:
    found, start, _ = _header(data, pos)
    if found != tag:
        raise ValueError("DER tag")
    return start


def _skip(data: bytes, pos: int) -> int:
    _, start, length = _header(data, pos)
    if length is None:
        raise ValueError("DER length")
    return start + length


def _find_kind(data: bytes) -> tuple[str, int]:
    """What a CMS structure is (RFC 5652 section 3), and where its content begins."""
    try:
        oid = _enter(data, 0, 0x30)
        _, start, length = _header(data, oid)
        return _OIDS.get(data[start : start + (length or 0)], ""), start + (length or 0)
    except ValueError:
        return "", 0


def _find_content(data: bytes, pos: int) -> bytes | None:
    """The octets that a SignedData (RFC 5652 section 5.1) holds."""
    try:
        version = _enter(data, _enter(data, pos, 0xA0), 0x30)
        encapsulated = _enter(data, _skip(data, _skip(data, version)), 0x30)
        octets = _enter(data, _skip(data, encapsulated), 0xA0)
        tag, start, length = _header(data, octets)
        if tag == 0x04 and length is not None:
            return data[start : start + min(length, _MAX_SIGNED_BYTES)]
        return _join_chunks(data, start, None if length is None else start + length) if tag == 0x24 else None
    except ValueError:
        return None


def _join_chunks(data: bytes, pos: int, end: int | None) -> bytes:
    chunks: list[bytes] = []
    while len(chunks) < _MAX_CHUNKS and (end is None or pos < end):
        tag, start, length = _header(data, pos)
        if tag != 0x04 or length is None:
            break
        chunks.append(data[start : start + length])
        pos = start + length
    return b"".join(chunks)


def open_armour(text: str, defects: Defects) -> str:
    """The text without the armour of a clear-text signature (RFC 9580 section 7); an encrypted block is noted."""
    if "-----BEGIN PGP" not in text:
        return text
    if _ENCRYPTED.search(text):
        defects.add("encrypted with PGP: it cannot be read here")
    out: list[str] = []
    pos = 0
    for _ in range(_MAX_BLOCKS):
        begin = text.find(_CLEAR, pos)
        if begin < 0 or (begin and text[begin - 1] != "\n"):
            break
        header = _ARMOUR_HEADER.match(text, text.find("\n", begin) + 1)
        signature = text.find("\n" + _SIGNATURE, begin)
        if header is None or signature < header.end() - 1:
            break
        defects.add("signed: the signature was not verified")
        signed = text[header.end() : signature]
        out += (text[pos:begin], re.sub(r"^- ", "", signed, flags=re.MULTILINE), "\n")
        closing = text.find(_SIGNATURE_END, signature)
        pos = len(text) if closing < 0 else closing + len(_SIGNATURE_END)
    return "".join(out) + text[pos:]
