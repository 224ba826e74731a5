"""The bell: looks once a minute whether something waits too long, and tells the administrators."""

import asyncio
import contextlib
import logging
import secrets
import shutil
from collections.abc import Iterator

from casepost.app import App
from cases.hours import parse_delay
from responder.alarm import send_alarms, write_alarm
from responder.compose import ComposeFailed, Letter
from store.alarms import Alarm, AlarmLimits, News, book_alarms, find_alarms, record_told
from store.mailbox_health import find_mailbox_alarms, load_health
from store.people import load_queues, load_users
from store.vitals import load_vitals

EVERY = 60.0  # seconds
FREE_MAILS = 20  # of the largest size: less room than this and the next bad day fills the disk

_log = logging.getLogger(__name__)


class Bell:
    """Rings once a day for each trouble, on one of the nodes."""

    def __init__(self, app: App, *, role: str) -> None:
        self._app = app
        self._role = role

    def ring(self) -> None:
        """Look, and tell of what is new. Raises StoreUnavailable (temporary)."""
        app, now = self._app, self._app.clock()
        found = [
            *find_alarms(load_vitals(app.store, now=now), self._limits()),
            *self._find_full_disk(),
            *self._find_mailbox_troubles(),
        ]
        news = book_alarms(app.store.cases, found, holder=app.holder(self._role), now=now)
        if not news.begun and not news.over:
            return
        for alarm in news.begun:
            _log.error("alarm: %s", alarm.says, extra={"alarm": alarm.name})
        for name in news.over:
            _log.info("alarm is over", extra={"alarm": name})
        if self._tell(news):
            record_told(app.store.cases, news.begun, now=now)

    def _tell(self, news: News) -> bool:
        """Whether all that can be told are; while nothing may leave the log alone tells."""
        app = self._app
        people, sender = self._people()
        if app.config.delivery.hold or not people:
            return True
        domain = sender.rpartition("@")[2]
        try:
            letters = [
                write_alarm(
                    news, to=one, sender=sender, message_id=f"<alarm.{secrets.token_hex(16)}@{domain}>", now=app.clock()
                )
                for one in people
            ]
            problem = asyncio.run(self._send(letters))
        except ComposeFailed as error:
            problem = str(error)
        if problem:
            _log.error("the administrators cannot be told", extra={"error": problem})
        return not problem

    async def _send(self, letters: list[Letter]) -> str:
        async with contextlib.AsyncExitStack() as stack:
            transport = self._app.transport()
            stack.push_async_callback(transport.close)
            return await send_alarms(transport, letters)

    def _people(self) -> tuple[list[str], str]:
        with self._app.store.cases.read() as connection:
            sender = load_queues(connection)[0].address
            admins = [user.address for user in load_users(connection) if user.role == "admin"]
        return list(self._app.config.alarms.to) or admins, sender

    def _limits(self) -> AlarmLimits:
        given = self._app.config.alarms
        return AlarmLimits(undecided=parse_delay(given.undecided_after), unsent=parse_delay(given.unsent_after))

    def _find_full_disk(self) -> Iterator[Alarm]:
        folder = self._app.config.data_dir
        needed = FREE_MAILS * self._app.config.smtp.max_message_bytes
        if (free := shutil.disk_usage(folder).free) < needed:
            says = f"{folder} has {free // 2**20} MiB of room left"
            yield Alarm(name="disk", says=says, mend="Make room: mail is refused for a while before the disk is full.")

    def _find_mailbox_troubles(self) -> list[Alarm]:
        if not self._app.config.imap:
            return []
        quiet_after = {one.account.name: one.quiet_after for one in self._app.mailboxes()}
        health = load_health(self._app.store.ledger_database, names=list(quiet_after))
        return find_mailbox_alarms(health, quiet_after, now=self._app.clock())
