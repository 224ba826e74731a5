"""Handing mail over: each way it can end, against a real SMTP server that misbehaves on demand."""

import socket
from pathlib import Path
from typing import Any

import pytest

from cases.errors import PermanentError
from responder.transport import (
    DeliveryUrl,
    Failed,
    MaildirTransport,
    NotSent,
    Outcome,
    Security,
    Sent,
    SmtpTransport,
    Uncertain,
    parse_delivery_url,
)
from tests.sending import CONTENT, mail, send, unwanted, url, use
from tests.sink import Sink

# Over SMTP


def test_a_mail_arrives_byte_for_byte(sink: Sink) -> None:
    content = b"Subject: dots\r\n\r\n.\r\n..x\r\n" + b"y" * 2000 + b"\r\n"
    assert send(sink, mail(content=content)) == Sent(response="250 2.0.0 OK, sunk")
    (arrived,) = sink.wait_for(1)
    assert arrived.content == content
    assert (arrived.envelope_from, arrived.envelope_to) == ("support@casepost.example", ("seller@example.com",))


def test_the_null_sender_is_said_as_such(sink: Sink) -> None:
    send(sink, mail(envelope_from=""))
    assert sink.commands[0].startswith("MAIL FROM:<>")


def test_bare_line_ends_never_leave(sink: Sink) -> None:
    send(sink, mail(content=b"Subject: x\n\none\rtwo\n.\nMAIL FROM:<evil@example.com>\r\n.\rend"))
    (arrived,) = sink.wait_for(1)
    assert arrived.content == b"Subject: x\r\n\r\none\r\ntwo\r\n.\r\nMAIL FROM:<evil@example.com>\r\n.\r\nend\r\n"


@pytest.mark.parametrize(
    ("knobs", "outcome"),
    [
        (
            {"refuse_rcpt": {"seller@example.com": "550 5.1.1 No such user"}},
            Failed(temporary=False, code=550, enhanced="5.1.1", text="5.1.1 No such user"),
        ),
        (
            {"refuse_rcpt": {"*": "451 4.7.1 Greylisted"}},
            Failed(temporary=True, code=451, enhanced="4.7.1", text="4.7.1 Greylisted"),
        ),
        (
            {"refuse_rcpt": {"*": "530 5.7.0 Sign in first"}},
            Failed(temporary=True, code=530, enhanced="5.7.0", text="5.7.0 Sign in first", way_down=True),
        ),
        (
            {"mail_reply": "550 5.7.1 Sender not yours"},
            Failed(temporary=True, code=550, enhanced="5.7.1", text="5.7.1 Sender not yours"),
        ),
        (
            {"mail_reply": "552 5.3.4 Too big"},
            Failed(temporary=False, code=552, enhanced="5.3.4", text="5.3.4 Too big"),
        ),
        ({"mail_reply": "451 Later"}, Failed(temporary=True, code=451, enhanced="", text="Later")),
        ({"data_start": "451 4.3.1 Full"}, Failed(temporary=True, code=451, enhanced="4.3.1", text="4.3.1 Full")),
        ({"data_start": "554 5.5.1 No"}, Failed(temporary=False, code=554, enhanced="5.5.1", text="5.5.1 No")),
        (
            {"data_reply": "550-5.7.1 Spam\r\n550 5.7.1 says who"},
            Failed(temporary=False, code=550, enhanced="5.7.1", text="5.7.1 Spam 5.7.1 says who"),
        ),
        ({"data_reply": "452 4.2.2 Full"}, Failed(temporary=True, code=452, enhanced="4.2.2", text="4.2.2 Full")),
        (
            {"data_reply": "421 4.3.2 Going down"},
            Failed(temporary=True, code=421, enhanced="4.3.2", text="4.3.2 Going down"),
        ),
    ],
)
def test_a_refusal_is_told_with_its_code_and_whether_to_try_again(
    sink: Sink, knobs: dict[str, Any], outcome: Outcome
) -> None:
    for name, value in knobs.items():
        setattr(sink, name, value)
    assert send(sink, mail()) == outcome
    assert sink.mails == []


def test_a_connection_lost_after_the_final_dot_is_uncertain(sink: Sink) -> None:
    sink.drop_after_dot = True
    outcome = send(sink, mail())
    assert isinstance(outcome, Uncertain)
    assert outcome.text.startswith("no reply to the content")
    assert len(sink.wait_for(1)) == 1


def test_a_final_reply_that_does_not_come_in_time_is_uncertain(sink: Sink) -> None:
    sink.delay = 1
    assert isinstance(send(sink, mail(), data_timeout=0.1), Uncertain)


def test_a_final_reply_that_makes_no_sense_is_uncertain(sink: Sink) -> None:
    sink.data_reply = "huh?"
    assert isinstance(send(sink, mail()), Uncertain)
    sink.data_reply = "354 and now?"
    assert isinstance(send(sink, mail()), Uncertain)


def test_a_connection_lost_before_the_content_is_a_temporary_failure(sink: Sink) -> None:
    sink.drop_at_data = True
    outcome = send(sink, mail())
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.code, outcome.way_down) == (True, None, False)
    assert outcome.text.startswith("no reply to DATA: ")


def test_a_server_that_refuses_or_drops_connections_is_down(sink: Sink) -> None:
    sink.greeting_drop = True
    outcome = send(sink, mail())
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.way_down, outcome.code) == (True, True, None)
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        nobody = DeliveryUrl(security=Security.PLAIN, host="127.0.0.1", port=unheard.getsockname()[1])
        refused = use(lambda: SmtpTransport(nobody), mail())[0]
    assert isinstance(refused, Failed)
    assert refused.temporary
    assert refused.way_down


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70 + ".invalid", "a..b"])
def test_a_host_that_is_not_found_is_a_temporary_failure(host: str) -> None:
    nowhere = DeliveryUrl(security=Security.PLAIN, host=host, port=25)
    outcome = use(lambda: SmtpTransport(nowhere, connect_timeout=5), mail())[0]
    assert isinstance(outcome, Failed)
    assert outcome.temporary
    assert outcome.way_down


def test_a_server_that_never_greets_is_given_up_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        mute = DeliveryUrl(security=Security.PLAIN, host="127.0.0.1", port=silent.getsockname()[1])
        outcome = use(lambda: SmtpTransport(mute, connect_timeout=0.2), mail())[0]
    assert isinstance(outcome, Failed)
    assert outcome.way_down


def test_a_mail_called_off_before_data_is_not_sent_and_the_connection_goes_on(sink: Sink) -> None:
    seen: list[list[str]] = []
    answers = [False, True]

    async def before_data() -> bool:
        seen.append([command.split()[0] for command in sink.commands])
        return answers.pop(0)

    outcomes = use(lambda: SmtpTransport(url(sink)), mail(), mail(id="43"), before_data=before_data)
    assert outcomes == [NotSent(), Sent(response="250 2.0.0 OK, sunk")]
    assert seen[0] == ["MAIL", "RCPT"]
    assert len(sink.mails) == 1
    assert sink.connections == 1


def test_an_error_in_before_data_sends_nothing_and_is_passed_on(sink: Sink) -> None:
    async def broken() -> bool:
        raise LookupError("gone")

    with pytest.raises(LookupError):
        send(sink, mail(), before_data=broken)
    assert sink.mails == []


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nRCPT TO:<victim@example.com",
        "a@b.example\nRCPT TO:<victim@example.com>",
        "a@b.example> SIZE=1",
        "<a@b.example>",
        "a b@example.com",
        '"a\r\nb"@example.com',
        "a@b@example.com",
        "a@example.com,b@example.com",
        "a@",
        "@example.com",
        "a",
        "a@example.com\x00",
        "a\u2028b@example.com",
        "a@exam\u202eple.com",
        "a@example..com",
        "x" * 200 + "@example.com",
        "\udcff@example.com",
    ],
)
def test_what_is_no_address_reaches_no_command_line(sink: Sink, tmp_path: Path, address: str) -> None:
    for one in (mail(envelope_to=address), mail(envelope_from=address)):
        for transport in (lambda: SmtpTransport(url(sink)), lambda: MaildirTransport(tmp_path)):
            outcome = use(transport, one)[0]
            assert isinstance(outcome, Failed)
            assert (outcome.temporary, outcome.enhanced) == (False, "5.1.3")
    assert send(sink, mail(envelope_to="")) == Failed(
        temporary=False, code=None, enhanced="5.1.3", text="the recipient is not a mail address"
    )
    assert sink.commands == []


def test_an_international_address_is_said_with_smtputf8_where_it_is_offered(sink: Sink) -> None:
    assert isinstance(send(sink, mail(envelope_to="用户@例子.example")), Sent)
    assert "SMTPUTF8" in sink.mails[0].options
    assert sink.mails[0].envelope_to == ("用户@例子.example",)
    send(sink, mail())
    assert "SMTPUTF8" not in sink.mails[1].options


def test_without_smtputf8_a_domain_goes_in_ascii_and_a_local_part_fails() -> None:
    with Sink(smtputf8=False) as sink:
        assert isinstance(send(sink, mail(envelope_to="seller@bücher.example")), Sent)
        assert sink.mails[0].envelope_to == ("seller@xn--bcher-kva.example",)
        outcome = send(sink, mail(envelope_to="用户@example.com"))
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.enhanced) == (False, "5.6.7")


def test_a_mail_larger_than_the_server_takes_fails_for_good() -> None:
    with Sink(size_limit=1000) as sink:
        outcome = send(sink, mail(content=b"x" * 1001))
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.enhanced) == (False, "5.3.4")
    assert sink.mails == []


# The URL


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("smtp://mail.example", DeliveryUrl(security=Security.PLAIN, host="mail.example", port=25)),
        ("smtp://127.0.0.1:2525/", DeliveryUrl(security=Security.PLAIN, host="127.0.0.1", port=2525)),
        (
            "smtp+starttls://me@mail.example",
            DeliveryUrl(security=Security.STARTTLS, host="mail.example", port=587, user="me"),
        ),
        (
            "smtps://me%40firm.example@mail.example",
            DeliveryUrl(security=Security.TLS, host="mail.example", port=465, user="me@firm.example"),
        ),
        ("smtp://[::1]:25", DeliveryUrl(security=Security.PLAIN, host="::1", port=25)),
    ],
)
def test_a_delivery_url_is_read(text: str, parsed: DeliveryUrl) -> None:
    assert parse_delivery_url(text) == parsed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:99999",
        "smtp://mail.example:x",
        "smtp://mail.example:0",
        "smtp://mail.example/path",
        "smtp://me@mail.example",
        "smtps://me:hunter2@mail.example",
        "smtp://[::1",
    ],
)
def test_a_delivery_url_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(PermanentError) as refused:
        parse_delivery_url(text)
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


# Into a maildir


def test_a_maildir_gets_the_mail_behind_its_envelope(tmp_path: Path) -> None:
    assert use(lambda: MaildirTransport(tmp_path / "outbox"), mail()) == [Sent(response="kept as 42.casepost")]
    (written,) = (tmp_path / "outbox" / "new").iterdir()
    head = b"Return-Path: <support@casepost.example>\r\nDelivered-To: seller@example.com\r\n"
    assert written.read_bytes() == head + CONTENT
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []
    assert written.stat().st_mode & 0o777 == 0o600


def test_a_mail_sent_again_is_in_the_maildir_once_even_when_it_was_read_meanwhile(tmp_path: Path) -> None:
    message_id = mail(id="<4821773099.1@casepost.example>")
    use(lambda: MaildirTransport(tmp_path), message_id, message_id, mail(id="../../x"))
    written = sorted((tmp_path / "new").iterdir())
    assert len(written) == 2
    for one in written:
        one.rename(tmp_path / "cur" / f"{one.name}:2,S")
    use(lambda: MaildirTransport(tmp_path), message_id)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_mail_called_off_is_not_in_the_maildir(tmp_path: Path) -> None:
    assert use(lambda: MaildirTransport(tmp_path / "outbox"), mail(), before_data=unwanted) == [NotSent()]
    assert not (tmp_path / "outbox").exists()


def test_a_maildir_that_cannot_be_written_is_a_temporary_failure(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file stands in the way")
    outcome = use(lambda: MaildirTransport(tmp_path / "outbox"), mail())[0]
    assert isinstance(outcome, Failed)
    assert (outcome.temporary, outcome.way_down) == (True, True)
    assert "\n" not in outcome.text
