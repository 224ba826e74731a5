"""Target `reports`: delivery reports as a mail system, or somebody who plays one, writes them."""

import re

from cases.mail import Bounce
from cases.reference import find_message_id as find_ours
from cases.undelivered import Fate, judge_report
from ingest.read.bounce import parse_bounce
from ingest.read.bounce_status import MAX_RECIPIENTS, parse_delivery_status
from ingest.read.defects import Defects
from ingest.read.headers import find_message_ids
from ingest.read.mime import parse_tree
from ingest.read.text import read_body
from tests.casework import RING, SELLER
from tests.fuzz.octets import mutants, pieces
from tests.fuzz.target import Target, assert_line, pure
from tests.hostile.words import own_mails

_STATUS = re.compile(r"|[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_REPORT = re.compile(rb"multipart/report|delivery-status|mailer-daemon|undeliver", re.IGNORECASE)
_WORDS = (
    *(b"Final-Recipient: rfc822;", b"Original-Recipient: ", b"Action: ", b"failed", b"delayed", b"delivered (x)"),
    *(b"\r\nStatus: ", b"5.1.1", b"4.0.0", b"\xd9\xa5.1.1", b"\r\nDiagnostic-Code: smtp; 550 ", b"\r\n\r\n", b"\r\n"),
    *(b"jan@petersen.example", b"JAN@PETERSEN.EXAMPLE", b"<jan@petersen.example>: user unknown", b"a...@b.example"),
    *(b"\r\nX-Failed-Recipients: ", b"Message-ID: <1@casepost.example>\r\n", b"Original-Envelope-Id: <x@y>\r\n"),
    *(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n", b"--b\r\n", b"\r\n--b--\r\n"),
    *(b"Content-Type: message/delivery-status\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"From: <>\r\n"),
    *(
        b"Content-Type: text/rfc822-headers\r\n\r\n",
        b"From: MAILER-DAEMON@mx.example\r\n",
        b"Subject: Undeliverable: x\r\n",
    ),
)
_REPORTS = tuple(raw for raw in own_mails() if len(raw) < 8_000 and _REPORT.search(raw))


def check(raw: bytes) -> None:
    """What holds for any octets read as a report."""
    defects = Defects()
    report = parse_delivery_status(raw, defects)
    _assert_sound(Bounce(recipients=report.recipients, original_message_id=report.original_message_id))
    tree = parse_tree(raw, defects)
    text = read_body(raw, tree.leaves, defects).text
    bounce = parse_bounce(raw, tree.leaves, tree.headers, text, defects)
    assert parse_bounce(raw, tree.leaves, tree.headers, text, Defects()) == bounce
    _assert_sound(bounce)
    own = find_message_ids(tree.headers.first("message-id"))[:1]
    assert bounce.original_message_id is None or bounce.original_message_id not in own
    assert_line(*defects.all())


def _assert_sound(bounce: Bounce) -> None:
    assert len(bounce.recipients) <= MAX_RECIPIENTS
    for one in bounce.recipients:
        assert_line(one.address, one.action, one.status, one.diagnostic)
        assert one.address.count("@") == 1
        assert one.address.split() == [one.address]
        assert len(one.address) <= 254
        assert one.action
        assert len(one.action) <= 40
        assert _STATUS.fullmatch(one.status), one.status
        assert len(one.diagnostic) <= 1_000
    fate, words = judge_report(bounce, sent_to=SELLER)
    assert_line(words)
    assert fate is not Fate.REFUSED or any(one.address.casefold() == SELLER for one in bounce.recipients)
    if bounce.original_message_id is not None:
        assert_line(bounce.original_message_id)
        assert find_message_ids(bounce.original_message_id) == (bounce.original_message_id,)
        assert find_ours(RING, bounce.original_message_id) is None  # nobody here has the key


REPORTS = Target(
    name="reports",
    holds="never raises, the same twice, in 2 s of CPU; at most 100 recipients, each one address with a status code or "
    "none and words of one line; a mail is refused only where its own recipient is named; the report is not its own"
    " cause",
    examples=pieces(*_WORDS, most=30) | mutants(_REPORTS),
    begin=pure(check, most_seconds=2.0),
)
