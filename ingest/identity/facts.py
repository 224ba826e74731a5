"""What a check is given: how a mail came, and what an administrator has said of relays, forwarders and sealers."""

from dataclasses import dataclass
from datetime import datetime

from cases.address import domain_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How a mail came. `channel`: as in `cases.arrival.Channel`; `peer`: the real client's IP address, "" if none.

    `sender`: the envelope's sender ("" null sender, None unknown). `trusted`: it came by a trusted relay, LMTP, pipe,
    IMAP or import; the edge has decided that.
    """

    channel: str
    peer: str
    helo: str
    sender: str | None
    trusted: bool
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """[identity] and `[smtp] authserv_id`, as they are written there.

    `nameservers`: "IP", "IP:port" or "[v6]:port"; none of them means those of the system.
    """

    check_on: bool = True
    authserv_id: str = ""
    forwarders: tuple[str, ...] = ()
    arc_sealers: tuple[str, ...] = ()
    relay_domains: tuple[str, ...] = ()
    nameservers: tuple[str, ...] = ()

    def is_relay(self, address: str) -> bool:
        """Whether it is an address that a marketplace's relay has made: a pass proves the relay, not the person."""
        domain = domain_of(address)
        return any(domain == one or domain.endswith(f".{one}") for one in self.relay_domains)
