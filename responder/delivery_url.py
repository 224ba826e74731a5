"""The URL of the server that takes our mail: `smtp://host`, `smtp+starttls://user@host`, `smtps://user@host`."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from cases.errors import PermanentError


class Security(StrEnum):
    """How the connection is protected; the value is the URL's scheme."""

    PLAIN = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.PLAIN: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryUrl:
    """A parsed delivery URL; `user` is "" where nobody signs in."""

    security: Security
    host: str
    port: int
    user: str = ""


def parse_delivery_url(url: str) -> DeliveryUrl:
    """Read a delivery URL. Raises PermanentError, whose text never holds the URL: somebody may have put a password in.

    A user needs TLS, since a password is never sent in clear.
    """
    try:
        parts = urlsplit(url)
        security, port = Security(parts.scheme), parts.port
    except ValueError:
        raise PermanentError(
            "the delivery url begins with smtp://, smtp+starttls:// or smtps://, then host:port"
        ) from None
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment or port == 0:
        raise PermanentError("the delivery url is scheme://user@host:port and nothing more")
    if parts.password is not None:
        raise PermanentError("the delivery url holds a password; name a variable in password_env instead")
    if parts.username and security is Security.PLAIN:
        raise PermanentError("the delivery url has a user, so it needs smtp+starttls:// or smtps://")
    user = unquote(parts.username or "")
    return DeliveryUrl(security=security, host=parts.hostname, port=port or _PORTS[security], user=user)
