"""What reading one mail may cost at most. Every cap is applied before the expensive work, and leaves a defect.

The figures follow what large servers accept (Postfix: 100 levels, 100 KB of headers) and what was measured to
hurt: 100,000 parts took a standard parser over 20 s, 10,000 encoded words 3 s.
"""

MAX_LEVELS = 50
MAX_CONTAINERS = 200
MAX_PARTS = 1_000
MAX_ATTACHMENTS = 200
MAX_BOUNDARY_LOOKALIKES = 200_000

MAX_HEADER_BYTES = 256 * 1024
MAX_HEADER_FIELDS = 1_000
MAX_PART_HEADER_BYTES = 64 * 1024
MAX_PART_HEADER_FIELDS = 100

MAX_REFERENCES = 100
MAX_ENCODED_WORDS = 200
MAX_ADDRESSES = 1_000
MAX_PARAMETERS = 100
MAX_SECTION = 200
MAX_SUBJECT_CHARS = 2_000
MAX_NAME_CHARS = 500
MAX_MESSAGE_ID_CHARS = 990
MAX_FILENAME_BYTES = 120

MAX_TEXT_BYTES = 256 * 1024
MAX_HTML_BYTES = 512 * 1024
"""Source of an HTML part: pictures written out in it take room before the words behind them."""
MAX_HTML_DEPTH = 1_500
MAX_IDENTIFIERS = 2_000
MAX_DEFECTS = 100
MAX_CROSS_CHECK_BYTES = 256 * 1024
"""Larger mails show mail-parser their headers only: it holds every attachment as base64 text in memory."""
