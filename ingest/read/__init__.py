"""The reader: raw octets to `cases.mail.Mail`, pure and total. `pool.py` runs it in children that can be killed."""

from ingest.read.reader import READER_VERSION, read

__all__ = ["READER_VERSION", "read"]
