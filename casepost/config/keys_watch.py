"""Keys of the configuration for those who watch over an installation: its log, its alarms, its junk."""

from enum import StrEnum
from typing import Annotated

import msgspec

from casepost.config import checks
from casepost.config.key import DURATION, Key


class LogFormat(StrEnum):
    """How lines of the log look."""

    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """What is worth a line in the log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[log]"""

    format: Annotated[LogFormat, Key('"console": lines for people; "json": an object a line')] = LogFormat.CONSOLE
    level: Annotated[LogLevel, Key('"debug", "info", "warning" or "error"')] = LogLevel.INFO


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[retention]"""

    closed_after: Annotated[
        str, Key("a closed case is erased whole so long after; a legal hold keeps it", DURATION, checks.duration)
    ] = ""
    junk_after: Annotated[str, Key("junk is erased so long after it came", DURATION, checks.duration)] = ""


class Alarms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[alarms]"""

    to: Annotated[
        tuple[str, ...], Key("who is told by mail; none: all administrators", "mail addresses", checks.address)
    ] = ()
    undecided_after: Annotated[
        str,
        Key("a mail that came in has no case yet, or a mail that is due is not written", DURATION, checks.duration),
    ] = "PT15M"
    unsent_after: Annotated[str, Key("a mail that is written has not left", DURATION, checks.duration)] = "PT2H"


class Junk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[junk]"""

    believe_relays: Annotated[
        bool, Key("a mail that a trusted relay's headers call spam opens no case and is kept in `casepost junk list`")
    ] = True
    clamd: Annotated[
        str,
        Key(
            'ClamAV looks at attached files: "unix:/run/clamav/clamd.ctl" or "host:port"; "" for none',
            '"unix:/path", "host:port" or "" for none',
            checks.listen_any,
        ),
    ] = ""
