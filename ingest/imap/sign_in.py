"""Signing in: a connection with TLS, then a password or an OAuth 2 token. No secret goes over a wire in clear."""

from collections.abc import Callable
from dataclasses import dataclass
from imaplib import IMAP4

from imapclient.exceptions import LoginError

from ingest.imap.account import Account
from ingest.imap.client import BoundedClient, tls_context
from ingest.imap.tokens import TokenSource
from ingest.imap.trouble import ConnectionLost, MailboxTrouble, Trouble, plain, spoken


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """What a mailbox is opened with: one of the two."""

    password: str = ""
    tokens: TokenSource | None = None

    def __repr__(self) -> str:
        """Nothing that a log may not have."""
        return "Secret(...)"


def connect(account: Account, secret: Secret) -> BoundedClient:
    """A connection that is signed in. Raises MailboxTrouble; then there is none."""
    if secret.tokens is None and not secret.password:
        raise MailboxTrouble(Trouble.LOGIN, "there is no password: the variable of password_env is not set")
    # First, since a command may take a minute, and servers close a connection on which nobody signs in.
    token = secret.tokens.token() if secret.tokens is not None else ""
    with spoken("connecting"):
        client = BoundedClient(account.host, account.port, tls=account.tls)
    try:
        if not (account.tls or account.is_here):
            _start_tls(client)
        if client._imap.state == "NONAUTH":  # PREAUTH: the server knows us by the connection
            _sign_in(client, account, secret, token)
        client.rest()
    except BaseException:
        client.close(politely=False)
        raise
    return client


def _start_tls(client: BoundedClient) -> None:
    """On the way to another machine nothing is said in clear: whoever sits between could take the offer away."""
    with spoken("starting TLS"):
        client.begin()
        if client._imap.state != "NONAUTH" or not client.has_capability("STARTTLS"):
            raise MailboxTrouble(Trouble.LOGIN, "the server offers no STARTTLS, and nothing is sent in clear")
        client.starttls(tls_context())


def _sign_in(client: BoundedClient, account: Account, secret: Secret, token: str) -> None:
    client.begin()
    if secret.tokens is None:
        _try(lambda: _with_password(client, account.user, secret.password), secret.password)
        return
    try:
        _try(lambda: _with_token(client, account.user, token), token)
    except MailboxTrouble:
        secret.tokens.forget()
        raise


def _with_password(client: BoundedClient, user: str, password: str) -> None:
    # LOGIN takes ASCII only; AUTHENTICATE PLAIN is UTF-8 (RFC 4616).
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(user, password)
    else:
        client.login(user, password)


def _with_token(client: BoundedClient, user: str, token: str) -> None:
    if client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
        escaped = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
        _answer(client, "OAUTHBEARER", f"n,a={escaped},\1auth=Bearer {token}\1\1", then="\1")
    else:
        _answer(client, "XOAUTH2", f"user={user}\1auth=Bearer {token}\1\1", then="")


def _answer(client: BoundedClient, mechanism: str, first: str, *, then: str) -> None:
    """The token first; why it was refused comes as another challenge, and that wants an answer (RFC 7628 3.2.3)."""
    said: list[str] = []

    def answer(_challenge: bytes) -> str:
        said.append(then if said else first)
        return said[-1]

    client.sasl_login(mechanism, answer)


def _try(sign_in: Callable[[], object], secret: str) -> None:
    with spoken("signing in"):
        try:
            sign_in()
        except LoginError as error:
            said = plain(error, without=secret)
            # The library calls a connection that breaks off a failed login; RFC 5530 has a code for a sick server.
            if isinstance(error.__context__, IMAP4.abort) or "UNAVAILABLE" in said:
                raise ConnectionLost(f"signing in: {said}") from None
            raise MailboxTrouble(Trouble.LOGIN, f"the server refuses user and password: {said}") from None
        except UnicodeEncodeError:
            raise MailboxTrouble(Trouble.LOGIN, "the server takes only passwords of ASCII") from None
