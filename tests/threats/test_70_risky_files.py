"""Threat 70, risky files: kept as they came under a hash, named to agents as what they are, never opened or inlined."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from store.tables import messages
from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.service import text_of

_FILES = {
    "invoice.exe": b"MZ\x90\x00" + b"\x00" * 60,
    "invoice.pdf.exe": b"MZ\x90\x00" + b"\x01" * 60,
    "open me.js": b"WScript.Shell",
    "photo.lnk": b"L\x00\x00\x00\x01\x14\x02\x00",
    "disk.iso": b"\x00" * 512 + b"CD001",
    "macro.docm": b"PK\x03\x04" + b"vbaProject.bin",
    ".htaccess": b"AddHandler cgi-script .jpg\n",
    "\u200bharmless.txt.scr": b"MZ",
    "gpj.\u202eexe.scr": b"MZ\x90",
    "run.html": b"<script>alert(1)</script>",
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
}


def _mail(name: str, content: bytes, *, inline: bool = False, declared: str = "image/jpeg") -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = SELLER, "support@casepost.example", "See the file"
    message["Message-ID"] = f"<{abs(hash(name))}@client.example>"
    message.set_content("See the file about order 302-1234567-7654321.")
    kind, _, sub = declared.partition("/")
    message.add_attachment(
        content,
        maintype=kind,
        subtype=sub,
        filename=name,
        disposition="inline" if inline else "attachment",
        cid="<c@x>",
    )
    return message.as_bytes()


def _relayed(office: Office) -> EmailMessage:
    office.write()
    while office.deliver():
        pass
    (letter,) = [one for one in office.way.tried if one.envelope_to == AGENT]
    parsed = message_from_bytes(letter.content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize("inline", [False, True], ids=["attached", "said to be inline"])
@pytest.mark.parametrize("name", _FILES)
def test_70_a_risky_file_goes_to_agents_as_a_file_unaltered_and_under_a_plain_name(
    office: Office, name: str, inline: bool
) -> None:
    content = _FILES[name]
    applied = office.receive(_mail(name, content, inline=inline, declared="application/octet-stream"))
    assert applied is not None
    (kept,) = office.case(applied.number)["messages"][0]["attachments"]
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    (file,) = list(_relayed(office).iter_attachments())
    assert file.get_content_disposition() == "attachment"
    assert file.get_content() == content
    shown = str(file.get_filename())
    assert shown.isprintable()
    assert not {"\u200b", "\u202e", "/", "\\"} & set(shown)
    assert shown == kept["filename"]


@pytest.mark.parametrize("name", ["invoice.pdf.exe", "\u200bharmless.txt.scr"])
def test_70_a_second_extension_is_told(office: Office, name: str) -> None:
    applied = office.receive(_mail(name, b"MZ"))
    assert applied is not None
    (row,) = office.rows(sa.select(messages.c.defects))
    assert any("two extensions" in said for said in row.defects)


@pytest.mark.parametrize("name", _FILES)
def test_70_agents_are_warned_before_they_open_one(office: Office, name: str) -> None:
    office.receive(_mail(name, _FILES[name]))
    words = text_of(_relayed(office))
    assert ("may run something on your computer" in words) == (name != ".htaccess")


def test_70_nobody_is_warned_of_a_picture_or_a_plain_document(office: Office) -> None:
    for name in ("photo.jpg", "invoice.pdf", "list.xlsx", "letter.docx", "notes.txt"):
        office.receive(_mail(name, b"x", declared="application/octet-stream"))
    office.write()
    while office.deliver():
        pass
    assert not any(b"may run something" in one.content for one in office.way.tried)


def test_70_no_word_of_a_file_that_could_run_is_shown_as_the_sellers(office: Office) -> None:
    for name in ("run.html", "picture.svg", "open me.js"):
        applied = office.receive(_mail(name, _FILES[name], declared="text/html" if "html" in name else "image/png"))
        assert applied is not None
        assert "alert" not in office.case(applied.number)["messages"][0]["reply_text"]
