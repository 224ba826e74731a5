"""Asking a DNS server by dnspython: a name and a type to an Answer, or trouble within the time given."""

from collections.abc import Iterable
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A

from ingest.identity.answers import Answer, DnsTrouble, Kind, Record

DNS_PORT = 53
_TRY_SECONDS = 1.5
_PAYLOAD = 1232  # the size that passes without fragments (DNS flag day 2020); longer answers come by TCP
_LONGEST_SECONDS = 3600.0
_MISSING_SECONDS = 60.0
_MOST_OCTETS = 5_000  # of what is kept; more is asked for anew
_PROBE_SECONDS = 0.6


class TimedOut(DnsTrouble):
    """The server was asked and did not answer in time."""


class Server:
    """The configured or the system's name servers. One object serves all threads."""

    def __init__(self, nameservers: tuple[str, ...]) -> None:
        """Raises DnsTrouble when the system names no server."""
        try:
            self._resolver = dns.resolver.Resolver(configure=not nameservers)
        except dns.exception.DNSException as error:
            raise DnsTrouble("the system names no DNS server") from error
        if nameservers:
            self._resolver.nameservers = [_parse_nameserver(one) for one in nameservers]
        self._resolver.timeout = _TRY_SECONDS
        self._resolver.use_edns(0, 0, _PAYLOAD)

    def ask(self, name: str, kind: Kind, seconds: float) -> Answer:
        """Ask once. Raises TimedOut after `seconds`, DnsTrouble for a server that fails or refuses."""
        asked = _parse_name(name)
        if asked is None:
            return Answer(exists=False)
        try:
            found = self._resolver.resolve(asked, kind.value, lifetime=seconds, search=False, raise_on_no_answer=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return Answer(exists=False, seconds=_MISSING_SECONDS)
        except dns.resolver.LifetimeTimeout as error:
            raise TimedOut("no answer in time") from error
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise DnsTrouble("the server gave no answer") from error
        if found.rrset is None:
            return Answer(seconds=_MISSING_SECONDS)
        records = tuple(_read_record(one) for one in found.rrset)
        if sum(len(one) for one in records if isinstance(one, bytes)) > _MOST_OCTETS:
            return Answer(records=records)
        return Answer(records=records, seconds=min(float(found.rrset.ttl), _LONGEST_SECONDS))

    def is_alive(self) -> bool:
        """Whether a server answers anything at all to a question that every resolver has the answer of at hand."""
        try:
            self.ask("", Kind.NS, _PROBE_SECONDS)
        except TimedOut:
            return False
        except DnsTrouble as error:
            return not _is_unreachable(error.__cause__)
        return True


def _is_unreachable(error: BaseException | None) -> bool:
    """Whether nothing came back but errors of the network: a refusal or SERVFAIL is a sign of life."""
    if isinstance(error, dns.resolver.NoNameservers):
        errors: Iterable[tuple[object, ...]] = error.kwargs.get("errors") or ()
        return all(isinstance(one[3], OSError) for one in errors)
    return isinstance(error, OSError)


def _parse_name(text: str) -> dns.name.Name | None:
    """A name as it is written, without escapes; None for what can be no name, and so does not exist."""
    try:
        labels = [label.encode("utf-8") for label in text.split(".")] if text else []
        return dns.name.Name([*labels, b""])
    except (dns.exception.DNSException, UnicodeError):
        return None


def _parse_nameserver(text: str) -> dns.nameserver.Nameserver:
    """ "IP", "IP:port" or "[v6]:port"; the configuration has checked it."""
    host, port = text, DNS_PORT
    if text.startswith("["):
        host, _, digits = text[1:].partition("]:")
        port = int(digits)
    elif text.count(":") == 1:
        host, _, digits = text.partition(":")
        port = int(digits)
    return dns.nameserver.Do53Nameserver(str(ip_address(host)), port)


def _read_record(record: object) -> Record:
    match record:
        case TXT():
            return b"".join(record.strings)
        case MX():
            return record.preference, str(record.exchange).rstrip(".")
        case PTR():
            return str(record.target).rstrip(".")
        case A():
            return str(record.address)
        case _:
            return str(record)
