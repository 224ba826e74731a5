"""Threat 77: mail by forwarders and lists gets the badge it deserves, and ARC counts only by a named sealer."""

from collections.abc import Iterator

import pytest

from cases.identity import Verdict
from tests.outside import OTHER_PEER, SHOP, SHOPS_PEER, Outside, outside
from tests.signed_mail import make_mail, rsa_key, seal, sign

PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NONE
LIST = "list.example"
SEALED_PASS = f"dmarc=pass header.from={SHOP}; dkim=pass header.d={SHOP}"
NAMED = {"arc_sealers": (LIST,)}


@pytest.fixture(name="world")
def make_world() -> Iterator[Outside]:
    with outside() as world:
        world.dns.add(f"arc._domainkey.{LIST}", "TXT", rsa_key(seed=3).record)
        world.dns.add("arc._domainkey.other.example", "TXT", rsa_key(seed=4).record)
        yield world


def with_footer() -> bytes:
    """What a list makes of a signed mail: the seller's signature does not fit any more."""
    return sign(make_mail(), rsa_key()) + b"-- \r\nYou are on this list.\r\n"


def test_77_a_forwarded_mail_with_a_good_signature_passes(world: Outside) -> None:
    assert world.check(sign(make_mail(), rsa_key()), peer=OTHER_PEER).verdict is PASS
    rewritten = "srs0=x=shop.example=seller@fwd.example"
    assert world.check(sign(make_mail(), rsa_key()), sender=rewritten).verdict is PASS


@pytest.mark.parametrize("listed", [OTHER_PEER, "192.0.2.0/24", "relay.example", "example.org", "2001:db8::/32"])
def test_77_by_a_named_forwarder_spf_says_nothing(world: Outside, listed: str) -> None:
    world.dns.add("relay.example", "A", "192.0.2.5", OTHER_PEER)
    world.dns.add("66.2.0.192.in-addr.arpa", "PTR", "mx7.example.org.")
    world.dns.add("mx7.example.org", "A", OTHER_PEER)
    rules = {"forwarders": (listed,)}
    expected = FAIL if listed == "2001:db8::/32" else NONE
    assert world.check(make_mail(), rules=rules).verdict is expected
    assert world.check(sign(make_mail(), rsa_key()), rules=rules).verdict is PASS


def test_77_a_forwarder_that_the_shop_names_too_proves_nothing_by_spf(world: Outside) -> None:
    assert world.check(make_mail(), peer=SHOPS_PEER).verdict is PASS
    assert world.check(make_mail(), peer=SHOPS_PEER, rules={"forwarders": (SHOPS_PEER,)}).verdict is NONE


def test_77_calling_oneself_a_forwarder_makes_none(world: Outside) -> None:
    world.dns.add("relay.example", "A", "192.0.2.5")
    world.dns.add("66.2.0.192.in-addr.arpa", "PTR", "relay.example.")
    assert world.check(make_mail(), helo="relay.example", rules={"forwarders": ("relay.example",)}).verdict is FAIL


def test_77_a_list_footer_fails_and_a_named_sealer_mends_it(world: Outside) -> None:
    sealed = seal(with_footer(), rsa_key(seed=3), domain=LIST, results=SEALED_PASS)
    assert world.check(sealed).verdict is FAIL
    assert world.check(sealed, rules={"arc_sealers": ("other.example",)}).verdict is FAIL
    found = world.check(sealed, rules=NAMED)
    assert (found.verdict, LIST in found.detail) == (PASS, True)


def test_77_what_a_named_sealer_saw_fail_is_no_pass(world: Outside) -> None:
    failed = seal(
        make_mail(), rsa_key(seed=3), domain=LIST, results="dmarc=fail policy.dmarc=reject header.from=shop.example"
    )
    assert world.check(failed, rules=NAMED).verdict is FAIL
    nothing = seal(make_mail(), rsa_key(seed=3), domain=LIST, results="dmarc=none header.from=shop.example")
    assert world.check(nothing, rules=NAMED).verdict is NONE
    other = seal(make_mail(), rsa_key(seed=3), domain=LIST, results="dmarc=pass header.from=evil.example")
    assert world.check(other, rules=NAMED).verdict is NONE


def test_77_a_chain_counts_by_its_newest_seal(world: Outside) -> None:
    by_list = seal(with_footer(), rsa_key(seed=3), domain=LIST, results=SEALED_PASS)
    by_other = seal(by_list, rsa_key(seed=4), domain="other.example", results=f"arc=pass; {SEALED_PASS}")
    assert world.check(by_other, rules=NAMED).verdict is FAIL
    assert world.check(by_other, rules={"arc_sealers": ("other.example",)}).verdict is PASS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"is late", b"is lost"),
        (b"Where is my order", b"Where is our order"),
        (b"seller@shop", b"owner@shop"),
        (b"dmarc=pass", b"dmarc=pass (x)"),
        (b"cv=none", b"cv=pass"),
        (b"d=list.example", b"d=list.example; x=1"),
        (b"i=1", b"i=2"),
    ],
)
def test_77_a_chain_that_was_touched_counts_for_nothing(world: Outside, before: bytes, after: bytes) -> None:
    sealed = seal(with_footer(), rsa_key(seed=3), domain=LIST, results=SEALED_PASS)
    touched = sealed.replace(before, after)
    assert touched != sealed
    assert world.check(touched, rules=NAMED).verdict is not PASS


def test_77_a_sealed_mail_sent_again_with_a_copy_is_unverified(world: Outside) -> None:
    sealed = seal(with_footer(), rsa_key(seed=3), domain=LIST, results=SEALED_PASS)
    assert world.check(b"Cc: x@evil.example\r\n" + sealed, rules=NAMED).verdict is not PASS


def test_77_a_seal_forged_in_a_named_sealers_name_counts_for_nothing(world: Outside) -> None:
    forged = seal(make_mail(), rsa_key(seed=5), domain=LIST, results=SEALED_PASS)
    assert world.check(forged, rules=NAMED).verdict is FAIL
