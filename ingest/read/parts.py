"""The parts of a mail as the store keeps them: ranges, hashes, safe names; and the fingerprint of the whole."""

import hashlib
from dataclasses import dataclass

from cases.mail import Address, Part
from cases.transfer import decode_range
from ingest.read.defects import Defects
from ingest.read.filenames import has_double_extension, safe_filename
from ingest.read.limits import MAX_ATTACHMENTS
from ingest.read.mime import Leaf, Tree

_EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    "message/rfc822": ".eml",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "application/ms-tnef": ".dat",
    "application/zip": ".zip",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
}
_PIECE_BYTES = 2**20
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_REPORT_PARTS = ("message/delivery-status", "message/feedback-report", "message/disposition-notification")


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """All parts, and what the fingerprint takes of each: content type and hash of the normalised content."""

    parts: tuple[Part, ...]
    contents: tuple[tuple[str, bytes], ...]


def read_parts(raw: bytes, tree: Tree, body_paths: frozenset[str], defects: Defects) -> Parts:
    """Every leaf decoded once: its size, its SHA-256, and whether a person would call it an attachment."""
    parts: list[Part] = []
    contents: list[tuple[str, bytes]] = []
    attachments = 0
    for leaf in tree.leaves:
        content = decode_range(raw, leaf.offset, leaf.length, leaf.encoding, defects.add)
        attachment = _is_attachment(leaf, body_paths)
        attachments += attachment
        if attachment and attachments > MAX_ATTACHMENTS:
            defects.add(f"more than {MAX_ATTACHMENTS} attachments: the rest are not listed")
            attachment = False
        parts.append(_part(leaf, content, defects, attachment=attachment))
        contents.append((leaf.content_type, _hash_folded(content)))
    if tree.rest is not None:  # else two mails that differ beyond the caps alone would be one
        contents.append(("", _hash_folded(raw[tree.rest :])))
    return Parts(parts=tuple(parts), contents=tuple(contents))


def _part(leaf: Leaf, content: bytes, defects: Defects, *, attachment: bool) -> Part:
    inline = _is_inline(leaf)
    filename = _filename(leaf, defects)
    content_id = _content_id(leaf)
    return Part(
        path=leaf.path,
        offset=leaf.offset,
        length=leaf.length,
        encoding=leaf.encoding,
        content_type=leaf.content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        filename=filename or (_unnamed(leaf) if attachment and not inline else None),
        charset=leaf.content.params.get("charset", "").strip().lower()[:60] or None,
        content_id=content_id,
        inline=inline,
        attachment=attachment and not inline,
    )


def _hash_folded(content: bytes) -> bytes:
    """The hash of content whatever its line ends and the white space at its end; piece by piece, without copies."""
    end = _end_of_words(content)
    digest, start = hashlib.sha256(), 0
    while start < end:
        stop = min(start + _PIECE_BYTES, end)
        if content[stop - 1 : stop + 1] == b"\r\n":
            stop += 1
        digest.update(content[start:stop].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        start = stop
    return digest.digest()


def _end_of_words(content: bytes) -> int:
    """Where the white space at the end of content begins."""
    end = len(content)
    while end:
        start = max(0, end - _PIECE_BYTES)
        if piece := content[start:end].rstrip():
            return start + len(piece)
        end = start
    return 0


def _is_attachment(leaf: Leaf, body_paths: frozenset[str]) -> bool:
    """Not the body, and not what a report holds for machines (its returned mail and icons are no attachments)."""
    if leaf.path in body_paths or leaf.within("report") is not None or leaf.content_type in _REPORT_PARTS:
        return False
    if leaf.content_type in _SIGNATURES and not _given_name(leaf):
        return False  # a signature is shown where it has a name, as mail programs do
    if leaf.content_type == "application/pgp-encrypted":
        return False  # "Version: 1" beside the encrypted part (RFC 3156 section 4)
    if leaf.content_type == "application/applefile" and leaf.within("appledouble") is not None:
        return False  # what the Finder of a Mac knows about the file beside it
    # Another form of the body, for mail programs that know it: no file.
    return not (leaf.content_type in ("text/x-amp-html", "text/watch-html") and leaf.within("alternative") is not None)


def _is_inline(leaf: Leaf) -> bool:
    """A picture that the text shows: said so, or referred to by Content-ID from the same multipart/related."""
    if leaf.disposition.value == "attachment":
        return False
    if leaf.disposition.value == "inline":
        return leaf.content_type.startswith("image/") or bool(leaf.headers.first("content-id"))
    return bool(leaf.headers.first("content-id")) and leaf.within("related") is not None


def _filename(leaf: Leaf, defects: Defects) -> str | None:
    given = _given_name(leaf)
    if not given and leaf.content_type == "message/rfc822":
        given = leaf.headers.decoded("content-description", defects)
    name = safe_filename(given)
    if name is not None and has_double_extension(name):
        defects.add(f"attachment of part {leaf.path} has two extensions")
    return name


def _given_name(leaf: Leaf) -> str:
    return leaf.disposition.params.get("filename") or leaf.content.params.get("name") or ""


def _unnamed(leaf: Leaf) -> str:
    return "unnamed" + _EXTENSIONS.get(leaf.content_type, "")


def _content_id(leaf: Leaf) -> str | None:
    return leaf.headers.first("content-id").strip().strip("<>")[:300] or None


def make_fingerprint(
    message_id: str | None, author: Address | None, sender: str, contents: tuple[tuple[str, bytes], ...]
) -> str:
    """Hex SHA-256 over Message-ID, author and decoded content: the same for copies that came by two routes.

    Never over trace headers, recipients, boundaries or transfer encodings, which gateways rewrite; line ends and
    white space at the end of a part are folded. `sender` is the raw From where the mail has no author.
    """
    digest = hashlib.sha256()
    for field in (message_id or "", author.address if author else sender):
        data = field.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    for content_type, content in contents:
        data = content_type.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data + content)
    return digest.hexdigest()
