"""Identity on real DNS questions over UDP and TCP, with mails that are really signed."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import dns.resolver
import pytest

from cases.identity import Verdict
from cases.mail import Address
from ingest.identity.check import Checker
from ingest.identity.facts import Rules
from tests.dns_stub import free_port
from tests.outside import OTHER_PEER, SELLER, SHOP, SHOPS_PEER, Outside, now, outside, route
from tests.signed_mail import ed25519_key, make_mail, rsa_key, sign

PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NONE


@pytest.fixture
def world() -> Iterator[Outside]:
    with outside() as made:
        yield made


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second for the DNS and no longer."""
    monkeypatch.setattr("ingest.identity.lookups.PATIENCE_SECONDS", 1.0)


@pytest.mark.parametrize("form", [b"relaxed", b"simple"])
@pytest.mark.parametrize(
    "body", ["", "\r\n", "a\r\n", "a \t b \r\n\r\n\r\n", "a", "\r\n\r\na\r\n", "a\r\r\n\r\n", "  \r\n", "ü\r\n"]
)
def test_a_signature_of_dkimpy_is_good_in_both_forms_of_the_body(world: Outside, form: bytes, body: str) -> None:
    signed = sign(make_mail(body=body), rsa_key(), form=form)
    assert world.check(signed).verdict is PASS
    assert world.check(signed + b"more\r\n").verdict is FAIL


def test_a_mail_with_bare_line_feeds_is_checked_as_it_was_signed(world: Outside) -> None:
    signed = sign(make_mail(), rsa_key())
    assert world.check(signed.replace(b"\r\n", b"\n")).verdict is PASS


def test_an_ed25519_signature_counts(world: Outside) -> None:
    key = ed25519_key()
    world.dns.add(f"ed._domainkey.{SHOP}", "TXT", key.record)
    signed = sign(make_mail(), key, selector="ed", algorithm=b"ed25519-sha256")
    assert world.check(signed).verdict is PASS
    assert world.check(signed.replace(b"my order", b"our order")).verdict is FAIL


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("", FAIL),
        ("p=", FAIL),
        ("v=DKIM2; {p}", FAIL),
        ("v=DKIM1; s=tlsrpt; {p}", FAIL),
        ("v=DKIM1; s=other:email; {p}", PASS),
        ("v=DKIM1; h=sha1; {p}", FAIL),
        ("v=DKIM1; h=sha1:sha256; {p}", PASS),
        ("v=DKIM1; k=ed25519; {p}", FAIL),
        ("v=DKIM1; t=y; {p}", NONE),
        ("v=DKIM1; t=s; {p}", PASS),
        ("{p}", PASS),
        ("v=DKIM1; p=" + "A" * 3000, FAIL),
        ("v=DKIM1; p=AAAA", FAIL),
        ("v=DKIM1; p=\u00fc", FAIL),
    ],
)
def test_what_a_key_record_says_holds(world: Outside, record: str, expected: Verdict) -> None:
    public = rsa_key().record.rpartition("; ")[2]
    world.dns.zone[f"s1._domainkey.{SHOP}", "TXT"] = [record.format(p=public)]
    assert world.check(sign(make_mail(), rsa_key())).verdict is expected


def test_two_keys_under_one_name_are_none(world: Outside) -> None:
    world.dns.add(f"s1._domainkey.{SHOP}", "TXT", rsa_key(seed=8).record)
    assert world.check(sign(make_mail(), rsa_key())).verdict is FAIL


def test_a_key_of_512_bits_and_sha1_do_not_count(world: Outside) -> None:
    world.dns.add(f"weak._domainkey.{SHOP}", "TXT", rsa_key(512).record)
    assert world.check(sign(make_mail(), rsa_key(512), selector="weak")).verdict is FAIL
    assert world.check(sign(make_mail(), rsa_key(), algorithm=b"rsa-sha1")).verdict is FAIL


def test_an_expired_signature_does_not_count_by_the_time_of_the_mails_arrival(world: Outside) -> None:
    signed = sign(make_mail(), rsa_key())
    until = int(now().timestamp()) + 60
    # dkimpy knows no x=, but writes whatever it is given behind s=, and signs it.
    with_end = sign(make_mail(), rsa_key(), selector=f"s1; x={until}")
    assert world.check(with_end).verdict is PASS
    assert world.check(with_end, received_at=now() + timedelta(minutes=2)).verdict is FAIL
    assert world.check(signed, received_at=now() - timedelta(hours=11)).verdict is FAIL


def test_many_signatures_cost_few_lookups(world: Outside) -> None:
    raw = make_mail()
    for number in range(30):
        raw = sign(raw, rsa_key(seed=9), selector=f"x{number}")
    world.check(raw)
    assert sum(count for (name, _), count in world.dns.seen.items() if "_domainkey" in name) == 5


def test_what_is_not_aligned_is_not_even_looked_up(world: Outside) -> None:
    signed = sign(make_mail(), rsa_key(), domain="evil.example")
    world.check(signed, sender="x@evil.example")
    assert {name for name, _ in world.dns.seen} == {f"_dmarc.{SHOP}"}


@pytest.mark.parametrize(
    ("policy", "above", "author", "expected"),
    [
        ("p=none", "", SHOP, NONE),
        ("p=quarantine", "", SHOP, FAIL),
        ("p=reject", "", SHOP, FAIL),
        ("p=reject; pct=10", "", SHOP, FAIL),
        ("p=quarantine; t=y", "", SHOP, NONE),
        ("p=reject", "", f"mail.{SHOP}", FAIL),
        ("p=reject; sp=none", "", f"mail.{SHOP}", NONE),
        ("p=none; sp=reject", "", f"mail.{SHOP}", FAIL),
        ("p=none; np=reject", "", f"mail.{SHOP}", NONE),
        ("p=none; np=reject", "", f"ghost.{SHOP}", FAIL),
        ("p=reject", "p=none", f"mail.{SHOP}", NONE),
        ("p=reject", "", "unknown.example", NONE),
    ],
)
def test_the_policy_that_holds_is_found(policy: str, above: str, author: str, expected: Verdict) -> None:
    with outside(policy) as world:
        world.dns.add(f"mail.{SHOP}", "A", "192.0.2.5")
        if above:
            world.dns.add(f"_dmarc.mail.{SHOP}", "TXT", f"v=DMARC1; {above}")
        found = world.check(make_mail(f"x@{author}"), author=Address(address=f"x@{author}"), sender="x@evil.example")
        assert found.verdict is expected


def test_strict_alignment_is_the_very_domain() -> None:
    with outside("p=reject; adkim=s; aspf=s") as world:
        world.dns.add(f"s1._domainkey.mail.{SHOP}", "TXT", rsa_key().record)
        world.dns.add(f"mail.{SHOP}", "TXT", f"v=spf1 ip4:{OTHER_PEER} -all")
        assert world.check(sign(make_mail(), rsa_key(), domain=f"mail.{SHOP}")).verdict is FAIL
        assert world.check(make_mail(), sender=f"x@mail.{SHOP}").verdict is FAIL
        assert world.check(sign(make_mail(), rsa_key())).verdict is PASS
    with outside("p=reject") as world:
        world.dns.add(f"s1._domainkey.mail.{SHOP}", "TXT", rsa_key().record)
        assert world.check(sign(make_mail(), rsa_key(), domain=f"mail.{SHOP}")).verdict is PASS


def test_a_domain_without_a_record_can_be_proved(world: Outside) -> None:
    del world.dns.zone[f"_dmarc.{SHOP}", "TXT"]
    assert world.check(make_mail(), peer=SHOPS_PEER).verdict is PASS
    assert world.check(sign(make_mail(), rsa_key())).verdict is PASS
    assert world.check(make_mail()).verdict is NONE


def test_the_null_sender_is_checked_by_helo(world: Outside) -> None:
    assert world.check(make_mail(), sender="", helo=SHOP, peer=SHOPS_PEER).verdict is PASS
    assert world.check(make_mail(), sender="", helo="other.example", peer=SHOPS_PEER).verdict is FAIL
    assert world.check(make_mail(), sender=None, peer=SHOPS_PEER).verdict is FAIL


def test_an_address_with_two_signs_is_of_the_domain_behind_the_last(world: Outside) -> None:
    world.dns.add("evil.example", "TXT", f"v=spf1 ip4:{OTHER_PEER} -all")
    assert world.check(make_mail(), sender=f'"x@evil.example"@{SHOP}').verdict is FAIL


def test_ipv6_and_mapped_addresses_are_the_clients(world: Outside) -> None:
    world.spf("v=spf1 ip6:2001:db8::/32 ip4:192.0.2.1 -all")
    assert world.check(make_mail(), peer="2001:db8::7").verdict is PASS
    assert world.check(make_mail(), peer="::ffff:192.0.2.1").verdict is PASS
    assert world.check(make_mail(), peer="2001:db9::7").verdict is FAIL
    assert world.check(make_mail(), peer="no address").verdict is FAIL


def test_a_slow_zone_of_the_client_excuses_nothing(world: Outside) -> None:
    """Whoever forges owns the reverse zone of his host and can make it slow."""
    world.spf("v=spf1 ptr -all")
    world.dns.slow["in-addr.arpa"] = 20
    began = time.monotonic()
    assert world.check(make_mail()).verdict is FAIL
    assert world.check(make_mail(), rules={"forwarders": ("relay.example",)}).verdict is FAIL
    assert time.monotonic() - began < 6


def test_a_dead_server_makes_one_mail_wait_and_not_the_next(world: Outside) -> None:
    checker = world.checker()
    world.dns.silent = True
    began = time.monotonic()
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is NONE
    assert time.monotonic() - began < 5
    began = time.monotonic()
    for _ in range(20):
        assert checker.check(make_mail(), author=SELLER, route=route()).verdict is NONE
    assert time.monotonic() - began < 0.5


@pytest.mark.usefixtures("hasty")
def test_a_server_that_lives_again_is_asked_again(world: Outside) -> None:
    clock = [1000.0]
    checker = Checker(Rules(nameservers=(world.dns.address,)), monotonic=lambda: clock[0])
    world.dns.silent = True
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is NONE
    clock[0] += 31
    began = time.monotonic()
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is NONE
    assert time.monotonic() - began < 1.5, "the easy question comes first"
    world.dns.silent = False
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is NONE, "still within the pause"
    clock[0] += 31
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is FAIL


@pytest.mark.usefixtures("hasty")
def test_a_slow_domain_switches_off_nobody_else(world: Outside) -> None:
    checker = world.checker()
    world.dns.slow["slow.example"] = 20
    slow = Address(address="x@slow.example")
    began = time.monotonic()
    assert checker.check(make_mail("x@slow.example"), author=slow, route=route()).verdict is NONE
    assert time.monotonic() - began < 5
    began = time.monotonic()
    assert checker.check(make_mail(), author=SELLER, route=route()).verdict is FAIL
    assert checker.check(make_mail("x@slow.example"), author=slow, route=route()).verdict is NONE
    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("hasty")
def test_nobody_listening_and_no_server_named_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    nobody = Checker(Rules(nameservers=(f"127.0.0.1:{free_port()}",)))
    assert nobody.check(make_mail(), author=SELLER, route=route()).verdict is NONE

    def refuse(*_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", refuse)
    assert Checker(Rules()).check(make_mail(), author=SELLER, route=route()).verdict is NONE
    assert time.monotonic() - began < 5


def test_answers_are_kept_and_shared_by_threads(world: Outside) -> None:
    checker = world.checker()
    verdicts: list[Verdict] = []
    raw = sign(make_mail(), rsa_key())

    def work() -> None:
        verdicts.extend(checker.check(raw, author=SELLER, route=route()).verdict for _ in range(20))

    checker.check(raw, author=SELLER, route=route())
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [PASS] * 80
    assert world.dns.questions(f"s1._domainkey.{SHOP}") == 1


def test_an_answer_is_kept_no_longer_than_it_holds(world: Outside) -> None:
    clock = [1000.0]
    checker = Checker(Rules(nameservers=(world.dns.address,)), monotonic=lambda: clock[0])
    world.dns.ttl = 100
    for later, asked in ((0, 1), (99, 1), (2, 2)):
        clock[0] += later
        checker.check(make_mail(), author=SELLER, route=route())
        assert world.dns.questions(f"_dmarc.{SHOP}") == asked


def test_a_repeated_single_field_takes_the_pass_away_and_leaves_the_fail(world: Outside) -> None:
    twice = make_mail(more="Subject: another\r\n")
    assert world.check(twice, peer=SHOPS_PEER).verdict is NONE
    assert world.check(twice).verdict is FAIL
    trusted = b"Authentication-Results: mx.ours; dmarc=pass\r\n" + twice
    assert world.check(trusted, trusted=True, channel="lmtp", rules={"authserv_id": "mx.ours"}).verdict is NONE


def test_switched_off_or_without_an_author_nothing_is_asked(world: Outside) -> None:
    off = world.checker(check_on=False)
    assert off.check(make_mail(), author=SELLER, route=route(peer=SHOPS_PEER)).verdict is NONE
    assert world.checker().check(make_mail(), author=None, route=route(peer=SHOPS_PEER)).verdict is NONE
    assert world.check(make_mail(), channel="web").verdict is NONE
    assert not world.dns.seen


def test_a_pass_of_a_relay_address_says_so(world: Outside) -> None:
    found = world.check(make_mail(), peer=SHOPS_PEER, rules={"relay_domains": (SHOP,)})
    assert (found.verdict, "relay" in found.detail) == (PASS, True)
    assert "relay" not in world.check(make_mail(), peer=SHOPS_PEER).detail
