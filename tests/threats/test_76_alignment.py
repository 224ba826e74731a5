"""Threat 76: a pass for somebody else's domain, or over less than the whole mail, proves no author."""

from collections.abc import Iterator

import pytest

from cases.identity import Verdict
from tests.outside import OTHER_PEER, SHOP, Outside, outside
from tests.signed_mail import make_mail, rsa_key, sign, sign_fields

PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NONE


@pytest.fixture(name="world", params=["p=none", "p=reject"])
def make_world(request: pytest.FixtureRequest) -> Iterator[Outside]:
    with outside(request.param) as world:
        world.dns.add("evil.example", "TXT", f"v=spf1 ip4:{OTHER_PEER} -all")
        world.dns.add("_dmarc.evil.example", "TXT", "v=DMARC1; p=none")
        world.dns.add("s1._domainkey.evil.example", "TXT", rsa_key(seed=6).record)
        yield world


def test_76_a_pass_for_another_domain_proves_nothing(world: Outside) -> None:
    signed = sign(make_mail(), rsa_key(seed=6), domain="evil.example")
    assert world.check(signed, sender="x@evil.example", helo="evil.example").verdict is not PASS


@pytest.mark.parametrize("identity", [f"@{SHOP}", f"seller@{SHOP}", f"@{SHOP}.evil.example"])
def test_76_an_identity_that_names_the_victim_proves_nothing(world: Outside, identity: str) -> None:
    signed = sign(make_mail(), rsa_key(seed=6), domain="evil.example")
    forged = signed.replace(b"i=@evil.example", b"i=" + identity.encode())
    assert forged != signed
    assert world.check(forged, sender="x@evil.example").verdict is not PASS


def test_76_a_signature_over_a_part_of_the_body_never_counts(world: Outside) -> None:
    signed = sign(make_mail(), rsa_key(), length=True)
    assert world.check(signed).verdict is not PASS
    assert world.check(signed + b"Pay to another account.\r\n").verdict is not PASS


def test_76_of_two_signatures_the_authors_own_counts(world: Outside) -> None:
    both = sign(sign(make_mail(), rsa_key()), rsa_key(seed=6), domain="evil.example")
    assert world.check(both).verdict is PASS
    other_first = sign(sign(make_mail(), rsa_key(seed=6), domain="evil.example"), rsa_key())
    assert world.check(other_first).verdict is PASS
    broken_first = sign(sign(make_mail(), rsa_key()), rsa_key(seed=5))
    assert world.check(broken_first).verdict is PASS


@pytest.mark.parametrize(
    "added",
    ["Cc: x@evil.example", "Reply-To: x@evil.example", "In-Reply-To: <2@x>", "References: <2@x>", "cc: x@evil.example"],
)
def test_76_sent_again_with_a_field_added_it_is_unverified(world: Outside, added: str) -> None:
    names = [b"from", b"to", b"subject", b"date", b"message-id"]
    signed = sign(make_mail(), rsa_key(), names=names)
    assert world.check(signed).verdict is PASS
    for again in (f"{added}\r\n".encode() + signed, signed.replace(b"\r\n\r\n", f"\r\n{added}\r\n\r\n".encode(), 1)):
        assert world.check(again).verdict is NONE


@pytest.mark.parametrize(
    "added", ["To: x@evil.example", "Subject: #close", f"From: x@{SHOP}", "Date: x", "Message-ID: <2@x>"]
)
def test_76_sent_again_with_a_field_twice_it_is_unverified(world: Outside, added: str) -> None:
    signed = sign(make_mail(), rsa_key(), names=[b"from", b"to", b"subject", b"date", b"message-id"])
    assert world.check(f"{added}\r\n".encode() + signed).verdict is not PASS


def test_76_sent_again_with_words_slipped_into_the_header_it_is_unverified(world: Outside) -> None:
    """Some readers end the header at a line that is no field and take the rest for the body; dkimpy skips it."""
    signed = sign(make_mail(), rsa_key())
    slipped = signed.replace(b"Date:", b"From the shop\r\nX-Note: pay to another account\r\nDate:", 1)
    assert world.check(slipped).verdict is not PASS


def test_76_a_copy_that_is_signed_may_be_there(world: Outside) -> None:
    copied = make_mail(more="Cc: colleague@shop.example\r\n")
    assert world.check(sign(copied, rsa_key())).verdict is PASS
    unsigned = sign(copied, rsa_key(), names=[b"from", b"to", b"subject", b"date", b"message-id"])
    assert world.check(unsigned).verdict is NONE


def test_76_fields_that_large_senders_leave_out_may_be_unsigned(world: Outside) -> None:
    """Google signs no Content-Type, Yahoo no Message-ID."""
    mail = make_mail(more="MIME-Version: 1.0\r\nContent-Type: text/plain\r\n")
    google = [b"to", b"subject", b"message-id", b"date", b"from", b"mime-version", b"from", b"to", b"cc", b"subject"]
    assert world.check(sign(mail, rsa_key(), names=google)).verdict is PASS
    yahoo = [b"date", b"from", b"to", b"subject", b"references", b"from", b"subject", b"reply-to"]
    assert world.check(sign(mail, rsa_key(), names=yahoo)).verdict is PASS


def test_76_a_signature_that_leaves_out_from_never_counts(world: Outside) -> None:
    mail = make_mail()
    assert world.check(sign_fields(mail, rsa_key(), domain=SHOP, names=[b"from", b"to", b"subject"])).verdict is PASS
    assert world.check(sign_fields(mail, rsa_key(), domain=SHOP, names=[b"to", b"subject"])).verdict is not PASS
