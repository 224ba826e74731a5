"""Comparing mail addresses: what is the same mailbox, what is a tag of a queue."""

# Domains under which everybody can have an address: the same domain says nothing about the same people.
# fmt: off
MAIL_PROVIDERS = frozenset({
    "126.com", "163.com", "aol.com", "fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch",
    "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.de", "hotmail.fr", "hotmail.it",
    "icloud.com", "laposte.net", "libero.it", "live.com", "live.de", "mac.com", "mail.com", "mail.ru",
    "mailbox.org", "me.com", "msn.com", "naver.com", "onet.pl", "orange.fr", "outlook.com", "outlook.de",
    "posteo.de", "proton.me", "protonmail.com", "qq.com", "seznam.cz", "t-online.de", "virgilio.it", "web.de",
    "wp.pl", "yahoo.co.jp", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.ru",
})
# fmt: on


def fold_address(address: str) -> str:
    """The address as compared: sellers and clients change the case of both sides, so neither counts."""
    return address.strip().casefold()


def strip_tag(address: str) -> str:
    """The folded address without a `+tag`: what a queue is found by."""
    local, _, domain = fold_address(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def domain_of(address: str) -> str:
    """The folded domain."""
    return fold_address(address).rpartition("@")[2]
