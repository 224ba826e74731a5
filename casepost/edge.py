"""An edge process: listens, makes mails durable, and does nothing else."""

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Callable

from casepost.answers import Answers
from casepost.app import App
from casepost.pulse import start_pulse
from cases.arrival import Arrival
from cases.errors import TemporaryError
from ingest.smtp import Certificate, Disk, Listener, SmtpOptions, Take, listen_lmtp, listen_smtp
from store.database import Database
from store.failpoints import Step, reach
from store.group_commit import LedgerWriter
from store.people import find_queue, load_queues
from store.tally import Timing, timed

_log = logging.getLogger(__name__)

DRAIN_SECONDS = 30.0
_REFRESH = 5.0
_KEPT_DESCRIPTORS = 128  # for databases, large mails and files, whoever connects
_MOST_DESCRIPTORS = 65536


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
        """Read the queues anew every few seconds, for ever, in a thread; a fault ends no such round."""
        while True:
            await asyncio.sleep(_REFRESH)
            try:
                await asyncio.to_thread(self.refresh)
            except TemporaryError as error:
                _log.warning("queues not read anew: %s", error)
            except Exception:  # noqa: BLE001  else new queues would be refused for good, and nobody would know
                _log.exception("queues not read anew")


def run_edge(app: App, ready: Callable[[], None], *, name: str, first: bool) -> None:
    """An edge process: until SIGTERM, then mails under way are finished. The first one has the LMTP listener too."""
    start_pulse(app.config.data_dir, name)
    asyncio.run(_serve(app, ready, first=first))


async def _serve(app: App, ready: Callable[[], None], *, first: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writer = LedgerWriter(app.store.ledger, committed=app.waker.wake_for_mail)
    answers = Answers()

    async def take(arrival: Arrival) -> int:
        reach(Step.MAIL_ACCEPTED)
        with timed(Timing.ACCEPT):
            return await answers.of(writer.add(arrival))

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
    options = _options(app)
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


def _options(app: App) -> SmtpOptions:
    smtp = app.config.smtp
    certificate = None
    if smtp.tls_cert is not None and smtp.tls_key is not None:
        certificate = Certificate(smtp.tls_cert, smtp.tls_key)
    return SmtpOptions(
        hostname=socket.getfqdn(),
        clock=app.clock,
        max_message_bytes=smtp.max_message_bytes,
        trusted_relays=smtp.trusted_relays,
        proxies=smtp.proxy_protocol_from,
        tls=certificate,
        disk=Disk(app.config.data_dir, min_free=smtp.min_free_bytes),
        spool_dir=app.config.data_dir,
        max_connections=smtp.max_connections,
        max_connections_per_address=smtp.max_connections_per_address,
        max_connects_per_minute=smtp.max_connects_per_minute,
        max_descriptors=_raise_descriptors() - _KEPT_DESCRIPTORS,
    )


def _raise_descriptors() -> int:
    """Take as many open files as the system allows; how many that are.

    The usual default of 1024 is for programs that use select(), which asyncio does not.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)
