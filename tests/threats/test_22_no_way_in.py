"""Threat 22: sessions and rights. There is no console yet, so there is nothing to sign in to: this holds that it is so.

The matrix of routes and roles comes with the console. FreeScout CVE-2026-53595, Zammad CVE-2026-102489 and their like.
"""

import os
from pathlib import Path

from tests.service import Service
from tests.sink import Sink

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


def test_22_a_service_listens_for_mail_and_for_nothing_else(tmp_path: Path, sink: Sink) -> None:
    service = Service(tmp_path, sink)
    file = tmp_path / "casepost.toml"
    file.write_text(file.read_text().replace('[web]\nlisten = ""\n', ""))
    with service:
        assert service.process is not None
        assert _listening_ports(service.process.pid) == {service.port}
