"""What a mail server in front of us says about spam, in the header fields that such servers write.

The fields are believed only of mail that came by a trusted relay; whoever writes one into his own mail calls that
spam himself.
"""

import re
from dataclasses import dataclass

from ingest.kind_signs.headers import HeaderView


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A field, what it says when the mail is spam, and examples."""

    name: str
    spam: str
    found: tuple[str, ...]
    not_found: tuple[str, ...]


VERDICTS = (
    # SpamAssassin, amavis, rspamd's milter with extended_spam_headers, many hosting providers.
    Verdict(name="x-spam-flag", spam=r"yes\b.*", found=("YES",), not_found=("NO", "")),
    Verdict(
        name="x-spam-status",
        spam=r"yes\b.*",
        found=("Yes, score=12.4 required=5.0 tests=BAYES_99",),
        not_found=("No, score=-1.9 required=5.0",),
    ),
    Verdict(name="x-spam", spam=r"(?:yes|spam)\b.*", found=("Yes", "spam"), not_found=("No", "Not-Detected.")),
    Verdict(
        name="x-rspamd-action",
        spam=r"(?:add[ _]header|rewrite[ _]subject|quarantine|reject)\b.*",
        found=("add header", "reject"),
        not_found=("no action", "greylist"),
    ),
    # Microsoft 365: the spam confidence level is 5 or more, or the verdict of the filter is spam.
    Verdict(name="x-ms-exchange-organization-scl", spam=r"[5-9]", found=("5", "9"), not_found=("-1", "1", "4")),
    Verdict(
        name="x-forefront-antispam-report",
        spam=r".*(?:\A|;)\s*(?:SFV:(?:SPM|SKB|BLK)|CAT:(?:SPM|HSPM|PHSH|HPHSH|HPHISH|MALW|BULK))\s*(?:;.*|\Z)",
        found=("CIP:192.0.2.1;CTRY:;LANG:en;SCL:6;SFV:SPM;H:mail.example;",),
        not_found=("CIP:192.0.2.1;SCL:1;SFV:NSPM;CAT:NONE;",),
    ),
    # Google Workspace's inbound gateway and content rules.
    Verdict(name="x-gm-spam", spam=r"1", found=("1",), not_found=("0",)),
    Verdict(name="x-barracuda-spam-status", spam=r"yes\b.*", found=("Yes, SCORE=6.1",), not_found=("No, SCORE=0.0",)),
    Verdict(
        name="x-proofpoint-spam-details",
        spam=r"rule=(?!(?:notspam|inbound_notspam|default)\b)\S*spam\S*.*",
        found=("rule=inbound_spam_definite policy=inbound score=99",),
        not_found=("rule=inbound_notspam policy=inbound score=0", "rule=notspam policy=default score=0"),
    ),
    Verdict(
        name="x-mailscanner-spamcheck",
        spam=r"spam,.*",
        found=("spam, SpamAssassin (score=9)",),
        not_found=("not spam",),
    ),
    Verdict(name="x-ovh-spam-status", spam=r"spam\b.*", found=("SPAM",), not_found=("OK",)),
    Verdict(name="x-dspam-result", spam=r"spam\b.*", found=("Spam",), not_found=("Innocent",)),
    Verdict(
        name="x-bogosity",
        spam=r"(?:yes|spam)\b.*",
        found=("Spam, tests=bogofilter", "Yes"),
        not_found=("Ham", "No", "Unsure"),
    ),
)
_COMPILED = tuple((one.name, re.compile(one.spam, re.IGNORECASE | re.DOTALL)) for one in VERDICTS)


def find_spam_verdict(headers: HeaderView) -> str:
    """The field that says spam, as a reason to show; "" when none does."""
    for name, pattern in _COMPILED:
        if headers.count(name) and pattern.fullmatch(headers.first(name).strip()[:1000]):
            return f"{name.title()}: {headers.first(name).strip()[:60]}"
    return ""
