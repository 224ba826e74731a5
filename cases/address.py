"""Comparing mail addresses: what is the same mailbox, what is a tag of a queue."""


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
