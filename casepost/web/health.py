"""Whether casepost is alive, and whether it is ready: database, listeners and workers answer."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import sqlalchemy as sa

from casepost.app import App
from casepost.config.checks import Listen, parse_listen
from casepost.web.hearts import Hearts
from cases.errors import CasepostError
from store.database import Database

_SECONDS = 5.0  # for each answer
_SELF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  nobody connects to "any address"
_REMEMBERED = 1.0  # seconds that an answer is good for: whoever asks more often costs nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """What each part answers: "ok", or what is wrong with it."""

    checks: dict[str, str]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is wrong."""
        return all(said == "ok" for said in self.checks.values())


class Health:
    """Asks all parts, at most once a second."""

    def __init__(self, app: App, hearts: Hearts, roles: list[str]) -> None:
        self._app = app
        self._hearts = hearts
        self._roles = roles
        self._asking = asyncio.Lock()
        self._last: tuple[float, Readiness] | None = None

    async def look(self) -> Readiness:
        """Ask all parts at once; never raises, and takes five seconds at the most."""
        async with self._asking:
            if self._last is None or time.monotonic() - self._last[0] > _REMEMBERED:
                self._last = time.monotonic(), await self._ask()
            return self._last[1]

    async def _ask(self) -> Readiness:
        smtp, store = self._app.config.smtp, self._app.store
        asked = {"ledger": _ask_database(store.ledger_database), "cases": _ask_database(store.cases)}
        if (listen := parse_listen(smtp.listen)) and listen.port:
            asked["smtp"] = _ask_listener(listen, hello=_proxy_hello(smtp.proxy_protocol_from))
        if (listen := parse_listen(self._app.config.lmtp.listen)) and (listen.port or listen.path):
            asked["lmtp"] = _ask_listener(listen)
        answers = await asyncio.gather(*(_in_time(one) for one in asked.values()))
        silent = self._hearts.find_silent(self._roles, at=time.monotonic())
        return Readiness(
            checks=dict(zip(asked, answers, strict=True)) | {role: silent.get(role, "ok") for role in self._roles}
        )


async def _in_time(answer: Coroutine[None, None, str]) -> str:
    try:
        async with asyncio.timeout(_SECONDS):
            return await answer
    except TimeoutError:
        return f"no answer within {_SECONDS:.0f} s"
    except (CasepostError, OSError) as error:
        return str(error).split("\n", maxsplit=1)[0] or type(error).__name__


async def _ask_database(database: Database) -> str:
    def ask() -> str:
        with database.read() as connection:
            connection.execute(sa.text("SELECT 1")).scalar()
        return "ok"

    return await asyncio.to_thread(ask)


async def _ask_listener(listen: Listen, *, hello: bytes = b"") -> str:
    """Connect and read the greeting, as a peer would."""
    if listen.path:
        reader, writer = await asyncio.open_unix_connection(listen.path)
    else:
        reader, writer = await asyncio.open_connection(_SELF.get(listen.host, listen.host), listen.port)
    try:
        writer.write(hello)
        greeting = await reader.readline()
        writer.write(b"QUIT\r\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
    finally:
        writer.close()
    return "ok" if greeting.startswith(b"220 ") else f"says {greeting[:60].decode(errors='replace').strip()!r}"


def _proxy_hello(balancers: Sequence[str]) -> bytes:
    """What a balancer says of a connection of its own (PROXY protocol version 1), where we count as one."""
    here = ip_address("127.0.0.1")
    return b"PROXY UNKNOWN\r\n" if any(here in ip_network(one, strict=False) for one in balancers) else b""
