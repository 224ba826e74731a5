"""A mail that comes to a running service another way than by SMTP, which takes no line end but CR LF."""

from cases.arrival import Arrival, Channel
from store.clock import real_clock
from tests.service import QUEUE, Service


def pipe(service: Service, raw: bytes, sender: str) -> None:
    """Put a mail into the ledger as the pipe does, and wake the worker."""
    arrival = Arrival(raw=raw, channel=Channel.PIPE, sender=sender, recipients=(QUEUE,), received_at=real_clock())
    service.app.store.ledger.add([arrival])
    service.app.waker.wake()
