"""Whether an office file may be opened: it is a zip archive, and a zip archive may be a bomb.

Only the directory at its end is looked at; nothing is unpacked here.
"""

import io
import struct
import zipfile

from ingest.files.limits import MAX_ZIP_BYTES, MAX_ZIP_ENTRIES, MAX_ZIP_RATIO

_END_RECORD, _END_BYTES, _END_REACH = b"PK\x05\x06", 22, 22 + 65_535
_MAX_NAME_BYTES = 300  # of a member's entry in the directory, on average
_MIN_COUNTED_BYTES = 100_000  # small members may shrink a hundredfold and do no harm


class TooMuch(ValueError):
    """An archive that would unpack to more than is taken, or that lies about it."""


def open_office_file(data: bytes) -> zipfile.ZipFile:
    """The archive of an office file. Raises TooMuch or zipfile.BadZipFile."""
    if count_members(data) > MAX_ZIP_ENTRIES:
        raise TooMuch(f"more than {MAX_ZIP_ENTRIES} files")
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


def list_members(data: bytes) -> frozenset[str]:
    """The names in a zip archive's directory; none where it is damaged or longer than is taken."""
    if count_members(data) > MAX_ZIP_ENTRIES:
        return frozenset()
    try:
        return frozenset(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return frozenset()


def count_members(data: bytes) -> int:
    """How many members the record at an archive's end claims; more than are taken when the directory is too long.

    The library reads all of the directory, so its length is asked first (APPNOTE section 4.3.16).
    """
    end = data.rfind(_END_RECORD, max(0, len(data) - _END_REACH))
    if end < 0 or end + _END_BYTES > len(data):
        return 0
    count, octets = struct.unpack_from("<HI", data, end + 10)
    return MAX_ZIP_ENTRIES + 1 if octets > MAX_ZIP_ENTRIES * _MAX_NAME_BYTES else int(count)
