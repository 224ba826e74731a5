"""What all sessions of one listener share: its options, who may come in, and what is under way."""

import asyncio
import ipaddress
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cases.arrival import Arrival, Channel


class Take(Protocol):
    """Make a mail durable."""

    async def __call__(self, arrival: Arrival) -> int:
        """Return the ledger id once the mail is on disk; raise on any doubt."""


class Directory(Protocol):
    """Which addresses are ours. Must answer at once: it is asked for every RCPT, in the event loop."""

    def is_ours(self, address: str) -> bool:
        """Say whether mail to `address` is taken: a queue's address or any +tag of it, case-insensitive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpOptions:
    """How a listener behaves; sizes in octets, times in seconds.

    `trusted_relays` are IP addresses or networks; `data_timeout` is what a mail may take beside its size at 500 octets
    a second; `take_timeout` is how long a peer waits for its 250.
    """

    hostname: str
    clock: Callable[[], datetime]
    max_message_bytes: int = 36_700_160
    trusted_relays: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None
    max_connections: int = 200
    max_connections_per_address: int = 20
    max_recipients: int = 1000
    command_timeout: float = 300.0
    data_timeout: float = 300.0
    take_timeout: float = 60.0
    max_session_seconds: float = 3600.0


class Guest(Protocol):
    """An open session, as its listener sees it."""

    def part(self, reply: str) -> None:
        """Say goodbye with `reply`, at once if idle, else after the mail that is under way."""

    def abort(self) -> None:
        """End the connection without another word."""


@dataclass(kw_only=True)
class Edge:
    """One listener's shared state; all of it belongs to one event loop."""

    options: SmtpOptions
    take: Take
    directory: Directory
    channel: Channel
    draining: bool = False
    guests: dict[Guest, str] = field(default_factory=dict)  # the IP address of each
    taking: set[asyncio.Task[int]] = field(default_factory=set)
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._trusted = [ipaddress.ip_network(entry, strict=False) for entry in self.options.trusted_relays]
        self._crowd: Counter[str] = Counter()

    def trusts(self, peer: str) -> bool:
        """Say whether the peer at this IP address is a trusted relay; whoever reaches the LMTP listener is."""
        if self.channel is Channel.LMTP:
            return True
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)

    def admit(self, guest: Guest, peer: str) -> bool:
        """Let a connection in, unless there are too many of them; trusted relays always come in."""
        crowded = (
            len(self.guests) >= self.options.max_connections
            or self._crowd[_neighbourhood(peer)] >= self.options.max_connections_per_address
        )
        if crowded and not self.trusts(peer):
            return False
        self.guests[guest] = peer
        self._crowd[_neighbourhood(peer)] += 1
        return True

    def see_off(self, guest: Guest) -> None:
        """Note that a connection is gone; may be said twice."""
        peer = self.guests.pop(guest, None)
        if peer is None:
            return
        self._crowd -= Counter([_neighbourhood(peer)])  # drops zeros, or every address ever seen would stay
        self._look_whether_quiet()

    def begin_take(self, arrival: Arrival) -> asyncio.Task[int]:
        """Start taking a mail in, in a task of its own: it goes on when the peer goes."""
        task = asyncio.ensure_future(self.take(arrival))
        self.taking.add(task)
        task.add_done_callback(self._end_take)
        return task

    async def quiet(self) -> None:
        """Wait until every connection is gone and every mail begun is in or refused."""
        self._look_whether_quiet()
        await self._quiet.wait()

    def _end_take(self, task: asyncio.Task[int]) -> None:
        self.taking.discard(task)
        if not task.cancelled():
            task.exception()  # looked at by the session; one whose peer has gone must not warn
        self._look_whether_quiet()

    def _look_whether_quiet(self) -> None:
        if self.guests or self.taking:
            self._quiet.clear()
        else:
            self._quiet.set()


def _neighbourhood(peer: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else peer
