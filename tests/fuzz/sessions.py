"""Target `sessions`: what a stranger says over a socket of the SMTP or the LMTP listener, cut anywhere."""

import asyncio
import contextlib
import re
import select
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from cases.address import strip_tag
from cases.arrival import Arrival
from store.store import Store, open_store
from tests.edge import MAIL, OURS, Edge
from tests.fuzz.session_model import Spoken, follow
from tests.fuzz.target import Check, Target
from tests.loop_thread import LoopThread

_MAX_BYTES = 6_000
_SECONDS = 20.0  # a session is over long before; a listener that hangs is a fault
_REPLY = re.compile(r"[245]\d\d[ -][ -~]*|354 [ -~]+")
_REFUSAL = re.compile(r"([45])\d\d[ -]\1\.\d+\.\d+ \S.*")

Session = tuple[str, tuple[bytes, ...]]


class _House:
    """Both listeners, with a ledger behind them."""

    def __init__(self, store: Store, thread: LoopThread) -> None:
        self.store = store
        self.thread = thread
        self.taken: dict[int, Arrival] = {}
        limits: dict[str, Any] = {"max_message_bytes": _MAX_BYTES, "max_recipients": 5, "quiet_after_bare": 2.0}
        many: dict[str, Any] = {"max_connects_per_minute": 10**9, "max_connections_per_address": 1_000}
        self.edges = {
            protocol: Edge(thread, lmtp=protocol == "lmtp", take=self._take, **limits, **many)
            for protocol in ("smtp", "lmtp")
        }

    async def _take(self, arrival: Arrival) -> int:
        (ledger_id,) = await asyncio.to_thread(self.store.ledger.add, [arrival])
        self.taken[ledger_id] = arrival
        return ledger_id

    def check(self, session: Session) -> None:
        """What holds for any session."""
        protocol, pieces = session
        self.taken.clear()
        replies, cut_off = _talk(self.edges[protocol].port, pieces)
        # A TLS hello on the plain port is hung up on: no answer would be understood.
        cut_off = cut_off or any(piece.startswith(b"\x16\x03") for piece in pieces)
        assert self.thread.unhandled == []
        assert replies, "no greeting"
        for reply in replies:
            _assert_reply(reply)
        spoken = follow(b"".join(pieces), replies[1:], lmtp=protocol == "lmtp", max_bytes=_MAX_BYTES)
        assert cut_off or spoken.is_answered, (replies, spoken)
        self._assert_kept(spoken, cut_off=cut_off)

    def _assert_kept(self, spoken: Spoken, *, cut_off: bool) -> None:
        """What was promised is in the ledger octet for octet, for us alone; and nothing that was not promised."""
        for mail in spoken.promised:
            entry = self.store.ledger.find(mail.ledger_id)
            assert entry is not None
            assert self.store.ledger.load(mail.ledger_id) == mail.content
            assert [one.casefold() for one in entry.recipients] == list(
                dict.fromkeys(one.casefold() for one in mail.recipients)
            )
        for arrival in self.taken.values():
            assert arrival.recipients
            assert all(strip_tag(one) == OURS for one in arrival.recipients)
        promised = {mail.ledger_id for mail in spoken.promised}
        assert cut_off or set(self.taken) == promised, (self.taken, promised)


def _talk(port: int, pieces: tuple[bytes, ...]) -> tuple[list[str], bool]:
    """All replies to pieces that are sent one by one, and whether the last ones may be lost.

    A listener that closes while more is on its way resets the connection, and its last words may go down with it.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        heard = bytearray()
        cut_off = False
        while not heard.endswith(b"\n"):
            heard += connection.recv(65536)
        try:
            for piece in pieces:
                connection.sendall(piece)
                if select.select([connection], [], [], 0.002)[0]:
                    heard += connection.recv(65536)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            cut_off = True
        try:
            while chunk := connection.recv(65536):
                heard += chunk
        except ConnectionError:
            cut_off = True
    return _split(bytes(heard)), cut_off


def _split(heard: bytes) -> list[str]:
    assert not heard or heard.endswith(b"\r\n"), heard[-100:]
    lines = heard.decode("ascii").split("\r\n")[:-1]
    return [line for line in lines if line[3:4] != "-"]


def _assert_reply(reply: str) -> None:
    assert _REPLY.fullmatch(reply), reply
    assert reply[0] in "23" or _REFUSAL.fullmatch(reply), reply
    assert not reply.startswith("451"), "nothing is wrong here, yet the listener says so"
    assert "Traceback" not in reply
    assert "Error" not in reply


@contextmanager
def _begin() -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="casepost-fuzz-") as folder, LoopThread() as thread:
        store = open_store(Path(folder) / "var", "")
        with contextlib.closing(store):
            house = _House(store, thread)
            yield house.check
            for edge in house.edges.values():
                edge.drain()


_HELLO = (b"EHLO client.example\r\n", b"LHLO client.example\r\n", b"HELO x\r\n", b"ehlo \xff\xc5\xbf\r\n", b"EHLO\r\n")
_FROM = (
    *(b"MAIL FROM:<a@example.com>\r\n", b"MAIL FROM:<>\r\n", b"mail from: a@example.com SIZE=100 BODY=8BITMIME\r\n"),
    *(b"MAIL FROM:<a@example.com> SIZE=9999999\r\n", b"MAIL FROM:<a@example.com> SIZE=\xd9\xa1\r\n", b"MAIL FROM:\r\n"),
    *(b'MAIL FROM:<"a\\" b"@[IPv6:::1]> SMTPUTF8\r\n', b"MAIL FROM:<@r:a@example.com>\r\n", b"MAIL FROM:<\xff@x>\r\n"),
)
_TO = (
    *(b"RCPT TO:<support@casepost.example>\r\n",) * 4,
    *(b"RCPT TO:<Support+tag@CASEPOST.example>\r\n", b"rcpt to: support@casepost.example \r\n", b"RCPT TO:<>\r\n"),
    *(b"RCPT TO:<eve@evil.example>\r\n", b"RCPT TO:<support%evil.example@casepost.example>\r\n"),
    *(b"RCPT TO:<@casepost.example:eve@evil.example>\r\n", b'RCPT TO:<"support@casepost.example"@evil.example>\r\n'),
    *(b"RCPT TO:<support@casepost.example,eve@evil.example>\r\n", b"RCPT TO:<support@casepost.example.>\r\n"),
    *(b"RCPT TO:<support@evil.example@casepost.example>\r\n", b"RCPT TO:<support+eve@evil.example>\r\n"),
    *(b"RCPT TO:<support@casepost.example> ORCPT=rfc822;eve@evil.example\r\n", b"RCPT TO:<postmaster>\r\n"),
    *(b"RCPT TO:<\xc5\xbfupport@casepost.example>\r\n", b"RCPT TO:<support@casepost.example\x00@evil.example>\r\n"),
)
_OTHER = (
    *(b"DATA\r\n", b"DATA\r\n", b"data \r\n", b"DATA x\r\n", b"RSET\r\n", b"NOOP\r\n", b"NOOP \xff\r\n", b"QUIT\r\n"),
    *(b"VRFY support\r\n", b"EXPN x\r\n", b"HELP\r\n", b"STARTTLS\r\n", b"AUTH PLAIN AGEAYg==\r\n", b"BDAT 5 LAST\r\n"),
    *(
        b"\r\n",
        b" \r\n",
        b"\n",
        b"\r",
        b"R\xc5\xbfET\r\n",
        b"GET / HTTP/1.1\r\n",
        b"x" * 4_200,
        b"NOOP\n",
        b"NOOP\x00\r\n",
    ),
    *(
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n",
        b"\x16\x03\x01\x00",
        b"XCLIENT ADDR=127.0.0.1\r\n",
        b"DATA\rRSET\r\n",
    ),
)
_LINES = (
    *(
        b".\r\n",
        b"..\r\n",
        b"\r\n",
        b".x\r\n",
        b"\r\n.\r\n",
        b"\n.\n",
        b"\r.\r",
        b"\r\n.\n",
        b"\n.\r\n",
        b".",
        b"\r",
        b"\n",
    ),
    *(
        b"From: a@example.com\r\n",
        b"\x00\xff\r\n",
        b"x" * 998 + b"\r\n",
        b"y" * 3_000,
        b"RCPT TO:<eve@evil.example>\r\n",
    ),
)
_WORDS = st.sampled_from
_CONTENT = st.lists(_WORDS(_LINES) | st.binary(max_size=3), max_size=8).map(b"".join)
_WHOLE = st.builds(
    lambda hello, to, content: b"".join((*hello, _FROM[0], *to, b"DATA\r\n", content, b"\r\n.\r\n")),
    st.just(()) | st.tuples(_WORDS(_HELLO[:2])),
    st.lists(_WORDS(_TO), min_size=1, max_size=7),
    _CONTENT | st.just(MAIL),
)
_ANY = _WORDS(_HELLO) | _WORDS(_FROM) | _WORDS(_TO) | _WORDS(_OTHER) | _WHOLE | _CONTENT | st.binary(max_size=6)
_STREAM = st.builds(
    lambda hello, rest: b"".join((*hello, *rest)),
    st.just(()) | st.tuples(_WORDS(_HELLO[:2])),
    st.lists(_ANY, max_size=12),
)


def _cut(protocol: str, stream: bytes, cuts: list[int]) -> Session:
    at = sorted({0, len(stream), *(one % (len(stream) + 1) for one in cuts)})
    return protocol, tuple(stream[start:end] for start, end in pairwise(at))


SESSIONS = Target(
    name="sessions",
    holds="each command is answered or the connection closed, in 20 s; each no has its reason, none is a 451; a mail "
    "with 250 is in the ledger octet for octet, for no recipient but ours, and no other mail is",
    examples=st.builds(_cut, _WORDS(("smtp", "smtp", "lmtp")), _STREAM, st.lists(st.integers(0, 20_000), max_size=5)),
    begin=_begin,
)
