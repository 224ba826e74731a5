"""An edge process: listens, makes mails durable, and does nothing else."""

import asyncio
import logging
import signal
import socket
import ssl
from collections.abc import Callable

from casepost.app import App
from cases.arrival import Arrival
from cases.errors import PermanentError, TemporaryError
from ingest.smtp import Listener, SmtpOptions, Take, listen_lmtp, listen_smtp
from store.database import Database
from store.group_commit import LedgerWriter
from store.people import find_queue, load_queues

_log = logging.getLogger(__name__)

DRAIN_SECONDS = 30.0
_REFRESH = 5.0


class Directory:
    """Which addresses are ours, from the queues in the database; answers from memory, so that it never waits."""

    def __init__(self, cases: Database) -> None:
        self._cases = cases
        self.refresh()

    def is_ours(self, address: str) -> bool:
        """Whether mail to `address` is taken."""
        return find_queue(self._queues, address) is not None

    def refresh(self) -> None:
        """Read the queues anew. Raises StoreUnavailable (temporary), then those known stay."""
        with self._cases.read() as connection:
            self._queues = load_queues(connection)

    async def keep_fresh(self) -> None:
        """Read the queues anew every few seconds, for ever, in a thread."""
        while True:
            await asyncio.sleep(_REFRESH)
            try:
                await asyncio.to_thread(self.refresh)
            except TemporaryError as error:
                _log.warning("queues not read anew: %s", error)


def run_edge(app: App, ready: Callable[[], None], *, first: bool) -> None:
    """An edge process: until SIGTERM, then mails under way are finished. The first one has the LMTP listener too."""
    asyncio.run(_serve(app, ready, first=first))


async def _serve(app: App, ready: Callable[[], None], *, first: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writer = LedgerWriter(app.store.ledger, committed=app.waker.wake)

    async def take(arrival: Arrival) -> int:
        return await asyncio.wrap_future(writer.add(arrival))

    directory = Directory(app.store.cases)
    listeners = await _listen(app, take, directory, first=first)
    refreshing = asyncio.create_task(directory.keep_fresh())
    ready()
    await stop.wait()
    refreshing.cancel()
    await asyncio.gather(*(listener.drain(DRAIN_SECONDS) for listener in listeners))
    await asyncio.to_thread(writer.close)
    app.store.close()


async def _listen(app: App, take: Take, directory: Directory, *, first: bool) -> list[Listener]:
    smtp, lmtp = app.config.smtp, app.config.lmtp
    options = SmtpOptions(
        hostname=socket.getfqdn(),
        clock=app.clock,
        max_message_bytes=smtp.max_message_bytes,
        trusted_relays=smtp.trusted_relays,
        tls=_tls_context(app),
    )
    listeners = []
    if smtp.listen:
        listeners.append(
            await listen_smtp(
                smtp.listen, options=options, take=take, directory=directory, reuse_port=smtp.processes > 1
            )
        )
    if lmtp.listen and first:
        listeners.append(await listen_lmtp(lmtp.listen, options=options, take=take, directory=directory))
    return listeners


def _tls_context(app: App) -> ssl.SSLContext | None:
    smtp = app.config.smtp
    if smtp.tls_cert is None or smtp.tls_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(smtp.tls_cert, smtp.tls_key)
    except OSError as error:
        raise PermanentError(f"[smtp] tls_cert and tls_key: {error}") from error
    return context
