"""The SMTP and the LMTP listener: mail over a socket becomes an `Arrival`, and 250 once that is taken.

This module binds and drains; a session's talk is in smtp_session, its limits and farewells in smtp_connection.
"""

import asyncio
import contextlib
import socket
from pathlib import Path

from cases.arrival import Channel
from cases.errors import PermanentError, TemporaryError
from ingest.smtp_edge import LEAVING, Directory, Edge, SmtpOptions, Take
from ingest.smtp_room import Disk
from ingest.smtp_session import Session
from ingest.smtp_tls import Certificate

__all__ = ["Certificate", "Directory", "Disk", "Listener", "SmtpOptions", "Take", "listen_lmtp", "listen_smtp"]

_BACKLOG = 512
_UNIX = "unix:"


class Listener:
    """An open listening socket and the sessions that came by it."""

    def __init__(self, *, edge: Edge, server: asyncio.Server, socket_file: Path | None) -> None:
        self._edge = edge
        self._server = server
        self._socket_file = socket_file
        self.addresses = tuple(_name(listening) for listening in server.sockets)

    async def drain(self, seconds: float) -> None:
        """Close the listening socket, send idle sessions away with 421, let mails under way finish within `seconds`.

        What has not finished by then is cut off: its sender has no 250 and will send it again.
        """
        self._edge.draining = True
        self._server.close()
        if self._socket_file is not None:
            self._socket_file.unlink(missing_ok=True)
        for guest in list(self._edge.guests):
            guest.part(LEAVING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._edge.quiet()
        for guest in list(self._edge.guests):
            guest.abort()
        for task in list(self._edge.taking):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._edge.quiet()


async def listen_smtp(
    address: str, *, options: SmtpOptions, take: Take, directory: Directory, reuse_port: bool = False
) -> Listener:
    """Listen for SMTP on `host:port` (port 0: any) or `unix:/path`; `reuse_port` lets several processes share it.

    Raises PermanentError for what is no address, TemporaryError where it cannot be bound.
    """
    edge = Edge(options=options, take=take, directory=directory, channel=Channel.SMTP)
    return await _listen(address, edge, reuse_port=reuse_port)


async def listen_lmtp(
    address: str, *, options: SmtpOptions, take: Take, directory: Directory, reuse_port: bool = False
) -> Listener:
    """Listen for LMTP, as listen_smtp does; whoever reaches this listener counts as a trusted relay."""
    edge = Edge(options=options, take=take, directory=directory, channel=Channel.LMTP)
    return await _listen(address, edge, reuse_port=reuse_port)


async def _listen(address: str, edge: Edge, *, reuse_port: bool) -> Listener:
    loop = asyncio.get_running_loop()
    socket_file: Path | None = None
    try:
        if address.startswith(_UNIX):
            socket_file = Path(address.removeprefix(_UNIX))
            _remove_stale(socket_file)
            server = await loop.create_unix_server(lambda: Session(edge), str(socket_file), backlog=_BACKLOG)
            # The mail server runs as another user; who may come near is decided by the folder, as Dovecot has it.
            socket_file.chmod(0o666)
        else:
            host, port = _parse_host_port(address)
            server = await loop.create_server(
                lambda: Session(edge), host, port, backlog=_BACKLOG, reuse_port=reuse_port or None
            )
    except OSError as error:
        raise TemporaryError(f"cannot listen on {address}: {error.strerror or error}") from error
    return Listener(edge=edge, server=server, socket_file=socket_file)


def _parse_host_port(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise PermanentError(f"cannot listen on {address!r}: it takes host:port or unix:/path")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _remove_stale(path: Path) -> None:
    """Remove a socket that a killed process left behind; asyncio would remove one that is in use, too.

    Raises TemporaryError if somebody answers on it, PermanentError if it is no socket.
    """
    if not path.exists():
        return
    if not path.is_socket():
        raise PermanentError(f"cannot listen on {path}: a file that is no socket stands there")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
    raise TemporaryError(f"cannot listen on {path}: somebody answers there")


def _name(listening: socket.socket) -> str:
    """Write a bound socket's address as it is configured."""
    name = listening.getsockname()
    if not isinstance(name, tuple):
        return f"{_UNIX}{name}"
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{host}:{name[1]}"
