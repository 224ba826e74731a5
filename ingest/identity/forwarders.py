"""Hosts that forward to us by the administrator's word: SPF of a mail by them says nothing."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ingest.identity.answers import DnsTrouble, Kind
from ingest.identity.lookups import Lookups

_MAX_NAMES = 5

# RFC 1918, RFC 4193, RFC 4291 section 2.5.6. Not `is_private`, which counts the networks of examples too.
_INSIDE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10")))


def is_inside(peer: str) -> bool:
    """Whether the peer is a host of our own network: a relay that nobody has listed, and never the real client."""
    address = _parse(peer)
    return address is not None and any(address.version == one.version and address in one for one in _INSIDE)


def is_forwarder(peer: str, forwarders: tuple[str, ...], lookups: Lookups) -> bool:
    """Whether the client's IP address is one of them: an address, in a network, or a host by the DNS.

    A host is one by its own addresses, or by a name of the peer that is that host's or below it and leads back to the
    peer (RFC 8601 section 2.7.3, "iprev"). What the peer calls itself proves nothing. Raises DnsTrouble.
    """
    address = _parse(peer)
    if address is None:
        return False
    hosts: list[str] = []
    for one in forwarders:
        try:
            network = ip_network(one, strict=False)
        except ValueError:
            hosts.append(one)
            continue
        if address.version == network.version and address in network:
            return True
    return bool(hosts) and _is_host(address, hosts, lookups)


def _is_host(address: IPv4Address | IPv6Address, hosts: list[str], lookups: Lookups) -> bool:
    kind = Kind.A if address.version == 4 else Kind.AAAA
    trouble: DnsTrouble | None = None
    for host in hosts:
        try:
            if str(address) in lookups.find(host, kind):
                return True
        except DnsTrouble as error:
            trouble = error
    names = [str(one).lower() for one in lookups.find_of_peer(address.reverse_pointer, Kind.PTR)][:_MAX_NAMES]
    for name in names:
        below = any(name == host or name.endswith(f".{host}") for host in hosts)
        if below and str(address) in lookups.find_of_peer(name, kind):
            return True
    if trouble is not None:
        raise trouble
    return False


def _parse(peer: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one also where it is written as an IPv6 one."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
