"""Durable accept of 8 MB mails over four connections, against Postfix's queue with everything on hold."""

from bench.accept_20k import contest
from bench.mails import Size
from bench.scale import scaled

_CONNECTIONS = 4
_MAILS = 24


def main() -> None:
    """Print the rates of both, in mails a second, and the ratio; then what the books say."""
    contest(Size.MB_8, _CONNECTIONS, scaled(_MAILS, at_least=_CONNECTIONS))
