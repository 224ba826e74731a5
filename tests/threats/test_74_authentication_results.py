"""Threat 74: whose Authentication-Results are believed. A forged one never makes an author proved."""

from typing import Any

import pytest

from cases.identity import Verdict
from tests.outside import SHOPS_PEER, Outside, outside
from tests.signed_mail import make_mail

OURS = "mx.ours.example"
RULES = {"authserv_id": OURS}
GENUINE_NONE = f"Authentication-Results: {OURS}; dmarc=none header.from=shop.example\r\nReceived: from x by {OURS}\r\n"
FORGED = "dmarc=pass header.from=shop.example"

VARIANTS = [
    f"Authentication-Results: {OURS}; {FORGED}",
    f"AUTHENTICATION-RESULTS: {OURS.upper()}; {FORGED}",
    f"authentication-results:{OURS};{FORGED}",
    f"Authentication-Results: (comment) {OURS} (another) 1; {FORGED}",
    f"Authentication-Results: {OURS} 1;\r\n\t{FORGED}",
    f"Authentication-Results:\r\n {OURS};\r\n {FORGED}",
    f'Authentication-Results: "{OURS}"; {FORGED}',
    f"Authentication-Results : {OURS}; {FORGED}",
    f"Authentication-Results: {OURS}; dkim=pass header.d=shop.example; spf=pass smtp.mailfrom=shop.example",
]


def with_field(field: str, *, at_top: bool) -> bytes:
    if at_top:
        return f"{field}\r\n".encode() + make_mail()
    return make_mail(more=f"{field}\r\n")


@pytest.fixture(name="world")
def make_world() -> object:
    with outside("p=none") as world:
        yield world


@pytest.mark.parametrize("at_top", [True, False])
@pytest.mark.parametrize("field", VARIANTS)
def test_74_from_an_untrusted_hop_it_proves_nothing(world: Outside, field: str, at_top: bool) -> None:
    assert world.check(with_field(field, at_top=at_top), rules=RULES).verdict is Verdict.NONE


@pytest.mark.parametrize("at_top", [True, False])
@pytest.mark.parametrize("field", VARIANTS)
def test_74_below_the_relays_own_it_proves_nothing(world: Outside, field: str, at_top: bool) -> None:
    raw = GENUINE_NONE.encode() + with_field(field, at_top=at_top)
    assert world.check(raw, rules=RULES, trusted=True).verdict is Verdict.NONE


@pytest.mark.parametrize("own_id", ["", "mx.other.example", "ours.example", f"x.{OURS}"])
@pytest.mark.parametrize("field", VARIANTS)
def test_74_with_another_id_configured_it_proves_nothing(world: Outside, field: str, own_id: str) -> None:
    raw = with_field(field, at_top=True)
    assert world.check(raw, rules={"authserv_id": own_id}, trusted=True).verdict is Verdict.NONE


@pytest.mark.parametrize("channel", ["smtp", "lmtp", "pipe", "imap", "import"])
def test_74_the_trusted_hops_own_one_counts_and_nothing_else(world: Outside, channel: str) -> None:
    proved = f"Authentication-Results: {OURS}; {FORGED}\r\n".encode() + make_mail()
    failed = f"Authentication-Results: {OURS}; dmarc=fail (p=reject)\r\n".encode() + make_mail()
    how: dict[str, Any] = {"channel": channel, "trusted": True, "rules": RULES}
    assert world.check(proved, **how).verdict is Verdict.PASS
    assert world.check(failed, **how).verdict is Verdict.FAIL
    # What SPF says of the relay's own address says nothing: none there is none.
    assert world.check(make_mail(), peer=SHOPS_PEER, **how).verdict is Verdict.NONE
    assert not world.dns.seen
