"""The bounce detectors of Mailman (flufl.bounce): old forms of some twenty mail systems, asked with a small copy.

They run some sixty patterns over every line, some of them quadratic in the length of a line, so they see the text
alone, cut in length: a bounce names its recipients near its top. What they raise counts as finding nothing.
"""

import logging
from email.message import Message

from flufl.bounce import all_failures

from ingest.read.bounce_address import find_address
from ingest.read.defects import READ_ERRORS

# It logs what its detectors raise on odd mail; in a reader that is no event.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False

_MAX_TEXT = 16_000
_MAX_LINES = 400
_MAX_LINE = 200


def find_by_flufl(root_type: str, sender: str, mailer: str, text: str) -> tuple[list[str], list[str]]:
    """The addresses that failed for good, and those only delayed; both empty where no detector knows the form."""
    try:
        late, failed = all_failures(_copy(root_type, sender, mailer, text))
    except READ_ERRORS:
        return [], []
    return _addresses(failed), _addresses(late)


def _copy(root_type: str, sender: str, mailer: str, text: str) -> Message:
    """A mail of that type with this text. Values are cleared of line breaks, which Message takes as they are."""
    message = Message()
    message["From"] = _ascii(sender)
    message["X-Mailer"] = _ascii(mailer)
    message["Content-Type"] = _ascii(root_type)
    lines = [line[:_MAX_LINE] for line in text[:_MAX_TEXT].split("\n")[:_MAX_LINES]]
    body = "\n".join(lines).encode("ascii", "replace").decode("ascii") + "\n"
    if not root_type.startswith("multipart/"):
        message.set_payload(body)
        return message
    part = Message()
    part["Content-Type"] = "text/plain"
    part.set_payload(body)
    message.attach(part)
    return message


def _ascii(value: str) -> str:
    return " ".join(value[:300].split()).encode("ascii", "replace").decode("ascii")


def _addresses(found: frozenset[bytes]) -> list[str]:
    spelled = sorted(one.decode("ascii", "replace") for one in found)
    return [address for one in spelled if (address := find_address(one[:400])) is not None]
