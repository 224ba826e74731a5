"""The PROXY protocol: a balancer says in a header, before anything else, who the client is.

haproxy's doc/proxy-protocol.txt, versions 1 and 2. The parser is aiosmtpd's.
"""

import asyncio
import logging

from aiosmtpd.proxy_protocol import AF, V2_CMD, AsyncReader, get_proxy

from ingest.smtp_crowd import ip_address_of

logging.getLogger("mail.debug").setLevel(logging.ERROR)  # aiosmtpd notes there what is wrong with a header

_SECONDS = 10.0  # balancers send it with the first packet


class NoHeaderError(Exception):
    """What came is no PROXY header, or it did not come in time; `said_nothing`: a check whether the port is open."""

    def __init__(self, reason: str, *, said_nothing: bool = False) -> None:
        super().__init__(reason)
        self.said_nothing = said_nothing


async def read_client(reader: AsyncReader) -> str:
    """Give the client's IP address, "" where the balancer speaks for itself; raises NoHeaderError."""
    try:
        async with asyncio.timeout(_SECONDS):
            header = await get_proxy(reader)
    except TimeoutError:
        raise NoHeaderError("no PROXY header in time") from None
    except asyncio.IncompleteReadError as error:
        raise NoHeaderError("no PROXY header", said_nothing=not error.partial) from None
    if not header.valid:
        raise NoHeaderError(header.error.splitlines()[0][:100] if header.error else "no PROXY header")
    # Section 2.2: LOCAL is the balancer's own health check; section 2.1: UNKNOWN says nothing of the client.
    if header.command == V2_CMD.LOCAL or header.family not in {AF.INET, AF.INET6}:
        return ""
    return ip_address_of((str(header.src_addr),))
