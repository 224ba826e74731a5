"""Reports about mail in forms of their own: complaints (RFC 5965) without their content type, DMARC and TLS reports."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportForm:
    """Subject, sender's name before the @, and text, all of which must match; with examples of all three."""

    why: str
    subject: str = ""
    local: str = ""
    text: str = ""
    found: tuple[tuple[str, str, str], ...]
    not_found: tuple[tuple[str, str, str], ...] = ()


_LOOPS = r"(?:scomp|feedback[._-]?loop|feedback|fbl|arf|complaints?|abuse|staff|feedbackproc)(?:[@+._-]|\d)"

REPORT_FORMS = (
    # RFC 7489 section 7.2.1.1, RFC 8460 section 5.3: the subject is prescribed.
    ReportForm(
        why="aggregate report on authentication or TLS",
        subject=r"\s*(?:\[\w{1,20}\] )?report[ -]domain: ?[^\s;]{1,253};?\s{1,5}submitter: ?.{1,260}report-?id:",
        found=(
            (
                ("Report Domain: help.example Submitter: mail.example Report-ID: <1@mail.example>"),
                "noreply@mail.example",
                "",
            ),
        ),
        not_found=(("Report domain squatting of my brand", "jan@shop.example", ""),),
    ),
    # AOL, Hotmail and smaller loops: a name that loops use and a subject that they write.
    ReportForm(
        why="complaint of a feedback loop",
        subject=r"\s*(?:e-?mail feedback report for ip|complaint about message from|abuse report (?:about|for|from)"
        r"|spam report)",
        local=_LOOPS,
        found=(("complaint about message from 192.0.2.1", "staff@hot.example", ""),),
        not_found=(("complaint about message from a buyer", "jan@shop.example", ""),),
    ),
    ReportForm(
        why="fields of a feedback report",
        local=_LOOPS,
        text=r"^feedback-type:\s?(?:abuse|fraud|virus|other|not-spam|opt-out|auth-failure|dkim|miscategorized)\b",
        found=(("FW: Angebot", "feedbackloop@mail.example", "A report.\n\nFeedback-Type: abuse\nVersion: 1\n"),),
        not_found=(("What is this?", "jan@shop.example", "Feedback-Type: abuse\n"),),
    ),
)
_COMPILED = tuple(
    (
        one.why,
        re.compile(one.subject, re.IGNORECASE),
        re.compile(one.local, re.IGNORECASE),
        re.compile(one.text, re.IGNORECASE | re.MULTILINE),
    )
    for one in REPORT_FORMS
)


def find_report(subject: str, sender: str, text: str) -> str | None:
    """Which form of a report about mail it is, None where it is none. `sender` is the address of From."""
    return next(
        (
            why
            for why, first, local, words in _COMPILED
            if first.match(subject[:800]) and local.match(sender[:100]) and words.search(text[:10_000])
        ),
        None,
    )
