"""Threat 56, VRFY, EXPN, HELP and the greeting: no answer tells who is here, or which version of what."""

import re
import socket
from importlib.metadata import version

import pytest

from tests.edge import Edge

KNOWN = (b"support@casepost.example", b"<support@casepost.example>", b"support", b"SUPPORT@casepost.example")
UNKNOWN = (b"nobody@casepost.example", b"<nobody@casepost.example>", b"nobody", b"", b"x" * 2000, b"\xff", b"a@b c")


def everything_said(edge: Edge) -> bytes:
    """All that a curious peer is told in one session."""
    commands = [b"EHLO x", b"HELP", b"HELP MAIL", b"VRFY x", b"EXPN x", b"NOOP", b"FOO", b"STARTTLS", b"RCPT TO:<x@y>"]
    commands += [b"MAIL FROM:<>", b"RCPT TO:<nobody@casepost.example>", b"DATA", b"RSET", b"BDAT 1", b"TURN", b"ETRN x"]
    with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as peer, peer.makefile("rb") as lines:
        said = lines.readline()
        peer.sendall(b"\r\n".join([*commands, b"QUIT", b""]))
        return said + lines.read()


@pytest.mark.parametrize("verb", [b"VRFY", b"EXPN"])
def test_56_known_and_unknown_users_get_the_same_octets(edge: Edge, verb: bytes) -> None:
    with edge.raw() as peer:
        said = {peer.ask(verb + b" " + user + b"\r\n") for user in KNOWN + UNKNOWN}
        peer.ask(b"EHLO x\r\n")
        said |= {peer.ask(verb + b" " + user + b"\r\n") for user in (*KNOWN, UNKNOWN[0])}
    assert said == {"252 2.5.2 Send some mail and see" if verb == b"VRFY" else "502 5.5.1 Not offered"}


def test_56_unknown_recipients_of_every_kind_get_the_same_octets(edge: Edge) -> None:
    with edge.raw() as peer:
        peer.ask(b"EHLO x\r\n")
        peer.ask(b"MAIL FROM:<a@example.com>\r\n")
        unknown = (
            b"nobody@casepost.example",
            b"agent@casepost.example",
            b"root@casepost.example",
            b"a@elsewhere.example",
        )
        assert {peer.ask(b"RCPT TO:<" + one + b">\r\n") for one in unknown} == {"550 5.1.1 No such address here"}


def test_56_no_name_or_version_of_any_program_is_told(edge: Edge) -> None:
    said = everything_said(edge)
    assert said.startswith(b"220 mx.casepost.example ESMTP\r\n")
    assert b"\r\n214 2.0.0 See RFC 5321\r\n" in said
    assert said.endswith(b"221 2.0.0 Bye\r\n")
    assert not re.search(rb"aiosmtpd|python|casepost[ /]|linux|debian|openssl", said, re.IGNORECASE)
    assert version("casepost").encode() not in said
    assert version("aiosmtpd").encode() not in said
    assert not re.search(rb"Traceback|Error:|File \"", said)
