"""Sending one mail over one transport, for tests of delivery."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from responder.transport import (
    DeliveryUrl,
    Outcome,
    OutgoingMail,
    Security,
    SmtpTransport,
    Transport,
)
from tests.sink import Sink

CONTENT = b"From: support@casepost.example\r\nSubject: x\r\n\r\nhello\r\n"
PASSWORD = "correct horse"


def mail(**changes: Any) -> OutgoingMail:
    given = {"envelope_from": "support@casepost.example", "envelope_to": "seller@example.com"}
    return OutgoingMail(**{**given, "content": CONTENT, "id": "42", **changes})


async def wanted() -> bool:
    return True


async def unwanted() -> bool:
    return False


def url(sink: Sink, security: Security = Security.PLAIN, user: str = "") -> DeliveryUrl:
    return DeliveryUrl(security=security, host="localhost", port=sink.port, user=user)


def use(
    transport: Callable[[], Transport], *mails: OutgoingMail, before_data: Callable[[], Awaitable[bool]] = wanted
) -> list[Outcome]:
    """Send mails one after the other over one transport, in a loop of their own."""

    async def run() -> list[Outcome]:
        made = transport()
        try:
            return [await made.send(one, before_data=before_data) for one in mails]
        finally:
            await made.close()

    return asyncio.run(run())


def send(sink: Sink, one: OutgoingMail, **options: Any) -> Outcome:
    options = {"hostname": "us.example", "command_timeout": 5, "connect_timeout": 5, **options}
    before_data = options.pop("before_data", wanted)
    return use(lambda: SmtpTransport(url(sink), **options), one, before_data=before_data)[0]
