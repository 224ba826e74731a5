"""The world outside for checks of identity: a DNS with one shop in it, ways a mail comes, and a Checker that asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cases.identity import Identity
from cases.mail import Address
from ingest.identity.check import Checker
from ingest.identity.facts import Route, Rules
from tests.dns_stub import DnsStub
from tests.signed_mail import rsa_key

SHOP = "shop.example"
SELLER = Address(name="Shop", address=f"seller@{SHOP}")
SHOPS_PEER = "192.0.2.1"
OTHER_PEER = "192.0.2.66"


def now() -> datetime:
    """The real time: dkimpy writes it into what it signs."""
    return datetime.now(UTC)


def route(**given: Any) -> Route:
    """Straight from outside, from a host that is not the shop's; `given` changes that."""
    usual: dict[str, Any] = {
        "channel": "smtp",
        "peer": OTHER_PEER,
        "helo": "mx.other.example",
        "sender": SELLER.address,
        "trusted": False,
        "received_at": now(),
    }
    return Route(**{**usual, **given})


class Outside:
    """A stub DNS in which shop.example has SPF, DKIM (selector s1, `rsa_key()`) and DMARC with `policy`."""

    def __init__(self, dns: DnsStub, policy: str) -> None:
        self.dns = dns
        dns.add(f"_dmarc.{SHOP}", "TXT", f"v=DMARC1; {policy}")
        dns.add(f"s1._domainkey.{SHOP}", "TXT", rsa_key().record)
        dns.add(SHOP, "TXT", f"v=spf1 ip4:{SHOPS_PEER} -all")

    def spf(self, record: str) -> None:
        """Give the shop another SPF record."""
        self.dns.zone[SHOP, "TXT"] = [record]

    def checker(self, **rules: Any) -> Checker:
        """A Checker that knows nothing yet."""
        return Checker(Rules(nameservers=(self.dns.address,), **rules))

    def check(
        self, raw: bytes, *, rules: dict[str, Any] | None = None, author: Address = SELLER, **how: Any
    ) -> Identity:
        """What a new Checker says of a mail that came as `how` says."""
        return self.checker(**(rules or {})).check(raw, author=author, route=route(**how))


@contextmanager
def outside(policy: str = "p=reject") -> Iterator[Outside]:
    """Run the stub for the length of a test."""
    with DnsStub() as dns:
        yield Outside(dns, policy)
