"""The books at the end: the list of the client outside, against the ledger, the cases, and what arrived at the sink."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from cases.errors import CasepostError
from cases.plan import ReplyKind
from store.events import find_first_break
from store.ledger import Ledger
from store.ledger_tables import mails
from store.store import Store
from store.tables import attempts, events, messages, outbox, planned_replies
from store.vouchers import seal
from tests.service import Service, wait_until
from tests.sink import Sink
from tests.soak.postmen import Posted

# Times at which all that is due then is done: an uncertain mail after 15 minutes, what failed or paused after hours.
_LATER = (timedelta(minutes=16), timedelta(minutes=90), timedelta(hours=4))
_AT_ONCE = (ReplyKind.ACKNOWLEDGEMENT, ReplyKind.AGENT_MAIL)  # all other kinds have a time of their own


Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """Figures, and in `faults` in words what must not be. `lost` and `double_…` are among the faults, too."""

    posted: int
    promises: int
    kept_whole: int
    rows: int
    duplicates: int
    quarantined: int
    cases: int
    acknowledgements: int
    sent_again: int
    lost: int
    double_cases: int
    double_acknowledgements: int
    faults: tuple[str, ...]

    def lines(self) -> list[str]:
        """As a person reads them."""
        return [
            f"accepted           {self.posted} different mails, {self.promises} times 250",
            f"in the ledger      {self.rows} rows; of {self.promises} promises {self.kept_whole} kept byte for byte",
            f"dispositions       {self.duplicates} duplicates, {self.quarantined} quarantined",
            f"cases              {self.cases}",
            f"acknowledgements   {self.acknowledgements}; sent once more in the declared window: {self.sent_again}",
            f"lost               {self.lost}",
            f"double             {self.double_cases} cases, {self.double_acknowledgements} acknowledgements",
            f"faults             {len(self.faults)}",
            *(f"  {fault}" for fault in self.faults[:40]),
        ]


def settle(services: Sequence[Service], *, seconds: float = 1800.0) -> None:
    """Let running services do what there is to do now, end them, then do what is due within the next hours."""
    store = services[0].app.store
    wait_until(lambda: not any(_count_left(store)), seconds)  # kills on a busy machine leave a long backlog
    for service in services:
        assert service.stop() == 0
    for later in _LATER:
        done = services[0].run("run-due", "--at", (datetime.now(UTC) + later).isoformat())
        assert done.returncode == 0, done.stderr
    wait_until(lambda: _is_sealed(store), 30)  # whoever sealed last has the lease for ten seconds


def _is_sealed(store: Store) -> bool:
    seal(store.cases, store.ledger_database, holder="books")
    with store.cases.read() as connection:
        return not _count(connection, events, events.c.sealed.is_(False))


def _count_left(store: Store) -> tuple[int, int]:
    with store.ledger_database.read() as connection:
        unread = _count(connection, mails, mails.c.state.in_(("new", "working")))
    with store.cases.read() as connection:
        moving = _count(connection, outbox, outbox.c.state == "sending")
    return unread, moving


def audit(store: Store, posted: Sequence[Posted], sink: Sink) -> Books:
    """What there is, compared with what was promised."""
    with store.ledger_database.read() as connection:
        rows = connection.execute(sa.select(mails)).all()
    with store.cases.read() as connection:
        taken = connection.execute(sa.select(messages.c.ledger_id, messages.c.case_id)).all()
        letters = connection.execute(_LETTERS).all()
        again = Counter(connection.execute(_SENT_AGAIN).scalars())
        record = list(_find_open_ends(connection))
    kept, broken_promises = _compare(store.ledger, posted, {row.id: row.raw_sha256 for row in rows})
    lost, double_cases = _compare_cases(posted, rows, taken)
    double_letters = list(_find_double(posted, letters))
    faults = [*broken_promises, *_find_wrong_rows(posted, rows), *lost, *double_cases, *double_letters, *record]
    faults += _compare_sink(letters, again, sink)
    return Books(
        posted=len(posted),
        promises=sum(len(one.promised) for one in posted),
        kept_whole=kept,
        rows=len(rows),
        duplicates=sum(row.outcome == "duplicate" for row in rows),
        quarantined=sum(row.outcome == "quarantined" for row in rows),
        cases=len({row.case_id for row in taken}),
        acknowledgements=sum(row.kind == ReplyKind.ACKNOWLEDGEMENT for row in letters),
        sent_again=len(again),
        lost=len(lost) + len(broken_promises),
        double_cases=len(double_cases),
        double_acknowledgements=len(double_letters),
        faults=tuple(faults),
    )


_LETTERS = sa.select(outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.envelope_to, outbox.c.rfc_message_id)
_SENT_AGAIN = sa.select(attempts.c.outbox_id).where(attempts.c.result == "sent_again")


def _compare(ledger: Ledger, posted: Sequence[Posted], kept: dict[int, str]) -> tuple[int, list[str]]:
    """How many 250s name a row that holds this mail byte for byte, and those that do not."""
    whole, broken = 0, []
    for mail in posted:
        for ledger_id in mail.promised:
            if kept.get(ledger_id) == mail.sha256 and _load(ledger, ledger_id) == mail.sha256:
                whole += 1
            else:
                broken.append(f"mail {mail.number} was promised as {ledger_id} and is not there")
    return whole, broken


def _load(ledger: Ledger, ledger_id: int) -> str:
    try:
        return hashlib.sha256(ledger.load(ledger_id)).hexdigest()
    except CasepostError as error:
        return str(error)


def _find_wrong_rows(posted: Sequence[Posted], rows: Rows) -> Iterator[str]:
    """A try without a 250 is there once or not at all; every row has its final word."""
    tries = {mail.sha256: mail.tries for mail in posted}
    for sha256, times in Counter(row.raw_sha256 for row in rows).items():
        if times > tries.get(sha256, 0):
            yield f"{sha256[:12]} was sent {tries.get(sha256, 0)} times and is in the ledger {times} times"
    for row in rows:
        if row.state != "done" or row.outcome is None:
            yield f"mail {row.id} of the ledger is {row.state} with the outcome {row.outcome}: {row.last_error}"


def _compare_cases(posted: Sequence[Posted], rows: Rows, taken: Rows) -> tuple[list[str], list[str]]:
    """Which mails have no case, and which have more than one, or are in theirs twice."""
    mail_of = {row.id: row.raw_sha256 for row in rows}
    cases = defaultdict[str, list[int]](list)
    for row in taken:
        if row.ledger_id is not None:
            cases[mail_of.get(row.ledger_id, "")].append(row.case_id)
    lost = [f"mail {mail.number} has no case" for mail in posted if not cases[mail.sha256]]
    double = [f"mail {mail.number} is in {cases[mail.sha256]}" for mail in posted if len(cases[mail.sha256]) > 1]
    return lost, double


def _find_double(posted: Sequence[Posted], letters: Rows) -> Iterator[str]:
    """Each seller has one acknowledgement."""
    written = Counter(row.envelope_to for row in letters if row.kind == ReplyKind.ACKNOWLEDGEMENT)
    for mail in posted:
        if written[mail.seller] != 1:
            yield f"mail {mail.number} has {written[mail.seller]} acknowledgements"


def _compare_sink(letters: Rows, again: Counter[int], sink: Sink) -> Iterator[str]:
    """Each letter arrived, once, or once more for each time that it is on record to have been sent again."""
    arrived = Counter(message_id_of(mail.content) for mail in list(sink.mails))
    for row in letters:
        times = arrived.pop(row.rfc_message_id, 0)
        if not 1 <= times <= 1 + again[row.id] or row.state != "sent":
            yield f"{row.kind} {row.id} is {row.state}, arrived {times} times, was sent again {again[row.id]} times"
    for message_id in arrived:
        yield f"{message_id} arrived and is in no outbox"


def message_id_of(content: bytes) -> str:
    """The Message-ID of a mail at the sink."""
    found = re.search(rb"(?im)^message-id:\s*(<[^>]*>)", content)
    return found.group(1).decode() if found is not None else "no Message-ID"


def _find_open_ends(connection: Connection) -> Iterator[str]:
    """What waits or is in work although its time has come, and a chain of events that does not hold."""
    left = sa.select(planned_replies.c.kind, planned_replies.c.state, planned_replies.c.last_error).where(
        sa.or_(
            planned_replies.c.state == "working",
            sa.and_(planned_replies.c.kind.in_(_AT_ONCE), planned_replies.c.state != "done"),
        )
    )
    for row in connection.execute(left):
        yield f"a planned {row.kind} is {row.state}: {row.last_error}"
    if (broken := find_first_break(connection)) is not None:
        yield f"the chain of events breaks at {broken}"
    if unsealed := _count(connection, events, events.c.sealed.is_(False)):
        yield f"{unsealed} events are in no chain"


def _count(connection: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(which)).scalar_one())
