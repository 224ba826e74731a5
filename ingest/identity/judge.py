"""From the results somebody trusted has written to a verdict: pure."""

import re
from collections.abc import Iterable

from cases.identity import Identity, Verdict
from ingest.identity.domains import address_domain, is_aligned
from ingest.identity.results import Result

# OpenDMARC "(p=reject dis=none)", Google "(p=REJECT sp=NONE dis=NONE)", rspamd "(policy=quarantine)".
_COMMENT_POLICY = re.compile(r"(?<![a-z.])(p|sp|policy)\s?=\s?(none|quarantine|reject)(?![a-z])", re.IGNORECASE)
_STRICT = ("quarantine", "reject")
# Microsoft: "oreject" is a reject that the receiver has overridden, "pct.reject" one that pct= spared.
_ACTIONS = {
    "none": "none", "quarantine": "quarantine", "reject": "reject", "oreject": "reject", "o.reject": "reject",
    "pct.quarantine": "quarantine", "pct.reject": "reject",
}  # fmt: skip


def judge_results(results: Iterable[Result], domain: str, source: str) -> Identity:
    """What results say of the author's ASCII `domain`. `source` begins the line for the record.

    A DMARC result decides. Without one (no record, an error, an old server) an aligned DKIM or SPF pass proves the
    same. Results that contradict each other are taken for the worse: the good one may have come in by a hole.
    """
    found = tuple(results)
    said = [one for one in found if one.method == "dmarc" and _is_about(one, domain)]
    values = {one.value for one in said}
    if values & {"fail", "hardfail"}:
        return _judge_failure([one for one in said if one.value in ("fail", "hardfail")], domain, source)
    if "pass" in values:
        return Identity(verdict=Verdict.PASS, detail=f"{source}: dmarc=pass")
    if any(one.method == "dmarc" and one.value in ("pass", "fail", "hardfail") for one in found):
        return Identity(detail=f"{source}: its dmarc result is about another domain than From")
    proof = next((how for one in found if (how := _find_aligned_pass(one, domain))), "")
    if proof:
        return Identity(verdict=Verdict.PASS, detail=f"{source}: {proof}")
    return Identity(detail=f"{source}: no aligned pass")


def _is_about(result: Result, domain: str) -> bool:
    """Whether a DMARC result is about the author's domain, by its header.from if it has one."""
    named = result.find("header.from")
    return not named or address_domain(named) == domain


def _judge_failure(failures: list[Result], domain: str, source: str) -> Identity:
    policies = [policy for one in failures for policy in _find_policies(one, domain)]
    if policies and all(policy in _STRICT for policy in policies):
        return Identity(verdict=Verdict.FAIL, detail=f"{source}: dmarc=fail (p={policies[0]})")
    known = f"p={policies[0]}" if policies else "no policy named"
    return Identity(detail=f"{source}: dmarc=fail ({known})")


def _find_policies(result: Result, domain: str) -> list[str]:
    """The published policies that may be meant, all of which have to be strict for a fail.

    "(p=reject sp=none)" does not say at which level the record stands, so for a subdomain both may be meant.
    """
    named = result.find("policy.dmarc", "policy.published-domain-policy").lower()
    if named:
        return [named]
    action = _ACTIONS.get(result.find("action").lower())
    if action:
        return [action]
    published = {key.lower(): value.lower() for key, value in reversed(_COMMENT_POLICY.findall(result.comment))}
    if "sp" in published and _is_organisation(domain):
        del published["sp"]
    return list(published.values())


def _is_organisation(domain: str) -> bool:
    return not is_aligned(domain.partition(".")[2], domain)


def _find_aligned_pass(result: Result, domain: str) -> str:
    """What an aligned DKIM or SPF pass rests on, or ""."""
    if result.value != "pass" or "best guess" in result.comment.lower():  # Google's guess where no SPF record was
        return ""
    if result.method == "dkim":
        named = address_domain(result.find("header.d", "header.i"))
        return f"dkim=pass (d={named})" if named and is_aligned(named, domain) else ""
    if result.method == "spf":
        named = address_domain(result.find("smtp.mailfrom", "smtp.mail"))
        return f"spf=pass (mailfrom {named})" if named and is_aligned(named, domain) else ""
    return ""
