"""A real DNS server on 127.0.0.1, by UDP and TCP on one port: answers from a dict, or slow, broken or dead as told."""

import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

_UDP_OCTETS = 1232

Zone = dict[tuple[str, str], list[str]]


class DnsStub:
    """Records by (name, type), each as in a zone file; a TXT record may be a plain text of any length.

    `slow`: names (and all below them) and the seconds they take. `broken`: names that get SERVFAIL. `silent`: nobody is
    answered at all. `seen` counts questions; `hosts` need no dots at the end.
    """

    def __init__(self, zone: Zone | None = None) -> None:
        self.zone: Zone = zone or {}
        self.slow: dict[str, float] = {}
        self.broken: set[str] = set()
        self.silent = False
        self.ttl = 300
        self.seen: Counter[tuple[str, str]] = Counter()
        self._udp, self._tcp = _bind(self)
        self.address = f"127.0.0.1:{self._udp.server_address[1]}"

    def __enter__(self) -> "DnsStub":
        for server in (self._udp, self._tcp):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()

    def add(self, name: str, kind: str, *values: str) -> None:
        """Add records of one name and type."""
        self.zone.setdefault((name.lower(), kind), []).extend(values)

    def questions(self, name: str) -> int:
        """How often that name was asked for, by any type."""
        return sum(count for (asked, _), count in self.seen.items() if asked == name)

    def answer(self, octets: bytes, limit: int) -> bytes | None:
        """The reply to a question, truncated to `limit` octets; None for no reply."""
        query = dns.message.from_wire(octets)
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.seen[name, kind] += 1
        if self.silent:
            return None
        time.sleep(max((seconds for one, seconds in self.slow.items() if _is_below(name, one)), default=0.0))
        reply = dns.message.make_response(query, recursion_available=True)
        if any(_is_below(name, one) for one in self.broken):
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        self._fill(reply, name, kind)
        wire = reply.to_wire(max_size=65535)
        if len(wire) <= limit:
            return wire
        reply.answer.clear()
        reply.flags |= dns.flags.TC
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        """Follow CNAMEs as a resolver does; a loop is a failure of the server."""
        visited: set[str] = set()
        while (name, "CNAME") in self.zone:
            if name in visited:
                reply.set_rcode(dns.rcode.SERVFAIL)
                reply.answer.clear()
                return
            visited.add(name)
            target = self.zone[name, "CNAME"][0]
            reply.answer.append(dns.rrset.from_text(f"{name}.", self.ttl, "IN", "CNAME", f"{target}."))
            name = target
        found = self.zone.get((name, kind), [])
        if found:
            texts = [_quote(one) for one in found] if kind == "TXT" else found
            reply.answer.append(dns.rrset.from_text_list(f"{name}.", self.ttl, "IN", kind, texts))
        elif not any(_is_below(known, name) for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)


def _is_below(name: str, top: str) -> bool:
    return name == top or name.endswith(f".{top}")


def _quote(text: str) -> str:
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    block_on_close = False
    stub: DnsStub


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    stub: DnsStub


class _UdpQuestion(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        octets, sock = self.request
        reply = self.server.stub.answer(octets, _UDP_OCTETS)  # type: ignore[attr-defined]
        if reply is not None:
            try:
                sock.sendto(reply, self.client_address)
            except OSError:
                return  # the test is over


class _TcpQuestion(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        head = self.rfile.read(2)
        if len(head) < 2:
            return
        reply = self.server.stub.answer(self.rfile.read(struct.unpack("!H", head)[0]), 65535)  # type: ignore[attr-defined]
        if reply is not None:
            self.wfile.write(struct.pack("!H", len(reply)) + reply)


def _bind(stub: DnsStub) -> tuple[_Udp, _Tcp]:
    """Both protocols on one free port."""
    for _ in range(50):
        tcp = _Tcp(("127.0.0.1", 0), _TcpQuestion)
        try:
            udp = _Udp(tcp.server_address, _UdpQuestion)
        except OSError:
            tcp.server_close()
            continue
        udp.stub = tcp.stub = stub
        return udp, tcp
    raise OSError("no port is free for both UDP and TCP")


def free_port() -> Any:
    """A UDP port on 127.0.0.1 on which nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
