"""Mail straight from outside: DKIM, SPF and DMARC checked here, ARC where a sealer is named.

Only what is aligned with the author's domain is looked at, since nothing else can prove or disprove the author. So a
mail costs few lookups, and a stranger's domain with many includes costs none.
"""

from dataclasses import dataclass

from cases.identity import Identity, Verdict
from ingest.identity.answers import DnsTrouble
from ingest.identity.bodies import Bodies
from ingest.identity.chain import find_sealed_results
from ingest.identity.domains import find_organisation, is_aligned
from ingest.identity.facts import Route, Rules
from ingest.identity.fields import parse_block
from ingest.identity.forwarders import is_forwarder, is_inside
from ingest.identity.judge import judge_results
from ingest.identity.lookups import Lookups
from ingest.identity.policy import Policy, Wish, parse_policy
from ingest.identity.sender_policy import check_spf, find_spf_domain
from ingest.identity.signatures import Letter, check_signatures

_UNKNOWN_POLICY = Policy(own=Wish.NONE, sub=Wish.NONE, missing=Wish.NONE, strict_dkim=True, strict_spf=True)
"""For a record that could not be had: what is aligned in the strict sense is aligned by any record."""

_NO_POLICY = Policy(own=Wish.NONE, sub=Wish.NONE, missing=Wish.NONE, strict_dkim=False, strict_spf=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Proof:
    """What one check came to: `proved` or not; `excused`: no pass, and yet no reason for a fail; words for both."""

    proved: bool = False
    excused: bool = False
    words: str = ""


def check_from_outside(raw: bytes, domain: str, route: Route, rules: Rules, lookups: Lookups) -> Identity:
    """The verdict for a mail of an author at this ASCII domain that came from the open internet."""
    block = parse_block(raw)
    letter = Letter(block=block, bodies=Bodies(block), received_at=route.received_at) if block else None
    policy, wish = _find_policy(domain, lookups)
    dkim = _check_dkim(letter, domain, policy, lookups)
    if dkim.proved:
        return Identity(verdict=Verdict.PASS, detail=f"dmarc=pass ({dkim.words})")
    spf = _check_spf(domain, route, rules, policy, lookups)
    if spf.proved:
        return Identity(verdict=Verdict.PASS, detail=f"dmarc=pass ({spf.words})")
    sealed = find_sealed_results(letter, rules.arc_sealers, lookups) if letter and rules.arc_sealers else None
    if sealed is not None:
        sealer, results = sealed
        return judge_results(results, domain, f"arc seal of {sealer}")
    words = "; ".join(one for one in (dkim.words, spf.words, lookups.trouble) if one)
    if wish is Wish.NONE:
        return Identity(detail=f"no aligned pass ({words})")
    if dkim.excused or spf.excused or lookups.trouble:
        return Identity(detail=f"no aligned pass, p={wish} spared ({words})")
    return Identity(verdict=Verdict.FAIL, detail=f"dmarc=fail (p={wish}; {words})")


def _find_policy(domain: str, lookups: Lookups) -> tuple[Policy, Wish]:
    """The record that holds for the domain, and what it asks for this domain (RFC 7489 section 6.6.3)."""
    try:
        own = parse_policy(lookups.find_texts(f"_dmarc.{domain}"))
        if own is not None:
            return own, own.own
        organisation = find_organisation(domain)
        if organisation is None or organisation == domain:
            return _NO_POLICY, Wish.NONE
        above = parse_policy(lookups.find_texts(f"_dmarc.{organisation}"))
        if above is None:
            return _NO_POLICY, Wish.NONE
        if above.asks_of_missing and not lookups.exists(domain):
            return above, above.missing
    except DnsTrouble:
        return _UNKNOWN_POLICY, Wish.NONE
    return above, above.sub


def _check_dkim(letter: Letter | None, domain: str, policy: Policy, lookups: Lookups) -> _Proof:
    if letter is None:
        return _Proof(words="dkim: header not well formed")
    found = check_signatures(letter, domain, strict=policy.strict_dkim, lookups=lookups)
    good = next((one for one in found if one.counts), None)
    if good is not None:
        return _Proof(proved=True, words=f"dkim d={good.domain}")
    if not found:
        return _Proof(words="dkim: no aligned signature")
    excuse = next((one for one in found if one.excuses), found[0])
    return _Proof(excused=excuse.excuses, words=f"dkim d={excuse.domain}: {excuse.why_not}")


def _check_spf(domain: str, route: Route, rules: Rules, policy: Policy, lookups: Lookups) -> _Proof:
    try:
        if rules.forwarders and is_forwarder(route.peer, rules.forwarders, lookups):
            return _Proof(excused=True, words="by a forwarder")
    except DnsTrouble:
        return _Proof(words="perhaps by a forwarder")
    sender = find_spf_domain(route.sender, route.helo)
    if sender is None or not is_aligned(sender, domain, strict=policy.strict_spf):
        return _Proof(excused=is_inside(route.peer), words=f"spf: {sender or 'no domain'} is not aligned")
    result = check_spf(peer=route.peer, sender=route.sender or "", helo=route.helo, domain=sender, lookups=lookups)
    # A permerror is no excuse (RFC 7489 section 6.6.2): the sender chooses address and HELO, and many records can be
    # driven over the limits by them, so every forger could turn his fail into a none.
    # A private address is a relay of ours that nobody has listed; SPF would call all its mail forged.
    return _Proof(proved=result == "pass", excused=is_inside(route.peer), words=f"spf={result} mailfrom {sender}")
