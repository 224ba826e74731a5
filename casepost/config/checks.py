"""What a value of the configuration may be: each check returns the value in its normal form or raises ValueError.

A ValueError may carry what is wrong in particular; what the key takes at all is said beside the key.
Whatever is slow to import is imported by the check that needs it: `casepost ingest` starts with this module.
"""

import re
from urllib.parse import SplitResult, urlsplit

import msgspec

TOPICS = ("order", "listing", "fba", "returns", "payments", "account", "technical", "other")

# A signed address is `local+token@domain`, and RFC 5321 section 4.5.3.1.1 gives the local part 64 octets in all.
QUEUE_LOCAL_OCTETS = 20

# A row names an object by its whole address, in 200 characters: 85 of them are the object's own name.
_BLOB_URL_OCTETS = 110

# unix(7): sun_path has 108 octets, the last of them a NUL.
_SOCKET_OCTETS = 107

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATEXT}(?:\.{_ATEXT})*")
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen: host (an IPv6 address without brackets) and port, or the path of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""


def parse_listen(text: str) -> Listen | None:
    """Read "host:port", "[v6]:port" or "unix:/path"; "" is None: not listening. Port 0 lets the system choose."""
    if not text:
        return None
    if text.startswith("unix:"):
        if not text.startswith("unix:/") or len(text.encode()) > _SOCKET_OCTETS + len("unix:"):
            raise ValueError(f"the path after unix: is absolute and has {_SOCKET_OCTETS} octets at most")
        return Listen(path=text.removeprefix("unix:"))
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError("the port is a number up to 65535 after the last colon")
    if host.startswith("[") and host.endswith("]"):
        from ipaddress import IPv6Address

        return Listen(host=str(IPv6Address(host[1:-1])), port=int(port))
    if not _DOMAIN.fullmatch(host):
        raise ValueError("an IPv6 address stands in brackets" if ":" in host else "the host is missing or not a name")
    return Listen(host=host, port=int(port))


def listen_tcp(text: str) -> str:
    """A TCP address to listen on, or ""."""
    if text.startswith("unix:"):
        raise ValueError("a Unix socket is for [lmtp] only")
    parse_listen(text)
    return text


def listen_any(text: str) -> str:
    """A TCP address or a Unix socket to listen on, or ""."""
    parse_listen(text)
    return text


def network(text: str) -> str:
    """An IP address or a network in CIDR form."""
    from ipaddress import ip_network

    ip_network(text, strict=False)
    return text


def domain(text: str) -> str:
    """A domain name in ASCII, lower-cased."""
    if not _DOMAIN.fullmatch(text) or len(text) > 253:
        raise ValueError
    return text.lower()


def host_or_network(text: str) -> str:
    """A host name, an IP address or a network in CIDR form."""
    return network(text) if _NETWORK.fullmatch(text) else domain(text)


def nameserver(text: str) -> str:
    """The IP address of a DNS server, with a port or without; an IPv6 one in brackets before a port."""
    from ipaddress import ip_address

    if text.startswith("[") or text.count(":") == 1:
        listen = parse_listen(text)
        if listen is None or listen.port == 0:
            raise ValueError("port 0 cannot be asked")
        ip_address(listen.host)
    else:
        ip_address(text)
    return text


def token(text: str) -> str:
    """A word without space or semicolon (RFC 8601 section 2.5), or ""."""
    if re.search(r"[\s;()\"]", text):
        raise ValueError("no space, quote, bracket or semicolon in it")
    return text


def address(text: str) -> str:
    """A plain mail address: a dot-atom, "@", a domain, all ASCII; the domain lower-cased."""
    local, at, host = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        raise ValueError("no name, brackets, quotes or spaces; letters beyond ASCII only as an xn-- domain")
    if len(local) > 64 or len(text) > 254:
        raise ValueError("too long: 64 octets before the @ and 254 in all (RFC 5321)")
    if not _DOMAIN.fullmatch(host):
        raise ValueError("what stands after the @ is no domain name")
    return f"{local}@{host.lower()}"


def optional_address(text: str) -> str:
    """A plain mail address, or ""."""
    return address(text) if text else ""


def queue_address(text: str) -> str:
    """A plain mail address whose local part leaves room for the token of a signed address."""
    plain = address(text)
    local = plain.rpartition("@")[0]
    if "+" in local:
        raise ValueError("no + in it: what follows a + is the signed part")
    if len(local) > QUEUE_LOCAL_OCTETS:
        raise ValueError(
            f"{len(local)} octets before the @; {QUEUE_LOCAL_OCTETS} at most, as signed addresses add "
            "+TOKEN to it and have 64 octets in all"
        )
    return plain


def queue_name(text: str) -> str:
    """A name as `#queue NAME` can say it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", text):
        raise ValueError
    return text


def topic(text: str) -> str:
    """One of the topics a mail can be given."""
    if text not in TOPICS:
        raise ValueError
    return text


def language(text: str) -> str:
    """ISO 639-1, two lower-case letters."""
    if not re.fullmatch(r"[a-z]{2}", text):
        raise ValueError
    return text


def country(text: str) -> str:
    """ISO 3166-1, with ISO 3166-2 subdivision or without; the form only: whether holidays are known, `doctor` says."""
    if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text):
        raise ValueError
    return text


def timezone(text: str) -> str:
    """A zone of the IANA database."""
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (KeyError, OSError, ValueError) as error:  # "Europe" is a folder, "../x" a ValueError
        raise ValueError("no such zone; case matters") from error
    return text


def hours(text: str) -> str:
    """Open hours of a week."""
    from cases.hours import parse_hours

    parse_hours(text)
    return text


def duration(text: str) -> str:
    """An ISO 8601 duration, or "" for off."""
    if text:
        from cases.hours import parse_duration

        try:
            parse_duration(text)
        except OverflowError as error:
            raise ValueError("longer than the calendar") from error
    return text


def link(text: str) -> str:
    """An https address with {value} in it once, behind the host."""
    url = urlsplit(text)
    if url.scheme != "https" or not url.hostname or "{" in url.netloc or "}" in url.netloc:
        raise ValueError
    if url.username is not None or re.search(r"[\s<>\"\\^`|]", text):
        raise ValueError("no user, blanks or quotes in it")
    if text.count("{value}") != 1 or text.count("{") != 1 or text.count("}") != 1:
        raise ValueError("{value} stands in it once, and no other brace")
    return text


def variable_name(text: str) -> str:
    """The name of an environment variable, or ""; never the secret itself."""
    if text and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError("the secret itself stands in the environment")
    return text


def word(text: str) -> str:
    """A DKIM selector: a domain name or a label of one, or ""."""
    return domain(text) if text else ""


def after_import(text: str) -> str:
    """What happens to a mail that was taken from a mailbox."""
    if text not in {"seen", "delete"} and not re.fullmatch(r"move:\S(.*\S)?", text):
        raise ValueError
    return text


def public_url(text: str) -> str:
    """An http or https address, without the slash at its end."""
    url = _split_url(text, {"http", "https"})
    if url.query or url.fragment or url.username is not None:
        raise ValueError("no user, query or fragment in it")
    return text.rstrip("/")


def database_url(text: str) -> str:
    """A SQLAlchemy address of PostgreSQL by psycopg 3, or ""."""
    if text and not text.startswith("postgresql+psycopg://"):
        raise ValueError
    return text


def blob_url(text: str) -> str:
    """An S3 bucket and prefix, or ""."""
    if text and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s?#]*)?", text):
        raise ValueError
    if len(text) > _BLOB_URL_OCTETS:
        raise ValueError(f"no more than {_BLOB_URL_OCTETS} characters")
    return text.rstrip("/")


def delivery_url(text: str) -> str:
    """A relay to send by, or "" for the local outbox."""
    if text:
        url = _split_url(text, {"smtp", "smtp+starttls", "smtps"})
        _refuse_password(url)
        if url.path.strip("/") or url.query or url.fragment:
            raise ValueError("nothing follows the port")
        if url.username and url.scheme == "smtp":
            raise ValueError("a user signs in over TLS only: smtp+starttls:// or smtps://")
    return text


def imap_url(text: str) -> str:
    """A mailbox; the user may hold an @."""
    if not text:
        raise ValueError("leave [[imap]] out when there is no mailbox")
    url = _split_url(text, {"imap", "imaps"})
    _refuse_password(url)
    if not url.username or not url.path.strip("/"):
        raise ValueError("the user or the folder is missing")
    return text


def _split_url(text: str, schemes: set[str]) -> SplitResult:
    url = urlsplit(text)
    if url.scheme not in schemes or not url.hostname or re.search(r"\s", text):
        raise ValueError
    try:
        port = url.port
    except ValueError:  # its words repeat the text, which may be half a password
        raise ValueError("the port is a number up to 65535; no password stands before it") from None
    if port == 0:
        raise ValueError("port 0 cannot be reached")
    return url


def _refuse_password(url: SplitResult) -> None:
    if url.password is not None:
        raise ValueError("no password in it: password_env names the variable that holds it")
