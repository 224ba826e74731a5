"""DMARC records, alignment and domains: the pure parts of our own checks."""

import pytest

from casepost.config.checks import nameserver
from ingest.identity.domains import address_domain, ascii_domain, find_organisation, is_aligned
from ingest.identity.facts import Rules
from ingest.identity.fields import find_repeated, parse_block, read_fields
from ingest.identity.policy import parse_policy


@pytest.mark.parametrize(
    ("record", "wishes"),
    [
        ("v=DMARC1; p=reject", ("reject", "reject", "reject")),
        ("v=DMARC1;p=quarantine;sp=none", ("quarantine", "none", "none")),
        ("v=DMARC1; p=none; np=reject", ("none", "none", "reject")),
        ("v = DMARC1 ; P = Reject ; SP = NONE", ("reject", "none", "none")),
        ("v=DMARC1; rua=mailto:x@shop.example", ("none", "none", "none")),
        ("v=DMARC1; p=rejct", ("none", "none", "none")),
        ("v=DMARC1; p=reject; p=none", ("reject", "reject", "reject")),
        ("v=DMARC1; p=reject; t=y", ("quarantine", "quarantine", "quarantine")),
        ("v=DMARC1; p=quarantine; t=y", ("none", "none", "none")),
        ("v=DMARC1; p=quarantine; pct=0", ("none", "none", "none")),
        ("v=DMARC1; p=quarantine; pct=5", ("quarantine", "quarantine", "quarantine")),
    ],
)
def test_what_a_record_asks_for(record: str, wishes: tuple[str, str, str]) -> None:
    policy = parse_policy((record.encode(),))
    assert policy is not None
    assert (policy.own, policy.sub, policy.missing) == wishes


@pytest.mark.parametrize(
    "records",
    [
        (),
        ("v=spf1 -all",),
        ("v=DMARC2; p=reject",),
        ("v=dmarc1; p=reject",),
        ("p=reject; v=DMARC1",),
        ("v=DMARC1; p=reject", "v=DMARC1; p=none"),
        ("v=DMARC1; p=reject; x=" + "a" * 5000,),
    ],
)
def test_what_is_no_record_or_more_than_one_asks_for_nothing(records: tuple[str, ...]) -> None:
    assert parse_policy(tuple(one.encode() for one in records)) is None


def test_other_texts_beside_the_record_do_not_matter() -> None:
    policy = parse_policy((b"\xff\xfe", b"google-site-verification=x", b"v=DMARC1; p=reject; adkim=s; aspf=s"))
    assert policy is not None
    assert (policy.strict_dkim, policy.strict_spf) == (True, True)


@pytest.mark.parametrize(
    ("domain", "author", "relaxed", "strict"),
    [
        ("shop.example", "shop.example", True, True),
        ("mail.shop.example", "shop.example", True, False),
        ("shop.example", "mail.shop.example", True, False),
        ("shop.co.uk", "other.co.uk", False, False),
        ("co.uk", "shop.co.uk", False, False),
        ("shop.co.uk", "co.uk", False, False),
        ("evilshop.example", "shop.example", False, False),
        ("shop.example.evil.example", "shop.example", False, False),
        ("one.myshopify.com", "two.myshopify.com", False, False),
    ],
)
def test_alignment_is_that_of_organisations(domain: str, author: str, relaxed: bool, strict: bool) -> None:
    assert (is_aligned(domain, author), is_aligned(domain, author, strict=True)) == (relaxed, strict)


@pytest.mark.parametrize(
    ("written", "ascii_form"),
    [
        ("Shop.Example", "shop.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", None),  # IDNA 2003 would make it strasse.example
        ("shop", None),
        ("[192.0.2.1]", None),
        ("shop..example", None),
        ("shop.example.", None),
        ("-shop.example", None),
        ("a" * 64 + ".example", None),
        ("\u0441hop.example", "xn--hop-3ed.example"),
        ("", None),
    ],
)
def test_a_domain_has_one_ascii_form_or_none(written: str, ascii_form: str | None) -> None:
    assert ascii_domain(written) == ascii_form


def test_the_domain_of_an_address_stands_behind_its_last_sign() -> None:
    assert address_domain('"a@good.example"@evil.example') == "evil.example"
    assert address_domain("<>") is None
    assert find_organisation("a.b.shop.co.uk") == "shop.co.uk"


def test_a_relay_domain_holds_for_all_below_it() -> None:
    rules = Rules(relay_domains=("marketplace.example",))
    assert rules.is_relay("x1@Marketplace.example")
    assert rules.is_relay("x1@de.marketplace.example")
    assert not rules.is_relay("x1@notmarketplace.example")


@pytest.mark.parametrize(
    "head",
    [
        b"From: a@shop.example\r\nFrom evil\r\nSubject: x\r\n",
        b"From a@shop.example\r\nFrom: a@shop.example\r\n",
        b"From: a@shop.example\r\nFrom : b@shop.example\r\n",
        b" From: a@shop.example\r\n",
        b"From: a@shop.example\rSubject: x\r\n",
        b"From: a@shop.example\r\r\nSubject: x\r\n",
        b"From: a@shop.example\r\nno field\r\n",
        b"X: " + b"a" * 300_000 + b"\r\n",
        b"X: a\r\n" * 1_001,
    ],
)
def test_a_header_that_two_readers_could_read_differently_is_none_for_signatures(head: bytes) -> None:
    assert parse_block(head + b"\r\nbody") is None


def test_a_header_without_an_end_is_none_for_signatures() -> None:
    assert parse_block(b"From: a@shop.example\r\n") is None


def test_line_ends_are_crlf_whatever_they_were() -> None:
    block = parse_block(b"From: a@shop.example\nX: b\n c\r\n\nx\ny\r\n")
    assert block is not None
    assert block.fields == ((b"From", b" a@shop.example\r\n"), (b"X", b" b\r\n c\r\n"))
    assert block.body == b"x\r\ny\r\n"


def test_fields_that_must_stand_once_are_counted_as_the_reader_sees_them() -> None:
    def repeated(text: bytes) -> str:
        return find_repeated(tuple(name for name, _ in read_fields(text)))

    assert repeated(b"From a@b Thu\r\nSubject: a\r\nX: 1\r\nX: 2\r\n\r\nSubject: c") == ""
    assert repeated(b"Subject: a\r\nX: 1\r\nsubject : b\r\n\r\n") == "subject"
    assert repeated(b"To: a\r\nTo: b\r\n\r\n") == "to"


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]:53"])
def test_a_name_server_is_an_address_with_a_port_or_without(text: str) -> None:
    assert nameserver(text) == text


@pytest.mark.parametrize(
    "text", ["", "dns.example", "dns.example:53", "127.0.0.1:0", "127.0.0.1:99999", "[127.0.0.1]:53"]
)
def test_what_is_no_address_is_no_name_server(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        nameserver(text)
