"""What all sessions of one listener share: its options, who may come in, and what is under way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cases.arrival import Arrival, Channel
from ingest.smtp_crowd import Caps, Crowd, Networks
from ingest.smtp_room import Disk, Memory
from ingest.smtp_spool import Spool
from ingest.smtp_tls import Certificate

LEAVING = "421 4.3.2 Service is shutting down, try again later"
_HURRY = 10.0  # seconds that are waited for anybody while the house is full


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

    `trusted_relays` and `proxies` are IP addresses or networks; from `proxies` only a PROXY header says who comes.
    `disk` is asked for room before a mail is sent, and large ones come in as files in `spool_dir`; `loaded_bytes` is
    the memory that large ones get at once. `command_timeout` is what may be waited for commands between two mails;
    `data_timeout` is what a mail may take beside its size at 500 octets a second; `take_timeout` is how long a peer
    waits for its 250, `max_left_takes` how many mails may be under way whose peers have gone. `greeting_pause`: who
    talks in it has not waited for our greeting.
    """

    hostname: str
    clock: Callable[[], datetime]
    max_message_bytes: int = 36_700_160
    trusted_relays: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    tls: Certificate | None = None
    disk: Disk | None = None
    spool_dir: Path | None = None
    loaded_bytes: int = 134_217_728
    max_connections: int = 1000
    max_connections_per_address: int = 20
    max_connects_per_minute: int = 300
    max_descriptors: int = 0
    max_recipients: int = 1000
    greeting_pause: float = 0.1
    command_timeout: float = 300.0
    data_timeout: float = 180.0
    data_rate: int = 500
    quiet_after_bare: float = 5.0
    take_timeout: float = 60.0
    max_left_takes: int = 100
    max_session_seconds: float = 3600.0


class Guest(Protocol):
    """An open session, as its listener sees it."""

    def part(self, reply: str) -> None:
        """Say goodbye with `reply`, at once if idle, else after the mail that is under way."""

    def abort(self) -> None:
        """End the connection without another word."""

    def hurry(self, seconds: float) -> None:
        """Wait no longer than that for what the peer is expected to say now."""


@dataclass(kw_only=True)
class Edge:
    """One listener's shared state; all of it belongs to one event loop."""

    options: SmtpOptions
    take: Take
    directory: Directory
    channel: Channel
    draining: bool = False
    guests: dict[Guest, str | None] = field(default_factory=dict)  # the IP address of each, None: not known yet
    taking: dict[asyncio.Task[int], float] = field(default_factory=dict)  # and when each has had its time
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        options = self.options
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.TimerHandle | None = None
        self._trusted = Networks(options.trusted_relays)
        self._proxies = Networks(options.proxies if self.channel is Channel.SMTP else ())
        self._memory = Memory(options.loaded_bytes)
        self._hurried_at = 0.0
        self._crowd = Crowd(
            Caps(
                in_all=options.max_connections,
                per_address=options.max_connections_per_address,
                per_minute=options.max_connects_per_minute,
                descriptors=options.max_descriptors,
            )
        )

    def trusts(self, peer: str) -> bool:
        """Say whether the peer at this IP address is a trusted relay; whoever reaches the LMTP listener is."""
        return self.channel is Channel.LMTP or peer in self._trusted

    def is_balancer(self, peer: str) -> bool:
        """Say whether the peer at this IP address begins with a PROXY header."""
        return peer in self._proxies

    def expect(self, guest: Guest) -> None:
        """Note a connection of a balancer, which is counted once it has said whose it is."""
        self.guests[guest] = None

    def admit(self, guest: Guest, peer: str, *, trusted: bool, descriptor: int) -> str | None:
        """Let a connection in and return None, or return the reply that turns it away."""
        if self.draining:
            return LEAVING
        now = asyncio.get_running_loop().time()
        objection = self._crowd.find_objection(peer, trusted=trusted, descriptor=descriptor, now=now)
        if objection is None:
            self.guests[guest] = peer
            self._crowd.enter(peer)
            self._hurry_all(now)
        return objection

    def see_off(self, guest: Guest) -> None:
        """Note that a connection is gone; may be said twice."""
        peer = self.guests.pop(guest, None)
        if peer is not None:
            self._crowd.leave(peer)
        self._look_whether_quiet()

    def patience(self, seconds: float) -> float:
        """How long to wait for a peer: `seconds`, or less while the house is full."""
        return min(seconds, _HURRY) if self._crowd.is_large else seconds

    def has_room(self, octets: int = 0) -> bool:
        """Say whether a mail of so many octets can be kept; 0 where nobody knows."""
        return self.options.disk is None or self.options.disk.fits(octets)

    def make_spool(self) -> Spool:
        """Give a place for the content of one mail."""
        return Spool(self.options.spool_dir, self.has_room)

    def begin_take(self, envelope: Arrival, spool: Spool) -> asyncio.Task[int]:
        """Start taking a mail in, in a task of its own: it goes on when the peer goes, and ends with its time."""
        task = self._loop.create_task(self._take_loaded(envelope, spool))
        self.taking[task] = self._loop.time() + self.options.take_timeout
        if self._watch is None:
            self._watch = self._loop.call_later(self.options.take_timeout, self._end_overdue)
        task.add_done_callback(lambda task: self._end_take(task, spool))
        return task

    @property
    def is_overrun(self) -> bool:
        """Whether there are so many mails under way whose peers have gone that no other may begin."""
        return len(self.taking) >= len(self.guests) + self.options.max_left_takes

    async def _take_loaded(self, envelope: Arrival, spool: Spool) -> int:
        async with self._memory.lent(spool.octets_to_load):
            return await self.take(replace(envelope, raw=await spool.finish()))

    def _end_overdue(self) -> None:
        """One timer for all: they have the same time each, so that the oldest is due first."""
        self._watch = None
        for task, due in list(self.taking.items()):
            if due > self._loop.time():
                self._watch = self._loop.call_at(due, self._end_overdue)
                return
            task.cancel()

    def _hurry_all(self, now: float) -> None:
        """While places run out, whoever keeps one and says nothing leaves it in seconds."""
        if self._crowd.is_large and now >= self._hurried_at + 1:
            self._hurried_at = now
            for guest, peer in self.guests.items():
                if peer is not None and not self.trusts(peer):
                    guest.hurry(_HURRY)

    async def quiet(self) -> None:
        """Wait until every connection is gone and every mail begun is in or refused."""
        self._look_whether_quiet()
        await self._quiet.wait()

    def _end_take(self, task: asyncio.Task[int], spool: Spool) -> None:
        spool.close()
        self.taking.pop(task, None)
        if not task.cancelled():
            task.exception()  # looked at by the session; one whose peer has gone must not warn
        self._look_whether_quiet()

    def _look_whether_quiet(self) -> None:
        if self.guests or self.taking:
            self._quiet.clear()
        else:
            self._quiet.set()
