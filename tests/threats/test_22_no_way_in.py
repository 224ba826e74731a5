"""Threat 22: sessions and rights. There is no console yet, so nothing to sign in to: this holds that it is so.

The matrix of routes and roles comes with the console. FreeScout CVE-2026-53595, Zammad CVE-2026-102489 and their like.
"""

import os
from http.client import HTTPConnection
from pathlib import Path

from tests.service import Service, free_port
from tests.sink import Sink

_WAYS_IN = ("/", "/login", "/admin", "/cases", "/api/cases", "/static/../casepost.toml", "/..%2f..%2fetc/passwd")
_LISTENING = "0A"  # the state of a socket in /proc/net/tcp


def _processes(group: int) -> list[Path]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(place.name)) == group:
                found.append(place)
        except ProcessLookupError:
            continue
    return found


def _sockets(place: Path) -> set[str]:
    try:
        links = [str(file.readlink()) for file in (place / "fd").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return set()
    return {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:[")}


def _listening_ports(group: int) -> set[int]:
    """The TCP ports on which any process of the service listens."""
    own = set[str]().union(*(_sockets(place) for place in _processes(group)))
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for line in Path(table).read_text().splitlines()[1:]
    ]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == _LISTENING and row[9] in own}


def test_22_a_service_listens_for_mail_and_tells_how_it_is_and_nothing_else(tmp_path: Path, sink: Sink) -> None:
    web = free_port()
    with Service(tmp_path, sink, environ={"CASEPOST_WEB__LISTEN": f"127.0.0.1:{web}"}) as service:
        assert service.process is not None
        assert _listening_ports(service.process.pid) == {service.port, web}
        assert [_ask(web, "GET", path) for path in ("/healthz", "/metrics")] == [200, 200]
        assert {_ask(web, "GET", path) for path in _WAYS_IN} == {404}
        ways = [(method, path) for method in ("POST", "PUT", "DELETE", "PATCH") for path in ("/healthz", "/readyz")]
        assert {_ask(web, method, path) for method, path in ways} == {405}


def _ask(port: int, method: str, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body=b"{}" if method != "GET" else None)
        return connection.getresponse().status
    finally:
        connection.close()
