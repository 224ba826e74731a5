"""The process that fetches from mailboxes: a thread for each, with its lease renewed and its connection watched."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from casepost.app import App
from casepost.leases import RENEW_EVERY
from casepost.pulse import start_pulse
from cases.errors import TemporaryError
from cases.model import Queue
from ingest.imap.fetch import Inbox
from ingest.imap.watch import Watcher
from ingest.smtp_room import Disk
from store.mailboxes import Mailboxes
from store.people import load_queues

_log = logging.getLogger(__name__)

NAME = "mailboxes"
_END_SECONDS = 5.0


def run_mailboxes(app: App, ready: Callable[[], None]) -> None:
    """The process: until SIGTERM. What a mail server does or does not answer never keeps it from starting."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mailboxes = Mailboxes(app.store.ledger_database, holder=app.holder(NAME))
    mailboxes.free(node=f"{app.node}:{NAME}:")
    watchers = make_watchers(app, mailboxes)
    with watching(watchers, mailboxes):
        start_pulse(app.config.data_dir, NAME, lambda: {one.inbox.name: one.busy_for for one in watchers})
        ready()
        stop.wait()
    app.store.close()


def make_watchers(app: App, mailboxes: Mailboxes) -> list[Watcher]:
    """A thread for each mailbox of the configuration, not started yet."""
    return [
        Watcher(
            mailbox.account,
            mailbox.secret,
            Inbox(
                name=mailbox.account.name,
                user=mailbox.account.user,
                recipient=mailbox.recipient,
                after=mailbox.after,
                ledger=app.store.ledger,
                mailboxes=mailboxes,
                queues=lambda: _load_queues(app),
                clock=app.clock,
                wake=app.waker.wake,
                max_octets=app.config.smtp.max_message_bytes,
                has_room=Disk(app.config.data_dir, min_free=app.config.smtp.min_free_bytes).fits,
            ),
        )
        for mailbox in app.mailboxes()
    ]


@contextmanager
def watching(watchers: Sequence[Watcher], mailboxes: Mailboxes) -> Iterator[None]:
    """The threads run, and their leases are renewed, for as long as the block does."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(watchers, mailboxes, over), name="mailbox-leases", daemon=True)
    for watcher in watchers:
        watcher.start()
    keeper.start()
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.stop()
        deadline = time.monotonic() + _END_SECONDS
        for watcher in watchers:
            watcher.join(max(0.0, deadline - time.monotonic()))  # who waits for a server or a command is left behind
        over.set()
        keeper.join()


def _keep(watchers: Sequence[Watcher], mailboxes: Mailboxes, over: threading.Event) -> None:
    """Renew what is held; whoever has lost a mailbox stops reading it."""
    while not over.wait(RENEW_EVERY):
        held = {one.place_id: one for one in watchers if one.place_id is not None}
        try:
            ours = mailboxes.renew(list(held)) if held else frozenset()
        except TemporaryError as error:
            _log.warning("leases of mailboxes not renewed: %s", error)
            continue
        for place_id, watcher in held.items():
            if place_id not in ours and watcher.place_id == place_id:
                watcher.cut()
        for watcher in watchers:
            watcher.cut_if_stuck()


def _load_queues(app: App) -> Sequence[Queue]:
    with app.store.cases.read() as connection:
        return load_queues(connection)
