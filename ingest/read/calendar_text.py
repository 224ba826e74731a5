"""What an invitation says (RFC 5545), in a few lines: shown where a mail has no other text."""

import re

_FOLD = re.compile(r"\n[ \t]")
_PROPERTY = re.compile(
    r"(SUMMARY|DTSTART|DTEND|LOCATION|ORGANIZER|DESCRIPTION|UID)((?:;[^:\n]{0,300})?):([^\n]*)", re.I
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d{0,2}(Z?))?")
_ESCAPE = re.compile(r"\\([\\;,nN])")
_ORDER = ("SUMMARY", "TIME", "LOCATION", "ORGANIZER", "DESCRIPTION")
_MAX_CHARS = 64 * 1024


def calendar_to_text(text: str) -> str:
    """Summary, time, place, organiser and description of the first event, one line each; "" where there is none."""
    unfolded = _FOLD.sub("", text[:_MAX_CHARS])
    begin = re.search(r"BEGIN:V(?:EVENT|TODO|FREEBUSY)", unfolded, re.IGNORECASE)
    if begin is None:
        return ""
    found: dict[str, str] = {}
    for line in unfolded[begin.end() :].split("\n"):
        if line.upper().startswith("END:V"):
            break
        if match := _PROPERTY.match(line):
            name, parameters, value = match[1].upper(), match[2], match[3]
            found.setdefault(name, _organiser(parameters, value) if name == "ORGANIZER" else _unescape(value))
    times = [_time(found[name]) for name in ("DTSTART", "DTEND") if name in found]
    found["TIME"] = " – ".join(time for time in times if time)
    return "\n".join(found[name] for name in _ORDER if found.get(name))


def _unescape(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


def _organiser(parameters: str, value: str) -> str:
    name = re.search(r";CN=(?:\"([^\"]{0,200})\"|([^;:]{0,200}))", parameters, re.IGNORECASE)
    address = re.sub(r"\Amailto:", "", value.strip(), flags=re.IGNORECASE)
    shown = (name[1] or name[2] or "").strip() if name else ""
    return f"{shown} <{address}>" if shown and shown != address else address


def _time(value: str) -> str:
    match = _TIME.match(value.strip())
    if match is None:
        return ""
    day = f"{match[1]}-{match[2]}-{match[3]}"
    return f"{day} {match[4]}:{match[5]}{' UTC' if match[6] else ''}" if match[4] else day
