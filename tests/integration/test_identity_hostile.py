"""Identity on octets made to break it: it never raises, never proves a forged author, and takes linear time."""

import random
import re
import time
from collections.abc import Callable, Iterator

import pytest

from cases.identity import Identity, Verdict
from ingest.identity.bodies import Bodies
from ingest.identity.check import Checker
from ingest.identity.fields import Block
from ingest.read.reader import read
from tests.outside import SELLER, SHOP, Outside, outside, route
from tests.signed_mail import make_mail, rsa_key, seal, sign

MUTATIONS = 10_000
OURS = "mx.ours.example"
PIECES = [
    b"\r\n", b"\r", b"\n", b"\r\n ", b"\0", b"\xff", b" ", b"\t" * 50, b";", b"=", b":", b'"', b"(", b")", b"\\",
    b"\r\n\r\n", b"%{", b"\xe2\x80\xae",
    b"l=0;", b"i=1;", b"i=99;", b"d=evil.example;", b"s=.;", b"h=;", b"b=;", b"bh=;", b"From: x@y\r\n", b"From x\r\n",
    f"Authentication-Results: {OURS}; (".encode(), b"ARC-Seal: i=1; cv=pass;\r\n", b"DKIM-Signature: v=1;\r\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def world() -> Iterator[Outside]:
    with outside() as made:
        made.dns.add("arc._domainkey.list.example", "TXT", rsa_key(seed=3).record)
        yield made


def mutate(raw: bytes, source: random.Random) -> bytes:
    octets = bytearray(raw)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(octets) + 1)
        match source.randrange(5):
            case 0 if octets:
                octets[at % len(octets)] = source.randrange(256)
            case 1:
                del octets[at : at + source.randint(1, 40)]
            case 2:
                octets[at:at] = source.choice(PIECES)
            case 3:
                octets[at:at] = octets[at : at + source.randint(1, 200)]
            case _:
                octets[at:at] = source.choice(PIECES) * source.randint(1, 30)
    return bytes(octets)


def test_ten_thousand_mutated_mails_raise_nothing_and_prove_nothing_more(world: Outside) -> None:
    source = random.Random(74)
    signed = sign(make_mail(), rsa_key())
    sealed = seal(
        signed + b"footer\r\n", rsa_key(seed=3), domain="list.example", results="dmarc=pass header.from=shop.example"
    )
    relayed = f"Authentication-Results: {OURS}; dmarc=none (p=none) header.from={SHOP}; spf=none\r\n".encode() + signed
    checker = world.checker(arc_sealers=("list.example",), authserv_id=OURS)
    raised: list[str] = []
    passed = 0
    for number in range(MUTATIONS):
        raw = mutate((signed, sealed, relayed)[number % 3], source)
        found = checker.check(raw, author=SELLER, route=route(trusted=number % 3 == 2))
        if found.detail.startswith("not checked"):
            raised.append(found.detail)
        if found.verdict is Verdict.PASS and number % 3 != 2:
            passed += 1
            assert b"is late." in raw
            assert b"302-1234567-7654321" in raw
    assert raised == [], "nothing is left to the last net"
    assert passed > 100


MULTIPART = (
    "--b1\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b1--\r\n"
)
QUOTING = "Order 302-1234567-7654321\r\nis late.\r\n\r\n--x\r\n\r\nPay to another account.\r\n--x--\r\n"
MIME = "MIME-Version: 1.0\r\nContent-Type: "
SIGNED_MAILS = [
    make_mail(body=QUOTING),
    make_mail(body=QUOTING, more=f"{MIME}text/plain; charset=utf-8\r\n"),
    make_mail(body=MULTIPART, more=f'{MIME}multipart/alternative;\r\n boundary="b1"\r\n'),
]
SIGNED_FIELDS = [
    None,
    [b"from", b"to", b"subject"],
    [b"to", b"subject", b"message-id", b"date", b"from", b"mime-version", b"from", b"to", b"cc", b"subject"],
]
SLIPPED_IN = [
    b"Content-Type: text/html\r\n", b"Content-Type: multipart/mixed; boundary=x\r\n", b"Content-Type text/html\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n", b"Content-Type: message/rfc822\r\n", b"MIME-Version: 1.0\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n", b"From \r\n",
    b"Content-Disposition: attachment; filename=x\r\n", b"Subject: e\r\n", b"Subject : e\r\n", b"\xefFrom: x@y\r\n",
    b"Cc: e@e\r\n", b"To: e@e\r\n", b"\r\r\n", b"\r\r", b" \r\n", b"Reply-To: e@e\r\n", b"References: <e@e>\r\n",
]  # fmt: skip


def what_a_person_sees(raw: bytes) -> tuple[object, ...]:
    """Author, those who are answered, references, subject and words.

    Words as a set: a signature in the relaxed form spares blanks, and one without Content-Type lets "alternative" be
    made "mixed", so that the same words stand there twice.
    """
    mail = read(raw)
    people = tuple(tuple(one.address for one in several) for several in (mail.to, mail.cc, mail.reply_to))
    author = mail.author.address if mail.author else None
    return author, people, mail.in_reply_to, mail.references, mail.subject.split(), set(mail.text.split())


def slip_in(raw: bytes, source: random.Random) -> bytes:
    """The mail with one of the lines above before one of its header lines."""
    starts = [0, *(found.end() for found in re.finditer(rb"\r\n", raw[: raw.index(b"\r\n\r\n")]))]
    at = source.choice(starts)
    return raw[:at] + source.choice(SLIPPED_IN) + raw[at:]


def test_a_mail_that_passes_by_its_signature_is_read_as_it_was_signed(world: Outside) -> None:
    """Two readers of one mail, dkimpy and ours, must not differ where a signature counts."""
    source = random.Random(76)
    checker, passed = world.checker(), 0
    for mail in SIGNED_MAILS:
        for names in SIGNED_FIELDS:
            signed = sign(mail, rsa_key(), names=names)
            as_signed = what_a_person_sees(signed)
            for _ in range(400):
                raw = slip_in(signed, source) if source.random() < 0.5 else mutate(signed, source)
                if checker.check(raw, author=SELLER, route=route()).verdict is Verdict.PASS:
                    assert what_a_person_sees(raw) in (as_signed, (None, *what_a_person_sees(raw)[1:])), raw
                    passed += 1
    assert passed > 30


def hostile_routes(source: random.Random) -> dict[str, str]:
    words = [
        "",
        "x",
        "@",
        "a@b@c",
        SHOP,
        f"@{SHOP}",
        "%{l}",
        "x" * 5_000,
        "\0",
        "ü@ü.example",
        "[192.0.2.1]",
        "a@" + "b." * 300,
    ]
    return {
        "peer": source.choice(["", "::1", "fe80::1%eth0", "999.1.1.1", "192.0.2.1\n"]),
        "helo": source.choice(words),
        "sender": source.choice(words),
    }


def test_hostile_envelopes_raise_nothing(world: Outside) -> None:
    source = random.Random(75)
    checker = world.checker(forwarders=("192.0.2.99", "relay.example"))
    world.spf("v=spf1 exists:%{l}.%{h}.%{i}.x.shop.example ptr -all")
    for _ in range(300):
        found = checker.check(make_mail(), author=SELLER, route=route(**hostile_routes(source)))
        assert not found.detail.startswith("not checked"), found


def seconds(check: Callable[[], object]) -> float:
    began = time.perf_counter()
    check()
    return time.perf_counter() - began


@pytest.mark.parametrize("unit", [b" ", b"\t\r\n", b"\r\n", b"\n", b"\r", b"a \r\n", b" \r", b"\r\n\r", b"ab"])
@pytest.mark.parametrize("form", [b"relaxed/relaxed", b"simple/simple"])
def test_hashing_a_body_takes_linear_time(unit: bytes, form: bytes) -> None:
    tags = {b"c": form, b"bh": b"AAAA"}
    small, large = (unit * (size // len(unit)) for size in (1_000_000, 4_000_000))
    assert seconds(lambda: Bodies(Block(fields=(), raw=large, begin=0)).fits(tags)) < max(
        8 * seconds(lambda: Bodies(Block(fields=(), raw=small, begin=0)).fits(tags)), 1.5
    )


@pytest.mark.parametrize(
    "field",
    [
        b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=from; bh=AAAA; b=" + b" " * 200_000 + b"!",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=" + b"a:" * 100_000 + b"from; bh=AAAA; b=AAAA",
        b"DKIM-Signature: " + b";" * 200_000,
        b"ARC-Seal: i=1; d=list.example; b=" + b"\r\n " * 60_000 + b"!",
        b"ARC-Seal: " + b"i=1; " * 40_000,
        b"X: a" + b"\r\n b" * 60_000,
        b"Authentication-Results: " + b"(" * 200_000,
        b"\r\n".join(b"Authentication-Results: mx.ours.example; " + b"a=b " * 3_000 for _ in range(15)),
        b"\r\n".join(
            b"ARC-Seal: i=%d; cv=pass; d=list.example; s=arc; a=rsa-sha256; b=AAAA" % one for one in range(1, 900)
        ),
        b"\r\n".join(
            b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s1; h=from; bh=AAAA; b=AAAA" for _ in range(900)
        ),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
def test_a_long_field_costs_little(world: Outside, field: bytes, trusted: bool) -> None:
    checker = world.checker(arc_sealers=("list.example",), authserv_id=OURS)
    raw = field + b"\r\n" + make_mail()
    found: list[Identity] = []
    assert seconds(lambda: found.append(checker.check(raw, author=SELLER, route=route(trusted=trusted)))) < 1
    assert found[0].verdict is not Verdict.PASS


def test_blanks_in_a_signature_cost_little(world: Outside) -> None:
    """dkimpy looks for b= with a pattern that takes quadratic time on folds."""
    signed = sign(make_mail(), rsa_key())
    field, at = signed[: signed.index(b"From:")], signed.rindex(b" b=") + 3
    raw = (field[:at] + b"\r\n " * 2_300 + b"!" + field[at:]) * 5 + make_mail()
    assert seconds(lambda: world.check(raw)) < 0.6


def test_a_key_that_would_take_minutes_of_arithmetic_is_not_used(world: Outside) -> None:
    import base64

    def der(tag: int, content: bytes) -> bytes:
        size = len(content).to_bytes(3, "big")
        return bytes([tag, 0x83]) + size + content

    number = der(2, b"\x00" + b"\xff" * 6_000)
    public = base64.b64encode(der(0x30, number + number)).decode()
    world.dns.add(f"huge._domainkey.{SHOP}", "TXT", f"v=DKIM1; p={public}")
    signed = sign(make_mail(), rsa_key(), selector="huge")
    assert seconds(lambda: world.check(signed)) < 1


def test_a_mail_of_35_mb_is_checked_in_time(world: Outside) -> None:
    signed = sign(make_mail(body="x" * 76 + "\r\n"), rsa_key())
    large = signed + (b"y" * 76 + b"\r\n") * (35 * 1024 * 1024 // 78)
    checker: Checker = world.checker()
    assert seconds(lambda: checker.check(large, author=SELLER, route=route())) < 3
