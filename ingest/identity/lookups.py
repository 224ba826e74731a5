"""The DNS with a limit for each mail: so many questions, so many seconds, and no second wait for a dead server.

A time-out has two causes that must be told apart. A dead server makes every mail wait, so after one time-out nobody
asks it for a while. A slow domain is one sender's own matter, and must not switch the checks off for others. The server
is therefore asked something easy after each time-out: if it answers, only that domain is left alone for a while.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ingest.identity.answers import Answer, Cache, DnsTrouble, Kind, Record
from ingest.identity.domains import find_organisation

if TYPE_CHECKING:
    from ingest.identity.dns_server import Server

Monotonic = Callable[[], float]

PATIENCE_SECONDS = 3.0
"""For all questions of one mail; the question to the server and the mail's own arithmetic come on top, below 5."""

SHORT_PATIENCE_SECONDS = 1.0
"""After several time-outs in a minute: a sender with many slow domains must not hold up everybody's mail."""

PAUSE_SECONDS = 30.0
_TELLING_SECONDS = 0.8  # a question at the end of a mail's time was not given long enough to say anything
_MANY_TIMEOUTS = 3
_MINUTE = 60.0
_MOST_QUESTIONS = 50
_PEER_SECONDS = 1.0
_CACHED_ANSWERS = 2_000
_SLOW_DOMAINS = 1_000


class Dns:
    """The state that all mails share: cache, pause of a dead server, slow domains."""

    def __init__(self, nameservers: tuple[str, ...], monotonic: Monotonic = time.monotonic) -> None:
        self.monotonic = monotonic
        self._nameservers = nameservers
        self._lock = threading.Lock()
        self._server: Server | None = None
        self._cache = Cache(_CACHED_ANSWERS, monotonic)
        self._slow = Cache(_SLOW_DOMAINS, monotonic)
        self._timeouts: deque[float] = deque(maxlen=_MANY_TIMEOUTS)
        self._paused_until: float | None = None

    def begin(self) -> "Lookups":
        """What one mail may ask."""
        now = self.monotonic()
        busy = len(self._timeouts) == _MANY_TIMEOUTS and self._timeouts[0] > now - _MINUTE
        return Lookups(self, now + (SHORT_PATIENCE_SECONDS if busy else PATIENCE_SECONDS))

    def find(self, name: str, kind: Kind, deadline: float) -> tuple[Answer, bool]:
        """The answer, and whether the server had to be asked. Raises DnsTrouble."""
        known = self._cache.find(name, kind)
        if known is not None:
            return known, False
        domain = find_organisation(name) or name
        if self._slow.find(domain, Kind.TXT) is not None:
            raise DnsTrouble("that domain's servers were too slow a moment ago")
        return self._ask(name, kind, domain, deadline), True

    def _ask(self, name: str, kind: Kind, domain: str, deadline: float) -> Answer:
        from ingest.identity.dns_server import TimedOut

        server = self._open_server()
        seconds = deadline - self.monotonic()
        if seconds <= 0:
            raise DnsTrouble("no time left")
        try:
            answer = server.ask(name, kind, seconds)
        except TimedOut:
            if seconds >= _TELLING_SECONDS:
                self._note_timeout(server, domain)
            raise
        self._cache.keep(name, kind, answer)
        return answer

    def _open_server(self) -> "Server":
        """The server; after a pause only if it has come back to life. Raises DnsTrouble."""
        from ingest.identity.dns_server import Server

        with self._lock:
            paused_until, server = self._paused_until, self._server
        if paused_until is not None and self.monotonic() < paused_until:
            raise DnsTrouble("the DNS server is down")
        if server is None:
            server = Server(self._nameservers)
        if paused_until is not None and not server.is_alive():
            self._pause()
            raise DnsTrouble("the DNS server is down")
        with self._lock:
            self._paused_until, self._server = None, server
        return server

    def _note_timeout(self, server: "Server", domain: str) -> None:
        self._timeouts.append(self.monotonic())
        if server.is_alive():
            self._slow.keep(domain, Kind.TXT, Answer(seconds=PAUSE_SECONDS))
        else:
            self._pause()

    def _pause(self) -> None:
        """Ask nobody for a while, and then whoever the system names by then."""
        with self._lock:
            self._paused_until, self._server = self.monotonic() + PAUSE_SECONDS, None


class Lookups:
    """The questions of one mail: until its deadline, up to a number. `trouble` is why one got no answer, or ""."""

    def __init__(self, dns: Dns, deadline: float) -> None:
        self._dns = dns
        self._deadline = deadline
        self._asked = 0
        self._peer_seconds = _PEER_SECONDS
        self.trouble = ""

    def find(self, name: str, kind: Kind) -> tuple[Record, ...]:
        """The records of a name, () if there are none. Raises DnsTrouble."""
        return self._find(name, kind).records

    def find_texts(self, name: str) -> tuple[bytes, ...]:
        """The TXT records of a name. Raises DnsTrouble."""
        return tuple(one for one in self.find(name, Kind.TXT) if isinstance(one, bytes))

    def exists(self, name: str) -> bool:
        """Whether there is such a name. Raises DnsTrouble."""
        return self._find(name, Kind.A).exists

    def find_of_peer(self, name: str, kind: Kind) -> tuple[Record, ...]:
        """What the client's own zones say, () for trouble.

        Their time is limited in all and their trouble is nobody's excuse: whoever forges a mail has servers of his own
        that may be slow, and must not turn a fail into a none by them.
        """
        began = self._dns.monotonic()
        try:
            answer, asked = self._dns.find(
                name.lower().rstrip("."), kind, min(self._deadline, began + self._peer_seconds)
            )
        except DnsTrouble:
            return ()
        finally:
            self._peer_seconds -= self._dns.monotonic() - began
        self._asked += asked
        return answer.records

    def _find(self, name: str, kind: Kind) -> Answer:
        try:
            if self._asked >= _MOST_QUESTIONS:
                raise DnsTrouble("too many questions for one mail")
            answer, asked = self._dns.find(name.lower().rstrip("."), kind, self._deadline)
        except DnsTrouble as error:
            self.trouble = self.trouble or str(error)
            raise
        self._asked += asked
        return answer
