"""Handing mail over: connections that are kept, TLS, and signing in."""

import asyncio
import base64
from pathlib import Path

import pytest

from responder.smtp_reply import Redactor, make_failure
from responder.transport import (
    Failed,
    Outcome,
    Security,
    Sent,
    SmtpTransport,
)
from tests.certificate import make_contexts
from tests.sending import PASSWORD, mail, url, use, wanted
from tests.sink import Sink

# Connections


def test_mails_share_a_connection_and_it_is_reset_between(sink: Sink) -> None:
    outcomes = use(lambda: SmtpTransport(url(sink)), *(mail(id=str(n)) for n in range(5)))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert sink.connections == 1
    assert [command.split()[0] for command in sink.commands] == ["MAIL", "RCPT"] + ["RSET", "MAIL", "RCPT"] * 4 + [
        "QUIT"
    ]


def test_a_refused_recipient_does_not_cost_the_connection(sink: Sink) -> None:
    sink.refuse_rcpt = {"nobody@example.com": "550 5.1.1 No"}
    outcomes = use(lambda: SmtpTransport(url(sink)), mail(envelope_to="nobody@example.com"), mail())
    assert [type(outcome) for outcome in outcomes] == [Failed, Sent]
    assert sink.connections == 1


def test_no_more_connections_than_allowed_are_open_at_a_time(sink: Sink) -> None:
    sink.delay = 0.02

    async def run() -> list[Outcome]:
        transport = SmtpTransport(url(sink), connections=3)
        sending = (transport.send(mail(id=str(n)), before_data=wanted) for n in range(12))
        outcomes = await asyncio.gather(*sending)
        await transport.close()
        return list(outcomes)

    assert all(isinstance(outcome, Sent) for outcome in asyncio.run(run()))
    assert len(sink.mails) == 12
    assert sink.connections == 3


def test_a_kept_connection_that_died_is_replaced_without_a_word(sink: Sink) -> None:
    async def run() -> list[Outcome]:
        transport = SmtpTransport(url(sink))
        outcomes = [await transport.send(mail(), before_data=wanted)]
        await asyncio.to_thread(sink.hang_up)
        outcomes.append(await transport.send(mail(id="43"), before_data=wanted))
        await transport.close()
        return outcomes

    assert all(isinstance(outcome, Sent) for outcome in asyncio.run(run()))
    assert (len(sink.mails), sink.connections) == (2, 2)


def test_a_goodbye_on_a_kept_connection_is_followed_by_a_new_one(sink: Sink) -> None:
    async def run() -> list[Outcome]:
        transport = SmtpTransport(url(sink))
        outcomes = [await transport.send(mail(), before_data=wanted)]
        sink.mail_reply = "421 4.4.2 Too old"
        outcomes.append(await transport.send(mail(id="43"), before_data=wanted))
        await transport.close()
        return outcomes

    first, second = asyncio.run(run())
    assert isinstance(first, Sent)
    assert second == Failed(temporary=True, code=None, enhanced="4.4.2", text="421 4.4.2 Too old")
    assert sink.connections == 2


def test_an_idle_connection_is_closed_with_quit(sink: Sink) -> None:
    async def run() -> None:
        transport = SmtpTransport(url(sink), idle_seconds=0.05)
        await transport.send(mail(), before_data=wanted)
        await asyncio.sleep(0.3)
        assert sink.commands[-1] == "QUIT"
        await transport.send(mail(id="43"), before_data=wanted)
        await transport.close()

    asyncio.run(run())
    assert sink.connections == 2


def test_a_send_that_is_cancelled_leaves_no_connection_in_an_unknown_state(sink: Sink) -> None:
    sink.delay = 5

    async def run() -> Outcome:
        transport = SmtpTransport(url(sink), connections=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await transport.send(mail(), before_data=wanted)
        sink.delay = 0
        outcome = await transport.send(mail(id="43"), before_data=wanted)
        await transport.close()
        return outcome

    assert isinstance(asyncio.run(run()), Sent)
    assert sink.connections == 2


# TLS and signing in


def test_starttls_is_verified_and_the_password_is_sent_only_then(tmp_path: Path) -> None:
    server, client = make_contexts(tmp_path)
    with Sink(tls=server, login=("casepost", PASSWORD)) as sink:
        where = url(sink, Security.STARTTLS, "casepost")
        trusting = use(lambda: SmtpTransport(where, password=PASSWORD, tls_context=client), mail())[0]
        assert isinstance(trusting, Sent)
        strict = use(lambda: SmtpTransport(where, password=PASSWORD), mail())[0]
    assert isinstance(strict, Failed)
    assert "certificate verify failed" in strict.text
    assert (strict.temporary, strict.way_down) == (True, True)
    assert len(sink.mails) == 1


def test_starttls_that_is_not_offered_sends_nothing_in_clear(sink: Sink) -> None:
    outcome = use(lambda: SmtpTransport(url(sink, Security.STARTTLS)), mail())[0]
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.way_down) == (True, True)
    assert "STARTTLS" in outcome.text
    assert sink.commands == []


def test_tls_from_the_start(tmp_path: Path) -> None:
    server, client = make_contexts(tmp_path)
    with Sink(tls=server, tls_from_start=True, login=("casepost", PASSWORD)) as sink:
        where = url(sink, Security.TLS, "casepost")
        outcomes = use(lambda: SmtpTransport(where, password=PASSWORD, tls_context=client), mail(), mail(id="43"))
    assert all(isinstance(outcome, Sent) for outcome in outcomes)


def test_a_wrong_password_is_temporary_and_not_in_the_text(tmp_path: Path) -> None:
    server, client = make_contexts(tmp_path)
    with Sink(tls=server, login=("casepost", PASSWORD)) as sink:
        where = url(sink, Security.STARTTLS, "casepost")
        outcome = use(lambda: SmtpTransport(where, password="not-this", tls_context=client), mail())[0]
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.temporary, outcome.way_down) == (535, True, True)
    assert "not-this" not in outcome.text


def test_a_server_that_says_the_password_back_does_not_get_it_into_the_text() -> None:
    redact = Redactor("casepost", PASSWORD)
    spoken = base64.b64encode(f"\0casepost\0{PASSWORD}".encode()).decode()
    told = redact(f"535 {PASSWORD} {base64.b64encode(PASSWORD.encode()).decode()} {spoken}")
    assert told == "535 ••• ••• •••"


def test_a_reply_is_kept_as_one_line_of_bearable_length() -> None:
    failure = make_failure(550, "5.1.1 a\r\nb\x00\x1b[31m\udcff" + "x" * 9999, temporary=False)
    assert failure.enhanced == "5.1.1"
    assert failure.text.startswith("5.1.1 a b [31m xxx")
    assert len(failure.text) == 500
