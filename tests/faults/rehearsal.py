"""One step of a mail's way, failed in every way there is: lives on one store until all is done, then the books."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from casepost.app import App
from casepost.config import load
from cases.arrival import Arrival, Channel
from store.events import seal_events
from store.failpoints import Action, Step
from store.tables import leases
from tests.faults.lives import EDGE, WORKER, Cradle, Life
from tests.pictures import screenshot
from tests.service import QUEUE, free_port
from tests.sink import Sink
from tests.soak.books import Books, audit
from tests.soak.postmen import LARGE_OCTETS, Door, Posted, post, write_mail

# Within DATA nobody knows whether the mail arrived: it is sent once more, with the same Message-ID (design rule 6).
DECLARED_WINDOW = frozenset({Step.DATA_BEGINS, Step.CONTENT_SENT, Step.HANDED_OVER, Step.ATTEMPT_WRITTEN})
AT_THE_EDGE = frozenset(
    {Step.MAIL_ACCEPTED, Step.BLOB_WRITTEN, Step.LEDGER_WRITTEN, Step.LEDGER_COMMITTED, Step.MAIL_PROMISED}
)
_LATER = timedelta(minutes=16)  # what is uncertain is sent again, what could not be written is tried again
_MOST_LIVES = 4
_CONFIG = """
data_dir = "var"
[identity]
check = "off"
[limits]
unproved_hour = 0
[smtp]
listen = "127.0.0.1:%d"
[web]
listen = ""
[delivery]
url = "smtp://127.0.0.1:%d"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How it went: the books, how often a life was killed, and which faults came up."""

    books: Books
    killed: int
    came_up: frozenset[Action]


class Stage:
    """An installation in a folder, its mail going to `sink`; its lives come out of `cradle`."""

    def __init__(self, folder: Path, sink: Sink, cradle: Cradle) -> None:
        self._folder, self._sink, self._cradle = folder, sink, cradle
        self._door = Door(port=free_port(), lmtp=False)
        self._config = folder / "casepost.toml"
        self._config.write_text(_CONFIG % (self._door.port, sink.port))
        self._spent = folder / "spent"
        self._spent.mkdir()
        self._now = datetime.now(UTC)
        self._killed = 0
        self.app = App(load(self._config, {}), {}, clock=lambda: self._now)

    def rehearse(self, step: Step, actions: Sequence[Action]) -> Ended:
        """Fail `step` once by each of `actions` while some mails come in and are answered."""
        mails = _write_mails()
        _ = self.app.store.keyring  # migrated and seeded once, as by the supervisor
        for mail, action in zip(mails, actions, strict=True):
            fault = f"{step}={action}:once"
            if step in AT_THE_EDGE:
                self._post(mail, fault)
            else:
                self._add(mail)
            self._work_until_it_came_up(fault, action)
            if step in DECLARED_WINDOW:  # else the next fault may make a mail uncertain for the second time
                self._work("")
                self._work("")
        return self._end(mails)

    def _work_until_it_came_up(self, fault: str, action: Action) -> None:
        for _ in range(_MOST_LIVES):
            if action in self._came_up():
                return
            self._work(fault)

    def rehearse_often(self, step: Step, *, times: int) -> Ended:
        """Kill at `step` so often, each time a mail has come in and its letters leave; then all is done."""
        mails = [write_mail(number, salt=number) for number in range(1, times + 1)]
        for mail in mails:
            self._add(mail)
            self._work(f"{step}=kill")
            self._work("")  # finds what is uncertain
            self._work("")  # sends it again
        return self._end(mails)

    def _add(self, mail: Posted) -> None:
        """Put it into the ledger, as an edge does."""
        recipients = (QUEUE,)
        arrival = Arrival(
            raw=mail.raw, channel=Channel.SMTP, sender=mail.seller, recipients=recipients, received_at=self._now
        )
        mail.promised += self.app.store.ledger.add([arrival])
        mail.tries += 1

    def _end(self, mails: Sequence[Posted]) -> Ended:
        for _ in range(2):
            self._work("")
        self._seal()
        books = audit(self.app.store, mails, self._sink)
        self.app.close()
        return Ended(books=books, killed=self._killed, came_up=self._came_up())

    def _seal(self) -> None:
        """Whoever had the lease is dead; ten seconds later it is over."""
        with self.app.store.cases.write() as connection:
            connection.execute(sa.delete(leases))
        seal_events(self.app.store.cases, holder="books")

    def _came_up(self) -> frozenset[Action]:
        return frozenset(Action(file.name.split(".")[-1]) for file in self._spent.iterdir())

    def _post(self, mail: Posted, faults: str) -> None:
        """Send it until it is taken, as mail servers do; an edge that dies is started again."""
        for _ in range(_MOST_LIVES):
            edge = self._cradle.begin(self._life(EDGE, faults))
            for _ in range(3):
                promised = post(mail, self._door)
                if promised is not None:
                    mail.promised.append(promised)
                    break
            try:
                os.kill(edge, signal.SIGTERM)
            finally:
                self._note(self._cradle.wait(edge))
            if mail.promised:
                return
        raise AssertionError(f"mail {mail.number} is not taken")

    def _work(self, faults: str) -> None:
        self._note(self._cradle.wait(self._cradle.begin(self._life(WORKER, faults))))
        self._now += _LATER

    def _note(self, code: int) -> None:
        assert code in (0, -signal.SIGKILL), code
        self._killed += code != 0

    def _life(self, role: str, faults: str) -> Life:
        return Life(
            role=role,
            config=str(self._config),
            failpoints=faults,
            spent=str(self._spent),
            at=self._now.isoformat(),
        )


def _write_mails() -> list[Posted]:
    """One for each action, all with a picture, and one of them large."""
    picture = screenshot("Error 8058")
    large = write_mail(1, salt=1, file=picture + bytes(LARGE_OCTETS), content_type="image/png")
    return [large, *(write_mail(number, salt=number, file=picture, content_type="image/png") for number in (2, 3, 4))]
