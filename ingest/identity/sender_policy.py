"""SPF (RFC 7208) by pyspf, asking through our own lookups and with what makes it slow or talkative taken away."""

from ipaddress import ip_address

import spf

from ingest.identity.answers import DnsTrouble, Kind
from ingest.identity.domains import ascii_domain
from ingest.identity.lookups import Lookups

# pyspf looks at a term again for each of its labels: a term as long as a TCP answer took minutes. Real records have
# 2,000 octets at most, and a domain-spec has 253.
_MAX_RECORD_OCTETS = 4_500
_MAX_TERM_OCTETS = 512
_MAX_NAMES = 10  # RFC 7208 section 4.6.4
_MAX_VOID = 2  # RFC 7208 section 4.6.4


class _Query(spf.query):  # type: ignore[misc]  # pyspf has no types
    """One question to pyspf. Its own `dns` goes to the network by a function of the module that all threads share."""

    def __init__(self, *, peer: str, sender: str, helo: str, lookups: Lookups) -> None:
        super().__init__(i=peer, s=sender, h=helo)
        self._own_lookups = lookups

    def dns(self, name: str, qtype: str, cnames: object = None, ignore_void: bool = False) -> list[object]:  # noqa: ARG002
        """What pyspf asks: TXT as lists of strings, MX as pairs. CNAMEs have been followed by the server."""
        try:
            found = self._own_lookups.find(name, Kind(qtype))
        except DnsTrouble as error:
            raise spf.TempError(str(error)) from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > _MAX_VOID:
                raise spf.PermError(f"more than {_MAX_VOID} lookups without an answer")
        if qtype != "TXT":
            return list(found)
        return [(_limit(one),) for one in found if isinstance(one, bytes)]

    def validated_ptrs(self) -> list[str]:
        """The client's names that lead back to it; trouble with them is no match (RFC 7208 section 5.5)."""
        names = [str(one) for one in self._own_lookups.find_of_peer(self.ipaddr.reverse_pointer, Kind.PTR)]
        kind = Kind(self.A)
        return [name for name in names[:_MAX_NAMES] if str(self.ipaddr) in self._own_lookups.find_of_peer(name, kind)]

    def get_explanation(self, spec: str) -> None:  # noqa: ARG002
        """None: explanations are for whoever refuses a mail, and cost a lookup."""
        return


def _limit(record: bytes) -> bytes:
    if spf.RE_SPF.match(record) and (
        len(record) > _MAX_RECORD_OCTETS or max(map(len, record.split(b" "))) > _MAX_TERM_OCTETS
    ):
        raise spf.PermError("the record is too long")
    return record


def find_spf_domain(sender: str | None, helo: str) -> str | None:
    """The ASCII domain that SPF speaks for: the envelope's, for the null sender HELO's (RFC 7208 section 2.4)."""
    if sender is None:
        return None
    return ascii_domain(sender.rpartition("@")[2] if sender else helo)


def check_spf(*, peer: str, sender: str, helo: str, domain: str, lookups: Lookups) -> str:
    """SPF's result for the client's IP address: pass, fail, softfail, neutral, none, permerror or temperror.

    `domain` is that of `find_spf_domain`. pyspf splits an address at its first "@", others at the last one, so the
    local part must not bring a second one.
    """
    local = sender.rpartition("@")[0].replace("@", "_") or "postmaster"
    try:
        address = str(ip_address(peer.partition("%")[0]))
        query = _Query(peer=address, sender=f"{local}@{domain}", helo=helo, lookups=lookups)
        return str(query.check()[0])
    except spf.TempError:
        return "temperror"
    except Exception:  # noqa: BLE001  pyspf raises whatever a hostile record provokes: ValueError, AssertionError, …
        return "permerror"
