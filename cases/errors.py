"""The error tree. An error that crosses an edge says temporary or permanent; unknown is temporary.

Every error carries one plain line for a person to read: no bodies, no secrets, no line breaks.
"""


class CasepostError(Exception):
    """The root of what this program raises on purpose."""


class TemporaryError(CasepostError):
    """Try again: nothing says that it will not work then."""


class PermanentError(CasepostError):
    """Trying again will not help: something has to be changed first."""
