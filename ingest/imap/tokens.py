"""OAuth 2 tokens from a command of the administrator's, kept until shortly before they end.

The command prints JSON with `access_token` and `expires_in` (seconds), as RFC 6749 section 5.1 has it, or the token
alone, which is asked for anew at each sign-in. Nothing that it prints is ever told: it may hold the secret.
"""

import json
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.imap.trouble import MailboxTrouble, Trouble

SECONDS = 60.0  # for the command
EARLY = 120.0  # seconds before its end a token is given up: signing in takes time, and clocks differ
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")  # RFC 6750 section 2.1
_BY_HAND = "run it by hand as the user of the service"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """An access token, and for how many seconds it holds; None: nobody knows."""

    text: str
    seconds: float | None = None

    def __repr__(self) -> str:
        """Nothing that a log may not have."""
        return "Token(...)"


def parse_token(printed: str) -> Token:
    """What a token command printed. Raises ValueError, which does not repeat it."""
    text = printed.strip()
    if not text.startswith("{"):
        return Token(text=_checked(text))
    try:
        found = json.loads(text)
    except ValueError:
        raise ValueError("what it prints begins as JSON and is none") from None
    seconds = found.get("expires_in")
    if isinstance(seconds, str) and seconds.isdigit():  # Azure's older endpoint writes the number as text
        seconds = int(seconds)
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return Token(text=_checked(found.get("access_token")), seconds=float(seconds) if known else None)


def _checked(text: object) -> str:
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise ValueError("it prints no token")
    return text


@dataclass(kw_only=True)
class TokenSource:
    """Asks the command when there is no token that still holds."""

    command: str
    clock: Callable[[], float] = time.monotonic
    _token: Token | None = field(default=None, repr=False)
    _until: float = 0.0

    def token(self) -> str:
        """A token that holds for a while. Raises MailboxTrouble."""
        if self._token is None or self.clock() >= self._until:
            self._token = run_token_command(self.command)
            self._until = self.clock() + (self._token.seconds or 0.0) - EARLY
        return self._token.text

    def forget(self) -> None:
        """The server did not take it: the next one is asked for anew."""
        self._token = None


def run_token_command(command: str) -> Token:
    """Run the command, not by a shell, for a minute at most. Raises MailboxTrouble."""
    try:
        ended = subprocess.run(  # noqa: S603  it is the administrator's own command
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _trouble(f"it does not end within {SECONDS:.0f} s") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _trouble(f"it cannot be run: {reason or type(error).__name__}") from None
    if ended.returncode:
        raise _trouble(f"it ends with exit code {ended.returncode}")
    try:
        return parse_token(ended.stdout.decode("utf-8", "replace"))
    except ValueError as error:
        raise _trouble(str(error)) from None


def _trouble(says: str) -> MailboxTrouble:
    return MailboxTrouble(Trouble.TOKEN, f"oauth_token_command: {says}; {_BY_HAND}")
