"""Metrics for Prometheus: what the store holds, and what the processes have counted. Names begin with casepost_."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from casepost import __version__
from casepost.app import App
from casepost.web.hearts import Hearts
from cases.errors import CasepostError
from store.mailbox_health import MailboxHealth, load_health
from store.tally import BOUNDS, Tally, Timing
from store.vitals import Vitals, Waiting, load_vitals

_REMEMBERED = 10.0  # seconds: counting a large ledger takes a moment, and nobody scrapes so often
_COUNTED = {
    Tally.MAILS_ACCEPTED: ("channel", "Mails that were promised: committed and synced."),
    Tally.MAILS_REFUSED: ("code", "Mails that got another answer than 250 after their content."),
    Tally.CHILDREN_KILLED: ("why", "Reading children that had to be stopped or died."),
    Tally.DELIVERIES: ("state", "Tries to hand a mail over, by the state it had then."),
    Tally.REPLIES_WRITTEN: ("kind", "Mails written into the outbox."),
    Tally.PROCESSES_RESTARTED: ("role", "Processes of the service that ended and were started again."),
    Tally.FAULTS: ("station", "Rounds of a station that ended in a fault."),
}
_TIMED = {
    Timing.ACCEPT: "From a mail's last octet to its 250.",
    Timing.TAKE_IN: "Reading a mail and deciding its case.",
    Timing.WRITE: "Writing a mail that is due.",
    Timing.DELIVER: "Handing a mail over.",
}


class Metrics(Collector):
    """All metrics, made when they are asked for."""

    def __init__(self, app: App, hearts: Hearts) -> None:
        self._app = app
        self._hearts = hearts
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._last: tuple[float, Vitals | None] | None = None

    def text(self) -> bytes:
        """Give the page for the scraper."""
        return generate_latest(self._registry)

    def describe(self) -> list[Metric]:
        """Nothing: registering must not look into the store."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Give each metric in turn."""
        yield _labelled("casepost_build", "The version that runs.", "version", {__version__: 1})
        vitals = self._vitals()
        yield GaugeMetricFamily("casepost_store_up", "Whether the store answers.", value=float(vitals is not None))
        if vitals is not None:
            yield from _vital_metrics(vitals)
            yield from _mailbox_metrics(self._mailboxes(), vitals.at)
        yield from self._counted()

    def _mailboxes(self) -> list[MailboxHealth]:
        if not self._app.config.imap:
            return []
        try:
            names = [one.account.name for one in self._app.mailboxes()]
            return load_health(self._app.store.ledger_database, names=names)
        except CasepostError:
            return []

    def _vitals(self) -> Vitals | None:
        if self._last is None or time.monotonic() - self._last[0] > _REMEMBERED:
            try:
                vitals = load_vitals(self._app.store, now=self._app.clock())
            except CasepostError:
                vitals = None
            self._last = time.monotonic(), vitals
        return self._last[1]

    def _counted(self) -> Iterator[Metric]:
        counts, spreads = self._hearts.counts(), self._hearts.spreads()
        for tally, (label, text) in _COUNTED.items():
            counter = CounterMetricFamily(f"casepost_{tally}", text, labels=[label])
            for (what, value), number in sorted(counts.items()):
                if what == tally:
                    counter.add_metric([value], number)
            yield counter
        for timing, text in _TIMED.items():
            histogram = HistogramMetricFamily(f"casepost_{timing}", text)
            if (spread := spreads.get(timing)) is not None:
                buckets, below = [], 0
                for bound, number in zip([*map(str, BOUNDS), "+Inf"], spread.counts, strict=True):
                    below += number
                    buckets.append((bound, float(below)))
                histogram.add_metric([], buckets, spread.total)
            yield histogram


def _vital_metrics(vitals: Vitals) -> Iterator[Metric]:
    ledger = GaugeMetricFamily(
        "casepost_ledger_mails", "Mails in the ledger by state and outcome.", labels=["state", "outcome"]
    )
    for (state, outcome), number in sorted(vitals.ledger.items()):
        ledger.add_metric([state, outcome], number)
    yield ledger
    yield _labelled("casepost_cases", "Cases by status.", "status", vitals.cases)
    yield _labelled("casepost_outbox_mails", "Mails of the outbox by state.", "state", vitals.outbox)
    yield _labelled(
        "casepost_replies_due", "Mails due and not written yet.", "kind", {k: w.count for k, w in vitals.due.items()}
    )
    yield GaugeMetricFamily(
        "casepost_reminders_late", "Reminders, escalations and closings due and not written.", vitals.late_reminders
    )
    pauses = {name: (end - vitals.at).total_seconds() for name, end in vitals.pauses.items()}
    yield _labelled("casepost_delivery_pause_seconds", "How long a way out is given a rest yet.", "way", pauses)
    due_since = min((waiting.since for waiting in vitals.due.values() if waiting.since), default=None)
    for name, what, waiting in (
        ("unread", "mails promised and not decided", vitals.unread),
        ("quarantined", "mails that could not be processed", vitals.quarantined),
        ("due", "mails due and not written", Waiting(count=0, since=due_since)),
        ("unsent", "mails written and not handed over", vitals.unsent),
        ("held", "mails held until somebody releases them", vitals.held),
        ("uncertain", "mails of which nobody knows whether they arrived", vitals.uncertain),
        ("pictures", "pictures not looked at", vitals.looks),
        ("unsealed", "events not chained", vitals.unsealed),
    ):
        if name != "due":
            yield GaugeMetricFamily(f"casepost_{name}", f"Count of {what}.", waiting.count)
        yield GaugeMetricFamily(
            f"casepost_{name}_oldest_seconds", f"Age of the oldest of {what}.", _age(waiting.since, vitals.at)
        )


def _mailbox_metrics(health: Sequence[MailboxHealth], now: datetime) -> Iterator[Metric]:
    ages = {one.name: _age(one.fetched_at or one.added_at, now) for one in health}
    yield _labelled(
        "casepost_mailbox_fetched_seconds", "How long ago a mailbox was last read without a fault.", "mailbox", ages
    )
    failures = {one.name: float(one.failures) for one in health}
    yield _labelled("casepost_mailbox_failures", "Failures in a row to read a mailbox.", "mailbox", failures)
    left = {one.name: float(one.left) for one in health}
    yield _labelled("casepost_mailbox_mails_left", "Mails that stay in a mailbox, not taken in.", "mailbox", left)


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since is not None else 0.0


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family
