"""DKIM: whatever key is configured, strangers can verify our mails, and nobody can add to them."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest

from casepost.config import ConfigError, load
from cases.mail import Address
from responder.compose import Attachment, Letter, compose
from responder.dkim import BadKey, Signer, is_published, load_signer
from tests.dkim_keys import openssl, publish, write_ed25519

DOMAIN = "casepost.example"
LETTER = Letter(
    subject="Wo bleibt mein Geld? Eine längere Frage, die über eine Zeile geht, damit sie umbrochen wird",
    tag="[CP-4821773099]",
    case_number="4821773099",
    from_name="Käthe vom Support",
    from_address=f"support+aabc@{DOMAIN}",
    reply_to=f"support+aabc@{DOMAIN}",
    to=Address(name="Jan", address="jan@petersen.example"),
    message_id=f"<a1@{DOMAIN}>",
    date=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    language="de",
    text="Guten Tag,\n\nIhr Geld ist unterwegs.  \n\n\n",
    html="<p>Guten Tag</p>",
    references=("<1@client.example>",),
    in_reply_to="<1@client.example>",
    auto_submitted="auto-replied",
    attachments=(Attachment(filename="a.pdf", content_type="application/pdf", content=b"%PDF" * 100),),
)
MAIL = compose(LETTER)


@pytest.fixture(scope="module")
def rsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An RSA key as openssl writes it today (PKCS #8)."""
    path = tmp_path_factory.mktemp("keys") / "rsa.pem"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", path)
    return path


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return load_signer("s1", write_ed25519(tmp_path / "key.pem"))


def verifies(mail: bytes, signer: Signer) -> bool:
    return bool(dkim.verify(mail, dnsfunc=publish(signer, DOMAIN)))


def test_a_mail_signed_with_rsa_in_any_form_of_the_file_verifies(rsa: Path, tmp_path: Path) -> None:
    old, windows = tmp_path / "old.pem", tmp_path / "windows.pem"
    openssl("rsa", "-in", rsa, "-traditional", "-out", old)
    windows.write_bytes(b"a comment\r\n" + rsa.read_bytes().replace(b"\n", b"\r\n"))
    for path in (rsa, old, windows):
        signer = load_signer("s1", path)
        assert signer.bits == 2048
        assert verifies(signer.sign(MAIL), signer)


def test_the_record_holds_the_public_half_as_openssl_prints_it(rsa: Path) -> None:
    public = base64.b64encode(openssl("pkey", "-in", rsa, "-pubout", "-outform", "DER")).decode()
    assert load_signer("s1", rsa).record == f"v=DKIM1; k=rsa; p={public}"


def test_a_mail_signed_with_ed25519_verifies(signer: Signer) -> None:
    assert verifies(signer.sign(MAIL), signer)
    assert b"a=ed25519-sha256" in signer.sign(MAIL)


def test_the_signature_is_put_before_the_mail_that_stays_as_it_was(signer: Signer) -> None:
    signed = signer.sign(MAIL)
    assert signed.endswith(MAIL)
    head = signed[: -len(MAIL)]
    assert head.startswith(b"DKIM-Signature: v=1;")
    assert head.endswith(b"\r\n")
    assert max(map(len, head.split(b"\r\n"))) < 100


def test_the_signature_is_relaxed_whole_and_of_the_domain_of_from(signer: Signer) -> None:
    said = signer.sign(MAIL)[: -len(MAIL)].decode()
    tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s+", "", said)))
    assert (tags["c"], tags["d"], tags["s"]) == ("relaxed/relaxed", DOMAIN, "s1")
    assert "l" not in tags
    other = compose(LETTER).replace(DOMAIN.encode(), b"returns.example")
    assert b"d=returns.example;" in signer.sign(other)


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "To",
        "Cc",
        "Subject",
        "Reply-To",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Content-Type",
        "MIME-Version",
        "Auto-Submitted",
    ],
)
def test_no_header_can_be_added_or_changed(name: str, signer: Signer) -> None:
    signed = signer.sign(MAIL)
    assert not verifies(f"{name}: x@evil.example\r\n".encode() + signed, signer)
    assert not verifies(signed.replace(b"\r\n\r\n", f"\r\n{name}: x@evil.example\r\n\r\n".encode(), 1), signer)
    changed = re.sub(rf"(?m)^{name}: ".encode(), f"{name}: x".encode(), signed, count=1)
    assert (changed == signed) == (name == "Cc")
    assert name == "Cc" or not verifies(changed, signer)


def test_what_mail_servers_do_on_the_way_does_no_harm_and_what_changes_the_words_does(signer: Signer) -> None:
    signed = signer.sign(MAIL)
    assert verifies(b"Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0100\r\n" + signed, signer)
    assert verifies(signed.replace(b"\r\nSubject: ", b"\r\nSUBJECT:   "), signer)
    assert verifies(signed + b"\r\n\r\n", signer)
    assert not verifies(signed + b"more\r\n", signer)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path, rsa: None, "No such file"),
        (lambda path, rsa: path.mkdir(), "Is a directory"),
        (lambda path, rsa: path.write_text(""), "no private key"),
        (
            lambda path, rsa: path.write_text("-----BEGIN PRIVATE KEY-----\n####\n-----END PRIVATE KEY-----\n"),
            "no priv",
        ),
        (
            lambda path, rsa: path.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            "neither",
        ),
        (lambda path, rsa: openssl("pkey", "-in", rsa, "-pubout", "-out", path), "no private key"),
        (
            lambda path, rsa: openssl("pkey", "-in", rsa, "-aes256", "-passout", "pass:x", "-out", path),
            "protected by a password",
        ),
        (
            lambda path, rsa: openssl(
                "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", path
            ),
            "neither an RSA nor an Ed25519",
        ),
        (
            lambda path, rsa: openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:512", "-out", path),
            "512 bits",
        ),
    ],
    ids=["missing", "folder", "empty", "no base64", "no key", "public", "encrypted", "elliptic", "short"],
)
def test_a_file_without_a_good_key_is_refused_at_start_by_the_name_of_its_key(
    make: Callable[[Path, Path], object], words: str, rsa: Path, tmp_path: Path
) -> None:
    make(tmp_path / "key.pem", rsa)
    file = tmp_path / "casepost.toml"
    file.write_text('[delivery]\ndkim_selector = "s1"\ndkim_key_file = "key.pem"\n')
    with pytest.raises((BadKey, OSError), match=words):
        load_signer("s1", tmp_path / "key.pem")
    with pytest.raises(ConfigError, match=r"\[delivery\] dkim_key_file: takes a private key, RSA or Ed25519") as error:
        load(file, {})
    assert words in str(error.value)


def test_the_dns_is_asked_as_a_stranger_would(signer: Signer, tmp_path: Path) -> None:
    other = load_signer("s1", write_ed25519(tmp_path / "other.pem"))
    assert is_published(signer, DOMAIN, ask=publish(signer, DOMAIN)) is True
    assert is_published(signer, DOMAIN, ask=publish(other, DOMAIN)) is False
    assert is_published(signer, DOMAIN, ask=publish(signer, "elsewhere.example")) is False

    def silent(name: bytes, timeout: int = 5) -> bytes | None:
        raise dkim.DnsTimeoutError(str(name))

    assert is_published(signer, DOMAIN, ask=silent) is None
