"""Whether an office file may be opened: it is a zip archive, and a zip archive may be a bomb.

Only the directory at its end is looked at; nothing is unpacked here.
"""

import io
import zipfile

from ingest.files.limits import MAX_ZIP_BYTES, MAX_ZIP_ENTRIES, MAX_ZIP_RATIO

_MIN_COUNTED_BYTES = 100_000  # small members may shrink a hundredfold and do no harm


class TooMuch(ValueError):
    """An archive that would unpack to more than is taken, or that lies about it."""


def open_office_file(data: bytes) -> zipfile.ZipFile:
    """The archive of an office file. Raises TooMuch or zipfile.BadZipFile."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_ZIP_ENTRIES or unpacked > MAX_ZIP_BYTES:
        raise TooMuch(f"unpacks to {len(members)} files of {unpacked} octets")
    if unpacked > _MIN_COUNTED_BYTES and unpacked > MAX_ZIP_RATIO * len(data):
        raise TooMuch(f"unpacks to {unpacked // max(len(data), 1)} times its size")
    if sum(member.compress_size for member in members) > len(data):
        raise TooMuch("its members overlap")
    return archive


def has_member(data: bytes, name: str) -> bool:
    """Whether a zip archive has a member of that name, by its directory."""
    try:
        return name in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
