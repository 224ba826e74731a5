"""What the store says when it cannot do what it is asked."""

from cases.errors import PermanentError, TemporaryError


class StoreUnavailable(TemporaryError):
    """The database or the disk does not answer or is full: nothing was promised, try again."""


class StoreDamaged(PermanentError):
    """What is kept is not what was written: a raw mail or a part does not have its hash."""


class NotFound(PermanentError):
    """There is no such case, queue, user or row."""


class QueueTaken(PermanentError):
    """Two queues cannot have one address."""


class Refused(PermanentError):
    """What was asked for does not fit the case, the message or the person as they are."""
