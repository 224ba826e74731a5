"""Target `commands`: the first lines of an agent's mail, and what they make of the case."""

from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from cases import hours
from cases.change import Change
from cases.reference import Role, is_number
from ingest.commands import COMMANDS as KNOWN
from ingest.commands import Parsed, parse_commands
from ingest.decide import decide
from ingest.read.charset import clean_text
from tests.casework import ADA, AGENT, NOW, NUMBER, OTHER, SUPPORT, ask, make_mail, signed_address
from tests.fuzz.target import Target, assert_line, assert_text, pure

_TO = tuple(signed_address(role, subject_id=ADA.id) for role in (Role.AGENT, Role.NOTE))
_CALENDAR = hours.make_calendar(SUPPORT)
_LONGEST = timedelta(days=3 * 366)  # a year of working days is longer on the calendar


def check(text: str) -> None:
    """What holds for any text of an agent."""
    parsed = parse_commands(text)
    assert parse_commands(text) == parsed
    assert_text(parsed.text)
    assert_line(*parsed.problems, *(one.argument for one in parsed.commands))
    _assert_commands(parsed)
    first = next((line for line in parsed.text.split("\n") if line.strip()), "")
    if not parsed.has("note"):
        assert not first.strip().startswith("#"), "a command would go to the seller"
    mail = make_mail(author=AGENT, text=text, reply_text=text)
    for address in _TO:
        change = decide(ask(mail, address, sender=AGENT))
        assert decide(ask(mail, address, sender=AGENT)) == change
        _assert_change(change, parsed)


def _assert_commands(parsed: Parsed) -> None:
    for one in parsed.commands:
        grammar = KNOWN[one.name]
        assert bool(one.argument) == bool(grammar.takes), one
        assert not grammar.choices or one.argument in grammar.choices
        if grammar.takes and not grammar.choices:
            assert grammar.parse(one.argument) == one.argument, one
    assert all(is_number(one) for one in parsed.arguments("merge"))
    for wait in parsed.arguments("wait"):
        assert wait.isascii(), wait
        length = hours.parse_duration(wait)
        assert NOW < hours.add(_CALENDAR, NOW, length, clock="business") < NOW + _LONGEST
    for address in (*parsed.arguments("add"), *parsed.arguments("remove")):
        assert address.count("@") == 1
        assert address.split() == [address]


def _assert_change(change: Change, parsed: Parsed) -> None:
    """All of it or none of it, and nothing that was not said."""
    assert_text(change.report, change.message.text if change.message else "")
    msgspec.msgpack.encode(change.settings)
    done = change.settings
    assert done.wait in ("", *parsed.arguments("wait"))
    assert set(done.add_tags) <= set(parsed.arguments("tag"))
    if parsed.problems:
        assert (done.wait, done.add_tags, done.topic, done.queue_id, change.people.add) == ("", (), None, None, ())
        assert change.message is None or not parsed.text or change.report


_MARKS = ("#", "# ", "##", "#\u00a0", "\uff03", "* #", "- #", "\ufeff#", "\u200b#", "", "> #", " \u3000#")
_ARGUMENTS = (
    *("", "high", "HIGH", "payments", "me", AGENT, "eve@evil.example", f"<{AGENT}>", "a@b<mailto:a@b>", "a@b c@d"),
    *(
        "2d",
        "4h",
        "1w",
        "0d",
        "9999w",
        "9999 hours",
        "P2DT4H",
        "P999W999D",
        "PT",
        "P1\u0662D",
        "\u0661d",
        "1 minute\u017f",
    ),
    *(NUMBER, OTHER, f"[CP-{NUMBER}]", "CP-\uff11", "\u0664821773099", "support", "returns", "vat-2026", "a\u0130b"),
)
_COMMAND = st.builds(
    lambda mark, name, argument: f"{mark}{name} {argument}\n",
    st.sampled_from(_MARKS),
    st.sampled_from((*KNOWN, "Close", "WAIT", "clo\u017fe", "x")),
    st.sampled_from(_ARGUMENTS) | st.text(max_size=6),
)
_WAIT = st.from_regex(
    r"(?i)#wait (P\d{0,3}W?\d{0,3}D?T?\d{0,4}H?\d{0,4}M?|\d{1,4} ?(w|d|h|m|weeks?|mins?))\n", fullmatch=True
)
_OTHER = st.sampled_from(
    ("\n", " \n", "\r\n", "Thank you.\n", "> #close\n", "-- \n", "\u2028", "\x85", "\u200b\n", "\v")
)


def _as_read(lines: list[str]) -> str:
    """As the reader gives a text: one kind of line end, no controls."""
    return clean_text("".join(lines))


COMMANDS = Target(
    name="commands",
    holds="never raises, the same twice, in 1 s of CPU; what is obeyed is in its normal form and read back the same, a "
    "wait ends within three years, no line with # at the top goes to the seller, and with a problem nothing is done",
    examples=st.lists(_COMMAND | _WAIT | _OTHER | st.text(max_size=5), max_size=7).map(_as_read),
    begin=pure(check, most_seconds=1.0),
)
