"""Which mailbox: server, user and folder out of an address such as imaps://user@host/INBOX."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap": 143}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A folder of a user on a server; `tls` from the first octet, else STARTTLS. `folder` has "/" between levels."""

    host: str
    port: int
    tls: bool
    user: str
    folder: str

    @property
    def name(self) -> str:
        """How the mailbox is called, in the database too: user@host/FOLDER, the port where it is an unusual one."""
        port = "" if self.port in PORTS.values() else f":{self.port}"
        return f"{self.user}@{self.host}{port}/{self.folder}"

    @property
    def is_here(self) -> bool:
        """Whether the server is this very machine, so that nobody can listen on the way."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_account(url: str) -> Account:
    """Read imaps://user@host:port/FOLDER; the user may hold an @, and what is percent-encoded is decoded.

    Raises ValueError where a part is missing.
    """
    parts = urlsplit(url)
    folder = unquote(parts.path.strip("/"))
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or not folder:
        raise ValueError("an address such as imaps://user@host/FOLDER")
    return Account(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        tls=parts.scheme == "imaps",
        user=unquote(parts.username),
        folder=folder,
    )
