"""Threat 57, a bare LF or CR in commands: no command is hidden behind another."""

import pytest

from tests.edge import Edge

HIDDEN = b"MAIL FROM:<evil@example.com>"
FORMS = {
    "LF between": b"EHLO x\n" + HIDDEN + b"\r\n",
    "LF LF": b"EHLO x\n\n" + HIDDEN + b"\r\n",
    "CR between": b"EHLO x\r" + HIDDEN + b"\r\n",
    "CR CR LF": b"EHLO x\r\r\n" + HIDDEN + b"\r\n",
    "LF CR": b"EHLO x\n\r" + HIDDEN + b"\r\n",
    "NUL": b"EHLO x\x00" + HIDDEN + b"\r\n",
    "vertical tab": b"EHLO x\x0b" + HIDDEN + b"\r\n",
    "form feed": b"EHLO x\x0c" + HIDDEN + b"\r\n",
    "LF at the end of both": b"EHLO x\n" + HIDDEN + b"\n",
}


@pytest.mark.parametrize("octets", FORMS.values(), ids=FORMS)
def test_57_a_hello_with_a_command_behind_a_bare_line_end_is_refused_and_so_is_what_is_behind(
    edge: Edge, octets: bytes
) -> None:
    with edge.raw() as peer:
        peer.send(octets + b"NOOP\r\nQUIT\r\n")
        said = [peer.reply() for _ in range(5)]
    assert said[0] == "500 5.5.2 Syntax error"
    assert not [one for one in said if one.startswith("250 2.1.0")]
    assert said[[one[:3] for one in said].index("221") - 1] == "250 2.0.0 Ok"  # the session is in step


@pytest.mark.parametrize(
    ("command", "before"),
    [
        (b"MAIL FROM:<a@example.com>\n", [b"EHLO x"]),
        (b"RCPT TO:<support@casepost.example>\nRCPT TO:<victim@elsewhere.example>\r\n", [b"EHLO x", b"MAIL FROM:<>"]),
        (b"DATA\n", [b"EHLO x", b"MAIL FROM:<>", b"RCPT TO:<support@casepost.example>"]),
        (b"RSET\nDATA\r\n", [b"EHLO x", b"MAIL FROM:<>", b"RCPT TO:<support@casepost.example>"]),
        (b"QUIT\n", [b"EHLO x"]),
    ],
)
def test_57_no_command_that_ends_in_a_bare_line_feed_is_obeyed(edge: Edge, command: bytes, before: list[bytes]) -> None:
    with edge.raw() as peer:
        for one in before:
            assert peer.ask(one + b"\r\n").startswith("250")
        assert peer.ask(command).startswith("500")
        assert peer.ask(b"QUIT\r\n")[:3] in ("221", "500", "503", "550", "354")
    assert edge.house.taken == []
