"""Authentication-Results: what is read of a value, and what verdict a trusted relay's own one comes to."""

import time

import pytest

from cases.identity import Verdict
from ingest.identity.judge import judge_results
from ingest.identity.relayed import judge_relayed
from ingest.identity.results import MAX_CHARS, parse_results

OURS = "mx.ours.example"
PASS, FAIL, NONE = Verdict.PASS, Verdict.FAIL, Verdict.NONE


def verdict_of(value: str, domain: str = "shop.example") -> Verdict:
    return judge_relayed((("authentication-results", value.encode()),), domain, OURS).verdict


@pytest.mark.parametrize(
    "head",
    [
        OURS,
        "MX.Ours.EXAMPLE",
        f"{OURS} 1",
        f"(a (nested) comment) {OURS} (and \\) another) 1 (third)",
        f' "{OURS}" ',
        f"\t{OURS}  ",
    ],
)
def test_the_id_is_compared_as_rfc_8601_says(head: str) -> None:
    assert verdict_of(f"{head}; dmarc=pass header.from=shop.example") is PASS


@pytest.mark.parametrize(
    "head",
    [
        "mx.ours.example.evil.example",
        "evil.example",
        f"{OURS} 2",
        f"{OURS} 1 1",
        f"x {OURS}",
        f"(={OURS})",
        "",
        f"{OURS}(",
    ],
)
def test_another_id_or_version_is_not_believed(head: str) -> None:
    assert verdict_of(f"{head}; dmarc=pass header.from=shop.example") is NONE


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        # OpenDMARC
        ("dmarc=pass (p=none dis=none) header.from=shop.example", PASS),
        ("dmarc=fail (p=reject dis=none) header.from=shop.example", FAIL),
        ("dmarc=fail (p=quarantine dis=quarantine) header.from=shop.example", FAIL),
        ("dmarc=fail (p=none dis=none) header.from=shop.example", NONE),
        # Google
        ("dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=shop.example", FAIL),
        ("dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=shop.example", FAIL),
        ("dmarc=fail (p=NONE sp=REJECT dis=NONE) header.from=shop.example", NONE),
        # rspamd
        ('dmarc=fail reason="No valid SPF, No valid DKIM" header.from=shop.example (policy=quarantine)', FAIL),
        ('dmarc=fail reason="No valid SPF, No valid DKIM" header.from=shop.example (policy=none)', NONE),
        # Authentication Milter, Yahoo
        ("dmarc=fail policy.published-domain-policy=reject (p=reject,d=none) header.from=shop.example", FAIL),
        ("dmarc=fail policy.dmarc=reject header.from=shop.example", FAIL),
        ("dmarc=fail policy.dmarc=none header.from=shop.example", NONE),
        # Microsoft
        ("dmarc=fail action=oreject header.from=shop.example;compauth=fail reason=000", FAIL),
        ("dmarc=fail action=quarantine header.from=shop.example", FAIL),
        ("dmarc=fail action=none header.from=shop.example", NONE),
        ("spf=fail (sender IP is 192.0.2.7) smtp.mailfrom=shop.example; hotmail.com; dmarc=fail action=reject", FAIL),
        # no policy named, an error, no record
        ("dmarc=fail header.from=shop.example", NONE),
        ("dmarc=temperror header.from=shop.example", NONE),
        ("dmarc=none header.from=shop.example", NONE),
        ("dmarc=none; dkim=pass header.d=shop.example", PASS),
        ("dmarc=bestguesspass action=none header.from=shop.example; spf=pass smtp.mailfrom=shop.example", PASS),
        # about another domain
        ("dmarc=pass header.from=evil.example", NONE),
        ("dmarc=pass header.from=evil.example; dkim=pass header.d=shop.example", NONE),
        # what contradicts itself is taken for the worse
        ("dmarc=pass header.from=shop.example; dmarc=fail (p=reject) header.from=shop.example", FAIL),
    ],
)
def test_a_dmarc_result_decides(results: str, expected: Verdict) -> None:
    assert verdict_of(f"{OURS}; {results}") is expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dkim=pass header.d=shop.example", PASS),
        ("dkim=pass header.i=@shop.example header.s=s1 header.b=ab/c==", PASS),
        ("dkim=pass header.i=user@mail.shop.example", PASS),
        ("dkim = pass (2048-bit key) header.d = shop.example", PASS),
        ("DKIM/1=PASS header.d=SHOP.example", PASS),
        ("dkim=pass header.d=evil.example", NONE),
        ("dkim=fail header.d=shop.example", NONE),
        ("dkim=none", NONE),
        ("none", NONE),
        ("dkim=fail header.d=shop.example; dkim=pass header.d=evil.example", NONE),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=seller@shop.example", PASS),
        ("spf=pass smtp.mailfrom=bounce.shop.example", PASS),
        ("spf=pass smtp.mail=seller@shop.example", PASS),
        ("spf=pass (best guess record for domain of seller@shop.example) smtp.mail=seller@shop.example", NONE),
        ("spf=softfail smtp.mailfrom=shop.example", NONE),
        ("spf=pass smtp.mailfrom=evil.example", NONE),
        ('spf=pass smtp.mailfrom="" smtp.helo=shop.example', NONE),
        ("spf=pass smtp.mailfrom=evil.example; hotmail.com; dkim=none header.d=none;hotmail.com", NONE),
        ("arc=pass (dmarc=pass fromdomain=shop.example)", NONE),
        ("x-dmarc=pass header.from=shop.example", NONE),
    ],
)
def test_without_a_dmarc_result_an_aligned_pass_proves(results: str, expected: Verdict) -> None:
    assert verdict_of(f"{OURS}; {results}") is expected


@pytest.mark.parametrize(
    "results",
    [
        # A sender chooses local part, HELO and comments; none of them may become a property or a result.
        "spf=pass smtp.mailfrom=shop.example=x@evil.example",
        "spf=pass smtp.mailfrom=a=smtp.mailfrom=shop.example@evil.example",
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=shop.example "@evil.example',
        'spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=shop.example "@evil.example',
        "spf=pass (helo x; dmarc=pass header.from=shop.example) smtp.mailfrom=evil.example",
        "spf=pass (helo \\) ; dmarc=pass header.from=shop.example) smtp.mailfrom=evil.example",
        "spf=fail (x smtp.mailfrom=shop.example spf=pass) smtp.mailfrom=evil.example",
        'dkim=fail reason="header.d=shop.example dkim=pass"',
        "dkim=pass header.d=evil.example header.i=@shop.example",
        "dkim=pass header.from=shop.example",
    ],
)
def test_what_a_sender_writes_into_a_result_proves_nothing(results: str) -> None:
    assert verdict_of(f"{OURS}; {results}") is NONE


def test_only_the_first_sign_behind_a_name_is_one() -> None:
    found = parse_results(f"{OURS}; spf=pass smtp.mailfrom=srs0=a=b@shop.example x = y ; dkim=pass header.b=ab/c==")
    assert found is not None
    assert found.results[0].properties == (("smtp.mailfrom", "srs0=a=b@shop.example"), ("x", "y"))
    assert found.results[1].properties == (("header.b", "ab/c=="),)


def test_a_subdomain_fails_only_when_both_policies_that_may_be_meant_are_strict() -> None:
    both = f"{OURS}; dmarc=fail (p=REJECT sp=QUARANTINE dis=NONE)"
    one = f"{OURS}; dmarc=fail (p=REJECT sp=NONE dis=NONE)"
    assert verdict_of(both, "news.shop.example") is FAIL
    assert verdict_of(one, "news.shop.example") is NONE


def relayed(*values: str, received_after: int = -1) -> Verdict:
    fields = [("authentication-results", value.encode()) for value in values]
    if received_after >= 0:
        fields.insert(received_after, ("received", b"from x by y"))
    return judge_relayed(tuple(fields), "shop.example", OURS).verdict


def test_only_the_topmost_field_of_the_id_proves() -> None:
    genuine, forged = f"{OURS}; spf=none", f"{OURS}; dmarc=pass header.from=shop.example"
    assert relayed(forged, genuine) is PASS
    assert relayed(genuine, forged) is NONE
    assert relayed("other.example; dmarc=pass header.from=shop.example", genuine, forged) is NONE
    assert relayed("other.example; dmarc=fail (p=reject)", forged) is PASS


def test_another_field_of_the_same_block_can_only_make_it_worse() -> None:
    nothing, failure = f"{OURS}; dkim=none", f"{OURS}; dmarc=fail (p=reject) header.from=shop.example"
    assert relayed(nothing, failure) is FAIL
    assert relayed(nothing, failure, received_after=1) is NONE


def test_a_torn_field_ends_the_search() -> None:
    """A sender who gets a bracket into the relay's own field must not make a forged one the topmost."""
    assert relayed(f"{OURS}; spf=none (helo (", f"{OURS}; dmarc=pass header.from=shop.example") is NONE


def test_no_configured_id_believes_nobody() -> None:
    for value in ("; dmarc=pass header.from=shop.example", "dmarc=pass header.from=shop.example"):
        found = judge_relayed((("authentication-results", value.encode()),), "shop.example", "")
        assert found.verdict is NONE
    assert verdict_of("dmarc=pass header.from=shop.example") is NONE


def test_an_id_is_never_found_in_a_value_that_names_nobody() -> None:
    assert parse_results("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=shop.example") is not None
    found = parse_results("spf=pass (x) smtp.mailfrom=shop.example; dkim=none")
    assert found is not None
    assert (found.authserv_id, [one.method for one in found.results]) == ("", ["spf", "dkim"])


@pytest.mark.parametrize(
    "unit", ["(", ")", "()", '"', '""', "\\", ";", "=", "a=", "a=b ", "x; ", "((a)", "\t", "é", '"\\']
)
def test_reading_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = f"{OURS}; dkim=pass " + unit * (size // len(unit))
        began = time.perf_counter()
        parsed = parse_results(text[:size])
        if parsed is not None:
            judge_results(parsed.results, "shop.example", OURS)
        return time.perf_counter() - began

    half = min(seconds(MAX_CHARS // 2) for _ in range(3))
    whole = min(seconds(MAX_CHARS) for _ in range(3))
    assert whole < max(4 * half, 0.5)
    assert parse_results("x" * (MAX_CHARS + 1)) is None
