"""The door: a raw mail, its author and how it came, to an Identity. Never raises, and answers within five seconds."""

import time

from cases.arrival import Channel
from cases.identity import Identity, Verdict
from cases.mail import Address
from ingest.identity.facts import Route, Rules
from ingest.identity.lookups import Dns, Monotonic

_MAX_DETAIL_CHARS = 300


class Checker:
    """Checks mails by the rules of this installation. One object serves all threads: they share what the DNS said."""

    def __init__(self, rules: Rules, *, monotonic: Monotonic = time.monotonic) -> None:
        self.rules = rules
        self._dns = Dns(rules.nameservers, monotonic)

    def check(self, raw: bytes, *, author: Address | None, route: Route) -> Identity:
        """How far the author is proved, with a line for the record. Whatever goes wrong is "none"."""
        if not self.rules.check_on:
            return Identity(detail="not checked")
        if author is None:
            return Identity(detail="no unambiguous author")
        try:
            found = self._check(raw, author, route)
        except Exception as error:  # noqa: BLE001  libraries raise what a stranger's octets provoke; a mail must go on
            return Identity(detail=f"not checked: {type(error).__name__}")
        if found.verdict is Verdict.PASS and self.rules.is_relay(author.address):
            found = Identity(verdict=found.verdict, detail=f"{found.detail}, a relay address")
        return Identity(verdict=found.verdict, detail=found.detail[:_MAX_DETAIL_CHARS])

    def _check(self, raw: bytes, author: Address, route: Route) -> Identity:
        from ingest.identity.domains import address_domain
        from ingest.identity.fields import find_repeated, read_fields
        from ingest.identity.relayed import judge_relayed

        domain = address_domain(author.address)
        if domain is None:
            return Identity(detail="the author's domain is none of the DNS")
        fields = read_fields(raw)
        if route.trusted:
            found = judge_relayed(fields, domain, self.rules.authserv_id)
        elif route.channel == Channel.SMTP:
            from ingest.identity.own_checks import check_from_outside

            found = check_from_outside(raw, domain, route, self.rules, self._dns.begin())
        else:
            return Identity(detail=f"nothing is known of mail by {route.channel}")
        # Two Subjects are two mails in one: a signature or a relay has looked at one, a person sees the other.
        repeated = find_repeated(tuple(name for name, _ in fields))
        if repeated and found.verdict is Verdict.PASS:
            return Identity(detail=f"{repeated} stands more than once ({found.detail})")
        return found
