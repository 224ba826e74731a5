"""The shell of looking at pictures: claimed when the acknowledgement is long on its way, seen, put on record."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cases.change import Change, Sighting
from cases.errors import CasepostError, TemporaryError
from cases.mail import Identifier
from ingest.child_pool import ReaderFailed, ReaderUnavailable
from ingest.files.sight import Seen
from store.apply import change_case
from store.case_rows import lock_current
from store.claims import in_work
from store.database import Database
from store.failpoints import Step, reach
from store.ledger import Ledger
from store.looks import TRIES, LookDue, claim_looks, end_look, record_look_failure, renew_looks

_log = logging.getLogger(__name__)


class Eyes(Protocol):
    """Looks at pictures where it can be stopped; raises ReaderFailed when it had to be."""

    def look(self, raw: bytes, path: str, *, language: str | None, known: tuple[Identifier, ...] = ()) -> Seen:
        """What the file at `path` of the mail shows."""

    def rest(self) -> None:
        """There is nothing to look at now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LookOver:
    """Everything that looking needs; `holder` is this worker's name on its claims, `active` the ids in work."""

    ledger: Ledger
    cases: Database
    eyes: Eyes
    holder: str
    active: set[int] = field(default_factory=set)

    def renew(self) -> None:
        """Ten more seconds for what is in work."""
        if self.active:
            renew_looks(self.cases, holder=self.holder, ids=list(self.active))

    def look_at_some(self, *, clock: Callable[[], datetime], limit: int) -> int:
        """Claim up to `limit` files and look at them, oldest first; how many were claimed."""
        claimed = claim_looks(self.cases, holder=self.holder, now=clock(), limit=limit)
        if not claimed:
            self.eyes.rest()
        with in_work(self.active, claimed) as each:
            for due in each:
                self._look(due, clock)
        return len(claimed)

    def _look(self, due: LookDue, clock: Callable[[], datetime]) -> None:
        try:
            seen = self.eyes.look(self.ledger.load(due.ledger_id), due.path, language=due.language, known=due.known)
            reach(Step.PICTURE_LOOKED_AT)
        except (ReaderUnavailable, TemporaryError, OSError) as error:
            record_look_failure(self.cases, due, holder=self.holder, error=str(error), counts=0, now=clock())
        except ReaderFailed as error:
            self._give_up(due, error.reason, clock())
        except Exception as error:  # noqa: BLE001  one picture, or one damaged raw mail, must not stop the others
            _log.exception("picture not read", extra={"look": due.id})
            self._give_up(due, str(error) if isinstance(error, CasepostError) else type(error).__name__, clock())
        else:
            self._keep(due, seen, clock())  # it took seconds: what was seen is on record with the time it was seen
            reach(Step.PICTURE_SEEN)

    def _give_up(self, due: LookDue, reason: str, now: datetime) -> None:
        _log.warning("picture not read", extra={"look": due.id, "error": reason})
        counts = TRIES if reason == "time" else 1  # what took too long once does so again, and keeps others waiting
        last = record_look_failure(self.cases, due, holder=self.holder, error=reason, counts=counts, now=now)
        if last:
            self._note(due, Seen(defects=(f"the reader was stopped: {reason}",)), now)

    def _keep(self, due: LookDue, seen: Seen, now: datetime) -> None:
        """One transaction: the file is done, its identifiers belong to the case. Nothing when it is no longer ours."""
        with self.cases.write() as connection:
            lock_current(connection, due.case_id)  # first, as every change does: two orders would be a deadlock
            if end_look(connection, due.id, holder=self.holder):
                change_case(connection, _change(due, seen, now))

    def _note(self, due: LookDue, seen: Seen, now: datetime) -> None:
        with self.cases.write() as connection:
            change_case(connection, _change(due, seen, now))


def _change(due: LookDue, seen: Seen, now: datetime) -> Change:
    sighting = Sighting(
        message_id=due.message_id, path=due.path, identifiers=seen.identifiers, reader_version=due.reader_version
    )
    return Change(actor="casepost", at=now, case_id=due.case_id, sighting=sighting, notes=(_say(due, seen),))


def _say(due: LookDue, seen: Seen) -> str:
    if seen.defects:
        return f"picture in part {due.path} could not be read: {seen.defects[0]}"
    kinds = ", ".join(sorted({one.kind for one in seen.identifiers})) or "no identifier"
    return f"picture in part {due.path} read: {kinds}"
