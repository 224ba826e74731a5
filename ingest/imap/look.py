"""A look at a mailbox for those who set it up: whether it opens, and what its server cannot do. Changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.imap.after import Fate
from ingest.imap.folder import Folder
from ingest.imap.mailbox import Mailbox
from ingest.imap.sign_in import connect
from ingest.imap.trouble import MailboxTrouble, Trouble

_MENDS = {
    Trouble.CONNECTION: "check host and port of url, and that a firewall lets it through; its certificate has to hold",
    Trouble.LOGIN: "check the user of url and the password; Microsoft 365 and Google want oauth_token_command",
    Trouble.TOKEN: "make oauth_token_command print a token, as docs/operations.md shows",
    Trouble.FOLDER: "name a folder that is there, with / between its levels: url",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a look has shown; `is_fault` where nothing is fetched because of it."""

    is_fault: bool
    says: str
    mend: str


def look_at(mailbox: Mailbox) -> Iterator[Seen]:
    """Sign in, open the folder, sign out. Nothing when all is well."""
    name = mailbox.account.name
    try:
        client = connect(mailbox.account, mailbox.secret)
        try:
            folder = Folder(client, mailbox.account)
            folder.open(readonly=True)
            yield from _find_shortcomings(folder, mailbox)
        finally:
            client.close(politely=True)
    except MailboxTrouble as error:
        mend = _MENDS.get(error.trouble, "the log of casepost serve says more")
        yield Seen(is_fault=True, says=f"{name}: {error}", mend=mend)


def _find_shortcomings(folder: Folder, mailbox: Mailbox) -> Iterator[Seen]:
    name = mailbox.account.name
    if not folder.can_idle:
        says = f"{name}: the server tells of no new mail by itself (IDLE); it is asked twice a minute"
        yield Seen(is_fault=False, says=says, mend="nothing to do, unless the server can be told to offer IDLE")
    needs_expunge = mailbox.after.fate is Fate.DELETE or (mailbox.after.fate is Fate.MOVE and not folder.can_move)
    if needs_expunge and not folder.can_expunge:
        says = f"{name}: without UIDPLUS what was taken is only marked as deleted and stays in its folder"
        yield Seen(is_fault=False, says=says, mend='after = "seen", or empty the folder of deleted mails now and then')
