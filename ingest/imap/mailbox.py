"""A mailbox as it is configured: where it is, what opens it, and what becomes of its mails."""

from dataclasses import dataclass
from datetime import timedelta

from cases.hours import parse_delay
from ingest.imap.account import Account, parse_account
from ingest.imap.after import After, parse_after
from ingest.imap.sign_in import Secret
from ingest.imap.tokens import TokenSource


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """`recipient` is whose a mail is that names no queue, "" for the usual; `quiet_after`: an alarm without mail."""

    account: Account
    secret: Secret
    after: After
    recipient: str
    quiet_after: timedelta | None


def make_mailbox(
    url: str, *, password: str, token_command: str, after: str, recipient: str, quiet_after: str
) -> Mailbox:
    """Read the values of one `[[imap]]`; ValueError where the configuration's checks would have refused them."""
    return Mailbox(
        account=parse_account(url),
        secret=Secret(password=password, tokens=TokenSource(command=token_command) if token_command else None),
        after=parse_after(after),
        recipient=recipient,
        quiet_after=parse_delay(quiet_after),
    )
