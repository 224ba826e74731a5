"""The ticker: APScheduler calls "do what is due" now and then. It is the safety net; wake-ups come first."""

import logging
from collections.abc import Callable, Mapping

from apscheduler.schedulers.background import BackgroundScheduler

from cases.errors import TemporaryError

_log = logging.getLogger(__name__)


def start_ticker(jobs: Mapping[Callable[[], None], float]) -> BackgroundScheduler:
    """Call each job every so many seconds, never twice at once, in a thread pool; the caller shuts it down."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = BackgroundScheduler(timezone="UTC")
    for job, seconds in jobs.items():
        scheduler.add_job(
            _guarded(job), "interval", seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
        )
    scheduler.start()
    return scheduler


def _guarded(job: Callable[[], None]) -> Callable[[], None]:
    def tick() -> None:
        try:
            job()
        except TemporaryError as error:
            _log.warning("tick %s: %s", job.__name__, error)

    return tick
