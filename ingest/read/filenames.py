"""File names of attachments as a person may see them: metadata only, never a path (threats: zero-width `.htaccess`)."""

import re
import unicodedata

from ingest.read.limits import MAX_FILENAME_BYTES

_SEPARATORS = re.compile(r"[/\\]")
# "Fwd: invoice" and "10:32" are names; "a.txt:b.exe" is a stream of Windows.
_STREAM = re.compile(r":(?! |(?<=\d:)\d)")
_DRIVE = re.compile(r"\A\s{0,20}[A-Za-z]:(?=[/\\]|\S)")
# Cc control, Cf format (direction marks, zero width), Co/Cs private and surrogates, Zl/Zp line and paragraph ends.
_UNSAFE_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
_MAX_EXTENSION = 20
# Compressed and signed files have two by right.
_DOUBLE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|jpe?g|png|txt|csv|zip)\s{0,100}\.(?!(?:gz|bz2|xz|zst|7z|zip|p7m|p7s|asc|sig|pgp|gpg)\Z)[a-z0-9]{2,5}\Z",
    re.IGNORECASE,
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


def safe_filename(name: str) -> str | None:
    """A display name: NFC, last path component, no control, direction or zero-width characters, at most 120 octets.

    None when nothing is left. The extension is kept when the name is cut. Leading dots go (hidden files),
    trailing dots and blanks go (Windows drops them), device names get an underscore.
    """
    if not name:
        return None
    last = [piece for piece in _SEPARATORS.split(_DRIVE.sub("", name[-5_000:])) if piece.strip(" .")][-1:]
    if not last:
        return None
    visible = "".join(c for c in last[0] if unicodedata.category(c) not in _UNSAFE_CATEGORIES)
    kept = unicodedata.normalize("NFC", visible)  # behind it: what went may have stood between a letter and its accent
    kept = _STREAM.sub("_", " ".join(kept.split()).strip(" ."))
    if _RESERVED.match(kept):
        kept = "_" + kept
    return _STREAM.sub("_", _cut(kept)) or None  # again: where a name is cut a colon may be the last now


def has_double_extension(name: str) -> bool:
    """Whether a name shows one type and is another, as in `invoice.pdf.exe`."""
    return _DOUBLE.search(name) is not None


def _cut(name: str) -> str:
    if len(name.encode()) <= MAX_FILENAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > _MAX_EXTENSION:
        stem, dot, extension = name, "", ""
    room = MAX_FILENAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + extension
