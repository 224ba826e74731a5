"""When what waits is due: the durations of `[reminders]`, in the working time of the case's queue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from cases import hours
from cases.change import Change
from cases.model import CaseState, Reminders
from cases.plan import WAIT_FOR_AGENT, Delay, Planned
from store.people import load_queue, load_reminders

_SOON = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """The working time of a queue and its reminders."""

    calendar: hours.Calendar
    reminders: Reminders

    def find_length(self, delay: Delay) -> hours.Duration | None:
        """The duration of a delay, None when it is switched off."""
        text: str = getattr(self.reminders, delay.value)
        return hours.parse_duration(text) if text else None

    def find_lag(self, earlier: Delay, later: Delay) -> hours.Duration:
        """How much later the one is than the other; what is switched off counts as no time."""
        none = hours.Duration(days=0, seconds=0)
        return (self.find_length(earlier) or none).until(self.find_length(later) or none)

    def add(self, start: datetime, length: hours.Duration) -> datetime:
        """The instant at which `length` from `start` is over, in whole seconds so that `run-due --at` can name it."""
        return whole_second(hours.add(self.calendar, start, length, clock=self.reminders.clock))


def load_timing(connection: Connection, queue_id: int) -> Timing:
    """The timing of a queue."""
    queue = load_queue(connection, queue_id)
    return Timing(calendar=hours.make_calendar(queue), reminders=load_reminders(connection, queue_id))


def find_due_at(connection: Connection, state: CaseState, planned: Planned, change: Change) -> datetime | None:
    """When a reply that follows from a change is due; None when its duration is switched off.

    Where an agent put the wait off, the agents are reminded at the time named, and what comes later keeps its
    distance from that.
    """
    if planned.delay in (Delay.NOW, Delay.SOON):
        return change.at if planned.delay is Delay.NOW else change.at + _SOON
    timing = load_timing(connection, state.queue_id)
    length = timing.find_length(planned.delay)
    if not change.settings.wait or planned.kind not in WAIT_FOR_AGENT:
        return timing.add(change.at, length) if length is not None else None
    resumed = timing.add(change.at, hours.parse_duration(change.settings.wait))
    if planned.delay is Delay.AGENT_AFTER:
        return resumed
    return timing.add(resumed, timing.find_lag(Delay.AGENT_AFTER, planned.delay)) if length is not None else None


def whole_second(at: datetime) -> datetime:
    """`at`, or the next whole second."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)
