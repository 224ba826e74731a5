"""Logs: one line an event, with ids and never with bodies or secrets."""

import logging
import sys


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send the log to standard error, as systemd and containers like it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every command there
    logging.getLogger("alembic").setLevel(logging.WARNING)
