"""Names of folders: between levels a server has a mark of its own, and a person's folders may all lie below one."""

from dataclasses import dataclass

from ingest.imap.client import BoundedClient

_INBOX = "INBOX"


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """How a server calls folders.

    `mark` stands between levels, "" where there are none; a person's own folders begin with `prefix` ("" on most
    servers, "INBOX." on Courier and some Cyrus), those of others and shared ones with one of `foreign`.
    """

    mark: str = "/"
    prefix: str = ""
    foreign: tuple[str, ...] = ()

    def on_server(self, name: str) -> str:
        """The server's name of a folder; `name` has "/" between its levels, or is the server's own name already."""
        levels = name.split("/") if self.mark else [name]
        if levels[0].upper() == _INBOX:  # RFC 3501 section 5.1: in any case, and never below a prefix
            return (self.mark or "/").join([_INBOX, *levels[1:]])
        joined = (self.mark or "/").join(levels)
        return joined if joined.startswith((self.prefix, *self.foreign)) else self.prefix + joined


def find_names(client: BoundedClient) -> Names:
    """Ask the server: LIST of nothing tells the mark (RFC 3501 section 6.3.8), NAMESPACE the rest (RFC 2342)."""
    client.begin()
    mark = next((mark.decode("ascii") if mark else "" for _, mark, _ in client.list_folders("", "")), "/")
    client.begin()
    if not client.has_capability("NAMESPACE"):
        return Names(mark=mark)
    spaces = client.namespace()
    own, *others = ([str(prefix) for prefix, _ in space or ()] for space in (spaces[0], spaces[1], spaces[2]))
    return Names(
        mark=mark, prefix=own[0] if own else "", foreign=tuple(one for other in others for one in other if one)
    )
