"""What opening attached files may cost at most. Every cap is applied before the expensive work.

The figures are those of the threat list: archives are never unpacked, an office file is one only within these bounds,
a picture is decoded only when its header says that it is small enough.
"""

MAX_FILE_BYTES = 25 * 2**20
MAX_FILES = 50
MAX_LEVELS = 3
"""Mails within mails within mails; winmail.dat counts as a level too."""
MAX_PATH_CHARS = 200
"""Of a file within files; the store has room for no longer one."""
MAX_TEXT_CHARS = 256 * 1024
"""Text taken of one file."""
MAX_ALL_CHARS = 512 * 1024
"""Text taken of all files of a mail together."""

MAX_PDF_PAGES = 50
MAX_PAGE_CHARS = 20_000
MAX_SHEETS = 10
MAX_ROWS = 5_000
MAX_COLUMNS = 100

MAX_ZIP_ENTRIES = 1_000
MAX_ZIP_BYTES = 50 * 2**20
MAX_ZIP_RATIO = 100

MAX_PICTURES = 10
MAX_PIXELS = 40_000_000
MIN_PICTURE_SIDE = 24
"""Smaller pictures are pixels for tracking and icons, not screenshots."""
MAX_SCANNED_PAGES = 5
"""Pages of a scanned document that are looked at."""
