"""What opens a mailbox that a command line names: the file's [[imap]], a variable, or somebody at the screen."""

import sys
from typing import TYPE_CHECKING

import click

from casepost.app import App
from casepost.config.checks import imap_url

if TYPE_CHECKING:
    from ingest.imap.account import Account
    from ingest.imap.sign_in import Secret


def find_mailbox(app: App, url: str, password_env: str | None) -> "tuple[Account, Secret]":
    """The mailbox and its secret. Raises a usage error that says what is missing, and repeats no password."""
    from ingest.imap.account import parse_account
    from ingest.imap.sign_in import Secret

    try:
        account = parse_account(imap_url(url))
    except ValueError as error:
        raise click.BadParameter(f"a mailbox is imaps://user@host/FOLDER: {error}", param_hint="PATH") from None
    if password_env:
        if not app.environ.get(password_env):
            raise click.BadParameter(f"{password_env} is not set", param_hint="--password-env")
        return account, Secret(password=app.environ[password_env])
    for known in app.mailboxes():
        if (known.account.user, known.account.host) == (account.user, account.host):
            return account, known.secret
    if not sys.stdin.isatty():
        raise click.UsageError(f"no [[imap]] has the user and server of {account.name}: name --password-env")
    return account, Secret(password=click.prompt(f"Password for {account.name}", hide_input=True, err=True))
