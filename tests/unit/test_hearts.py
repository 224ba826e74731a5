"""Pulses: who is alive, and totals that never fall."""

import msgspec

from casepost.pulse import Pulse
from casepost.web.hearts import Hearts


def _pulse(role: str, pid: int, accepted: int, stations: dict[str, float] | None = None) -> bytes:
    counts = [("mails_accepted", "smtp", accepted)]
    timings = [("accept_seconds", [accepted] + [0] * 13, accepted / 100)]
    return msgspec.msgpack.encode(Pulse(role=role, pid=pid, counts=counts, timings=timings, stations=stations or {}))


def test_totals_are_of_all_processes_and_do_not_fall_when_one_is_started_again() -> None:
    hearts = Hearts()
    hearts.hear(_pulse("edge-0", 10, 5), at=0)
    hearts.hear(_pulse("edge-1", 11, 2), at=0)
    hearts.hear(_pulse("edge-0", 10, 7), at=1)
    assert hearts.counts()["mails_accepted", "smtp"] == 9
    hearts.hear(_pulse("edge-0", 20, 1), at=2)
    assert hearts.counts()["mails_accepted", "smtp"] == 10
    spread = hearts.spreads()["accept_seconds"]
    assert spread.counts[0] == 10
    assert round(spread.total, 6) == 0.1


def test_a_process_that_falls_silent_is_named() -> None:
    hearts = Hearts()
    hearts.hear(_pulse("worker", 10, 0), at=100)
    assert hearts.find_silent(["worker"], at=105) == {}
    assert hearts.find_silent(["worker", "edge-0"], at=130) == {
        "worker": "no sign of life for 30 s",
        "edge-0": "no sign of life",
    }


def test_a_station_that_does_not_come_to_an_end_is_named() -> None:
    hearts = Hearts()
    hearts.hear(_pulse("worker", 10, 0, {"write": 3.0, "deliver": 1200.0}), at=100)
    assert hearts.find_silent(["worker"], at=101) == {"worker": "deliver has been at one thing for 20 minutes"}


def test_what_is_no_pulse_is_nothing() -> None:
    hearts = Hearts()
    for datagram in (b"", b"x", b"\x93\x01\x02\x03", b"\xc1" * 50):
        hearts.hear(datagram, at=0)
    assert hearts.counts() == {}
