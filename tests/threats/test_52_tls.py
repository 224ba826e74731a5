"""Threat 52, TLS: 1.2 at least; a renewed certificate holds at once, a broken one does not; verified on the way out."""

import logging
import shutil
import ssl
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cases.errors import PermanentError
from ingest.smtp_tls import Certificate
from responder.transport import Failed, Security, Sent, SmtpTransport
from tests.edge import Edge
from tests.sending import mail, url, use
from tests.sink import Sink
from tests.tls_files import write_certificate


def handshake(edge: Edge, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS with the listener; the socket is to be closed."""
    peer = edge.raw()
    with peer.file:
        peer.reply()
        peer.ask(b"EHLO x\r\n")
        assert peer.ask(b"STARTTLS\r\n").startswith("220")
    try:
        return context.wrap_socket(peer.socket, server_hostname="localhost")
    except BaseException:
        peer.socket.close()
        raise


def any_client() -> ssl.SSLContext:
    """A client that takes every certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def shown(edge: Edge) -> bytes:
    """The certificate that a new handshake shows."""
    with handshake(edge, any_client()) as tls:
        return tls.getpeercert(binary_form=True) or b""


def pem_of(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


def old_context(side: int, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(side)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    if side == ssl.PROTOCOL_TLS_CLIENT:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def shake_hands_in_memory(client_side: ssl.SSLContext, server_side: ssl.SSLContext) -> str | None:
    """The version agreed on; raises what the server says to the client's hello."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname="localhost")
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return server.version()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=["1.0", "1.1"])
def test_52_old_versions_are_refused_by_the_server(
    edges: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, version: ssl.TLSVersion
) -> None:
    caplog.set_level(logging.INFO, "ingest.smtp")
    certificate, key = write_certificate(tmp_path)
    old_client, old_server = (old_context(side, version) for side in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER))
    old_server.load_cert_chain(certificate, key)
    assert shake_hands_in_memory(old_client, old_server) == version.name.replace("_", ".")  # the client is able to
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        shake_hands_in_memory(old_client, Certificate(certificate, key).context())
    edge: Edge = edges(tls=Certificate(certificate, key))
    with pytest.raises(ssl.SSLError):
        handshake(edge, old_client)
    edge.drain(2)
    assert [one.getMessage() for one in caplog.records] == ["handshake failed"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_52_today_s_versions_are_spoken(edges: Any, tmp_path: Path, version: ssl.TLSVersion) -> None:
    edge: Edge = edges(tls=Certificate(*write_certificate(tmp_path)))
    client = any_client()
    client.minimum_version = client.maximum_version = version
    with handshake(edge, client) as tls:
        assert tls.version() == version.name.replace("_", ".")


def test_52_a_renewed_certificate_holds_from_the_next_handshake_and_open_sessions_go_on(
    edges: Any, tmp_path: Path
) -> None:
    certificate, key = write_certificate(tmp_path, "first")
    edge: Edge = edges(tls=Certificate(certificate, key))
    first = pem_of(certificate)
    with handshake(edge, any_client()) as opened:
        assert shown(edge) == first
        write_certificate(tmp_path, "second")
        assert pem_of(certificate) != first
        assert shown(edge) == pem_of(certificate)
        opened.sendall(b"NOOP\r\n")
        assert opened.recv(100).startswith(b"250")


def test_52_a_renewed_certificate_behind_a_symbolic_link_holds(edges: Any, tmp_path: Path) -> None:
    """As certbot has it: live/ points into archive/."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_certificate(tmp_path / name, name)
    live = tmp_path / "live"
    live.symlink_to(tmp_path / "one")
    edge: Edge = edges(tls=Certificate(live / "cert.pem", live / "key.pem"))
    assert shown(edge) == pem_of(tmp_path / "one" / "cert.pem")
    live.unlink()
    live.symlink_to(tmp_path / "two")
    assert shown(edge) == pem_of(tmp_path / "two" / "cert.pem")


@pytest.mark.parametrize("fault", ["no certificate", "empty", "other key", "locked key", "gone"])
def test_52_a_broken_new_certificate_keeps_the_old_one_and_the_log_says_so(
    edges: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.INFO, "ingest.smtp")
    certificate, key = write_certificate(tmp_path)
    edge: Edge = edges(tls=Certificate(certificate, key))
    first = pem_of(certificate)
    spare = tmp_path / "spare"
    spare.mkdir()
    match fault:
        case "no certificate":
            certificate.write_text("-----BEGIN CERTIFICATE-----\nno base64 §\n-----END CERTIFICATE-----\n")
        case "empty":
            certificate.write_bytes(b"")
        case "other key":
            shutil.copy(write_certificate(spare)[1], key)
        case "locked key":
            write_certificate(tmp_path, passphrase=b"never asked for")
        case "gone":
            key.unlink()
    assert [shown(edge) for _ in range(3)] == [first] * 3
    complaints = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert [one.getMessage() for one in complaints] == ["the new certificate cannot be used, the old one stays"]
    assert "cert.pem" in vars(complaints[0])["file"]
    write_certificate(tmp_path, "mended")
    assert shown(edge) == pem_of(certificate) != first
    assert caplog.records[-1].getMessage() == "certificate loaded anew"


def test_52_a_certificate_that_cannot_be_used_at_the_start_is_refused_with_its_key(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    for broken in (lambda: key.write_bytes(b""), key.unlink):
        broken()
        with pytest.raises(PermanentError, match=r"\[smtp\] tls_cert and tls_key"):
            Certificate(certificate, key)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_52_a_relay_whose_certificate_has_ended_gets_nothing_and_the_mail_waits(
    tmp_path: Path, security: Security
) -> None:
    for days, expected in ((-1, Failed), (2, Sent)):
        certificate, key = write_certificate(tmp_path, days=days)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        client = ssl.create_default_context(cafile=str(certificate))
        with Sink(tls=server, tls_from_start=security is Security.TLS) as sink:
            where = url(sink, security)
            outcome = use(lambda: SmtpTransport(where, tls_context=client), mail())[0]  # noqa: B023
            assert isinstance(outcome, expected)
            if isinstance(outcome, Failed):
                assert outcome.temporary
                assert "expired" in outcome.text
                assert (sink.mails, sink.commands) == ([], [])
