"""The web process: serves the site until SIGTERM, and hears the pulses of the others."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from casepost.app import App
from casepost.config.checks import parse_listen
from casepost.web.health import Health
from casepost.web.hearts import Hearts, PulseSocket
from casepost.web.metrics import Metrics
from casepost.web.site import make_site
from cases.errors import PermanentError

_DRAIN_SECONDS = 10
_REQUESTS = 64  # under way at once: each is small, and a flood of them must not eat the machine


class _Server(uvicorn.Server):
    """Uvicorn that says when it serves, without its own signal handlers: they raise the signal anew at the end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_web(app: App, ready: Callable[[], None], *, roles: list[str]) -> None:
    """The web process; `roles` are those that have to be alive. Raises PermanentError when the port is taken."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.closing(_bind(app.config.web.listen)) as listening:
        asyncio.run(_serve(app, ready, listening, roles))


def _bind(listen: str) -> socket.socket:
    address = parse_listen(listen)
    if address is None:
        raise PermanentError("[web] listen is empty")
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family, backlog=128)
    except OSError as error:
        raise PermanentError(
            f"cannot listen on {listen}: {error.strerror or error}; [web] listen takes another port, or an empty text"
        ) from error


async def _serve(app: App, ready: Callable[[], None], listening: socket.socket, roles: list[str]) -> None:
    hearts = Hearts()
    pulses = PulseSocket(app.config.data_dir, hearts)
    loop = asyncio.get_running_loop()
    loop.add_reader(pulses.fileno(), pulses.drain)
    site = make_site(Health(app, hearts, roles), Metrics(app, hearts))
    server = _Server(
        uvicorn.Config(
            site,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            limit_concurrency=_REQUESTS,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
        ),
        ready,
    )
    loop.add_signal_handler(signal.SIGTERM, setattr, server, "should_exit", True)
    await server.serve(sockets=[listening])
    app.store.close()
