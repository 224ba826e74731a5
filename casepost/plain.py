"""Words of others on an operator's screen: made inert, with times as a person says them."""

import json
import re
from datetime import datetime, timedelta

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# In JSON text these stand within strings only, where an escape means the same.
_RISKY_IN_JSON = re.compile(r"[\x7f-\x9f\ud800-\udfff]")
_SIGNED = re.compile(r"\+a[a-z2-7]{42}@", re.IGNORECASE)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def inert(text: str) -> str:
    """Text of several lines that a terminal only shows: no C0 or C1 control, no turned writing direction."""
    return _CONTROL.sub("", "\n".join(text.splitlines())).expandtabs(4)


def inert_line(text: str) -> str:
    """The same in one line, each run of white space one space."""
    return _CONTROL.sub("", " ".join(text.split()))


def shorten_address(address: str) -> str:
    """An address in one line; the token of a signed one, long and secret, is left out."""
    return _SIGNED.sub("+…@", inert_line(address))


def show_time(at: str, *, now: datetime | None) -> str:
    """An RFC 3339 instant in this machine's time: as said at `now`, or with date and zone when `now` is None."""
    local = datetime.fromisoformat(at).astimezone()
    if now is None:
        return local.isoformat(sep=" ", timespec="seconds")
    clock = f"{local:%H:%M}"
    today = now.astimezone().date()
    near = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    if local.date() in near:
        return f"{near[local.date()]} {clock}"
    if abs(local.date() - today) < timedelta(days=180):
        return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {clock}"
    return f"{local:%Y-%m-%d} {clock}"


def show_wait(at: str, *, now: datetime) -> str:
    """How far an instant is from `now`: "in 23 h", "40 min ago", "now" within a minute."""
    seconds = (datetime.fromisoformat(at) - now).total_seconds()
    size = abs(seconds)
    if size < 60:
        return "now"
    amount = (
        f"{size / 60:.0f} min"
        if size < 5400
        else f"{size / 3600:.0f} h"
        if size < 172800
        else f"{size / 86400:.0f} days"
    )
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def show_size(octets: int) -> str:
    """A size as a person says it."""
    if octets < 1000:
        return f"{octets} B"
    return f"{octets / 1000:.0f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def dump_json(document: object, *, indent: int | None = None) -> str:
    """JSON that any terminal and any encoding of text can take: C1 controls and lone surrogates are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return _RISKY_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
