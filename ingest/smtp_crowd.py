"""Who may come in: caps on open connections and on connects a minute, and sockets that are kept for those we know."""

import ipaddress
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_MINUTE = 60.0
_FULL = 0.75  # of all places: from here on nobody is waited for long, as Postfix does under stress

_log = logging.getLogger("ingest.smtp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """`in_all` and `per_address` open at once, `per_minute` connects of one address; trusted relays have none of them.

    `descriptors`: no socket may have a higher number, whoever it is; 0 for any number.
    """

    in_all: int
    per_address: int
    per_minute: int
    descriptors: int = 0


class Networks:
    """A list of IP addresses and networks."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(entry, strict=False) for entry in entries]

    def __contains__(self, peer: object) -> bool:
        try:
            address = ipaddress.ip_address(str(peer))
        except ValueError:
            return False
        return any(address in network for network in self._networks)


class Crowd:
    """Who is in, counted by address. Times are seconds of any one clock."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._open: Counter[str] = Counter()
        self._connects: Counter[str] = Counter()
        self._refused = 0
        self._window_ends = 0.0

    @property
    def is_large(self) -> bool:
        """Whether there are so many that places may run out."""
        return self._open.total() > _FULL * self._caps.in_all

    def find_objection(self, peer: str, *, trusted: bool, descriptor: int, now: float) -> str | None:
        """Say why somebody at this address cannot come in, as a reply; None for welcome."""
        self._turn_window(now)
        neighbourhood = neighbourhood_of(peer)
        self._connects[neighbourhood] += 1
        objection = None
        # The kernel gives the lowest number that is free: a high one means that hardly any are left.
        if 0 < self._caps.descriptors < descriptor:
            objection = "421 4.3.2 Too busy, try again later"
        elif not trusted:
            objection = self._find_excess(neighbourhood)
        self._refused += objection is not None
        return objection

    def enter(self, peer: str) -> None:
        """Count somebody who is in."""
        self._open[neighbourhood_of(peer)] += 1

    def leave(self, peer: str) -> None:
        """Count somebody who was in."""
        neighbourhood = neighbourhood_of(peer)
        self._open[neighbourhood] -= 1
        if self._open[neighbourhood] <= 0:
            del self._open[neighbourhood]  # or every address ever seen would stay

    def _find_excess(self, neighbourhood: str) -> str | None:
        if self._open.total() >= self._caps.in_all or self._open[neighbourhood] >= self._caps.per_address:
            return "421 4.7.0 Too many connections, try again later"
        if self._connects[neighbourhood] > self._caps.per_minute:
            return "421 4.7.0 Too many connections in a minute, try again later"
        return None

    def _turn_window(self, now: float) -> None:
        if now < self._window_ends:
            return
        if self._refused:  # one line a minute: a flood of connections must not become a flood of lines
            most, count = self._connects.most_common(1)[0]
            extra = {"count": self._refused, "most_from": most, "connects": count, "open": self._open.total()}
            _log.warning("connections refused in the last minute", extra=extra)
        self._connects.clear()
        self._refused = 0
        self._window_ends = now + _MINUTE


def neighbourhood_of(peer: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else peer


def ip_address_of(peername: object) -> str:
    """Take the IP address from a socket's peer name; a Unix socket has none. `::ffff:192.0.2.1` is IPv4."""
    if not isinstance(peername, tuple):
        return ""
    address = ipaddress.ip_address(str(peername[0]).partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)
