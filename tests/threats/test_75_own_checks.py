"""Threat 75: our own checks on a hostile DNS: ten lookups, five seconds, and trouble is no failure."""

import time
from collections.abc import Iterator

import pytest

from cases.identity import Verdict
from tests.outside import OTHER_PEER, SHOP, SHOPS_PEER, Outside, outside
from tests.signed_mail import make_mail, rsa_key, sign

PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NONE


@pytest.fixture(name="world")
def make_world() -> Iterator[Outside]:
    with outside() as world:
        yield world


def test_75_pass_fail_and_softfail(world: Outside) -> None:
    assert world.check(make_mail(), peer=SHOPS_PEER).verdict is PASS
    assert world.check(make_mail()).verdict is FAIL
    world.spf(f"v=spf1 ip4:{SHOPS_PEER} ~all")
    assert world.check(make_mail()).verdict is FAIL
    world.dns.zone[f"_dmarc.{SHOP}", "TXT"] = ["v=DMARC1; p=none"]
    assert world.check(make_mail()).verdict is NONE


def test_75_only_the_real_clients_address_counts(world: Outside) -> None:
    claimed = f"Received: from mx.{SHOP} ({SHOPS_PEER}) by mx.ours.example\r\nX-Originating-IP: {SHOPS_PEER}\r\n"
    assert world.check(claimed.encode() + make_mail(), helo=f"[{SHOPS_PEER}]").verdict is FAIL


def test_75_ten_lookups_are_made_and_the_eleventh_is_not(world: Outside) -> None:
    for number in range(11):
        world.dns.add(f"i{number}.{SHOP}", "TXT", "v=spf1 ?all" if number < 9 else f"v=spf1 ip4:{OTHER_PEER} -all")
    world.spf("v=spf1 " + " ".join(f"include:i{number}.{SHOP}" for number in range(10)) + " -all")
    assert world.check(make_mail()).verdict is PASS
    world.dns.seen.clear()
    world.spf("v=spf1 " + " ".join(f"include:i{number}.{SHOP}" for number in (*range(9), 8, 9)) + " -all")
    assert world.check(make_mail()).verdict is FAIL
    assert world.dns.questions(f"i9.{SHOP}") == 0


def test_75_a_loop_of_includes_and_one_of_cnames_end(world: Outside) -> None:
    world.spf(f"v=spf1 include:a.{SHOP} -all")
    world.dns.add(f"a.{SHOP}", "TXT", f"v=spf1 include:b.{SHOP} -all")
    world.dns.add(f"b.{SHOP}", "TXT", f"v=spf1 include:a.{SHOP} -all")
    assert world.check(make_mail()).verdict is FAIL
    world.dns.add(f"c.{SHOP}", "CNAME", f"d.{SHOP}")
    world.dns.add(f"d.{SHOP}", "CNAME", f"c.{SHOP}")
    world.spf(f"v=spf1 include:c.{SHOP} -all")
    assert world.check(make_mail()).verdict is NONE, "a loop of CNAMEs is the server's trouble"
    assert sum(world.dns.seen.values()) < 40


def test_75_a_flood_of_names_that_do_not_exist_is_cut_short(world: Outside) -> None:
    world.spf("v=spf1 " + " ".join(f"a:gone{number}.{SHOP}" for number in range(10)) + f" ip4:{OTHER_PEER} -all")
    assert world.check(make_mail()).verdict is FAIL
    assert sum(count for (name, _), count in world.dns.seen.items() if name.startswith("gone")) == 3


def test_75_many_exchanges_cost_a_limited_number_of_questions(world: Outside) -> None:
    for number in range(9):
        world.dns.add(f"m{number}.{SHOP}", "MX", *(f"{one} h{number}-{one}.{SHOP}." for one in range(10)))
        for one in range(10):
            world.dns.add(f"h{number}-{one}.{SHOP}", "A", "192.0.2.200")
    world.spf("v=spf1 " + " ".join(f"mx:m{number}.{SHOP}" for number in range(9)) + " -all")
    assert world.check(make_mail()).verdict is NONE
    assert sum(world.dns.seen.values()) <= 55


def test_75_a_text_of_4_kb_comes_by_tcp_and_a_longer_one_is_no_record(world: Outside) -> None:
    networks = " ".join(f"ip4:10.{number // 250}.{number % 250}.0/24" for number in range(240))
    record = f"v=spf1 {networks} ip4:{OTHER_PEER} -all"
    assert len(record) > 3_800
    world.spf(record)
    assert world.check(make_mail()).verdict is PASS
    world.spf(f"v=spf1 {networks} {networks} ip4:{OTHER_PEER} -all")
    assert world.check(make_mail()).verdict is FAIL


def test_75_a_record_made_to_burn_time_does_not(world: Outside) -> None:
    for record in ("v=spf1 a:" + "a." * 1_900 + "x -all", "v=spf1 include:" + "%%" * 1_900, "v=spf1 " + "a" * 4_000):
        world.spf(record)
        began = time.monotonic()
        world.check(make_mail())
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("name", [f"_dmarc.{SHOP}", f"s1._domainkey.{SHOP}", SHOP])
def test_75_a_server_that_fails_is_no_failure_of_the_author(world: Outside, name: str) -> None:
    world.dns.broken.add(name)
    broken = sign(make_mail(), rsa_key(seed=5))
    assert world.check(broken).verdict is NONE


def test_75_a_time_out_is_none_within_five_seconds(world: Outside) -> None:
    world.dns.slow[SHOP] = 30
    began = time.monotonic()
    assert world.check(sign(make_mail(), rsa_key())).verdict is NONE
    assert time.monotonic() - began < 5
