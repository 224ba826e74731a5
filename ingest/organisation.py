"""Whether two addresses are of one organisation, and which are nobody's: mail providers and relays of marketplaces."""

from functools import cache
from typing import TYPE_CHECKING

from cases.address import MAIL_PROVIDERS, domain_of, fold_address

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Providers under many countries' domains.
_PROVIDER_NAMES = frozenset({"aol", "gmx", "hotmail", "live", "msn", "outlook", "yahoo", "yandex"})


def are_one_organisation(one: str, other: str, relay_domains: frozenset[str]) -> bool:
    """Whether two addresses are the same, or under one registered domain that belongs to one organisation.

    At a mail provider, and at a marketplace that gives every person an address of its own, the domain says nothing.
    """
    if fold_address(one) == fold_address(other):
        return True
    if is_relay(one, relay_domains) or is_relay(other, relay_domains):
        return False
    home = _registered_domain(domain_of(one))
    if not home or home in MAIL_PROVIDERS or home.partition(".")[0] in _PROVIDER_NAMES:
        return False
    return home == _registered_domain(domain_of(other))


def is_relay(address: str, relay_domains: frozenset[str]) -> bool:
    """Whether an address stands for a person at a marketplace, by the configured domains and all under them."""
    labels = domain_of(address).split(".")
    return any(".".join(labels[position:]) in relay_domains for position in range(len(labels)))


@cache
def _list() -> "PublicSuffixList":
    # 36 ms, paid by the first mail that asks.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _registered_domain(domain: str) -> str:
    """The domain that somebody has registered ("shop.co.uk" of "mail.shop.co.uk"), "" for none."""
    return _list().privatesuffix(domain) or ""
