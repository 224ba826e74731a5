"""Threat 71, calendars, winmail.dat, S/MIME, PGP, SVG and cid pictures: one case each, its content there, no badge.

A signature is not verified here, so nothing says that it is; what is encrypted is kept whole, and agents are told.
"""

import base64
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from cases.change import Applied
from store.tables import messages
from tests.attached import make_tnef
from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.rehearsal import parsed
from tests.service import text_of

_HEAD = (
    f"From: Jan <{SELLER}>\r\nTo: support@casepost.example\r\nMessage-ID: <%s@client.example>\r\n"
    "Subject: Order lost\r\n"
)
_WORDS = "My order 302-1234567-7654321 is lost."
_CALENDAR = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Call about my order\r\nEND:VEVENT\r\nEND:VCALENDAR"
)
_SIGNED = (
    'Content-Type: multipart/signed; micalg=%s; protocol="%s"; boundary=b\r\n\r\n'
    "--b\r\nContent-Type: text/plain\r\n\r\n"
    + _WORDS
    + "\r\n--b\r\nContent-Type: %s; name=%s\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n--b--\r\n"
)
_MAILS = {
    "S/MIME, signed": _SIGNED % ("sha-256", "application/pkcs7-signature", "application/pkcs7-signature", "smime.p7s"),
    "PGP, signed": _SIGNED % ("pgp-sha256", "application/pgp-signature", "application/pgp-signature", "signature.asc"),
    "a calendar of Google's": (
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        + _WORDS
        + "\r\n"
        "--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n" + _CALENDAR + "\r\n--b--\r\n"
    ),
    "a picture of the text by cid": (
        "Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>"
        + _WORDS
        + '<img src="cid:shot@x"></p>\r\n--b\r\nContent-Type: image/png; name=shot.png\r\nContent-ID: <shot@x>\r\n'
        "Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n"
    ),
    "an SVG": (
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        + _WORDS
        + "\r\n--b\r\n"
        "Content-Type: image/svg+xml; name=a.svg\r\n\r\n<svg onload='alert(1)'><text>x</text></svg>\r\n--b--\r\n"
    ),
}
_ENCRYPTED = {
    "S/MIME": (
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"0\x80\x06\x09" * 90).decode() + "\r\n"
    ),
    "PGP/MIME": (
        'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n'
        "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream; "
        "name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n--b--\r\n"
    ),
    "PGP in the text": (
        "Content-Type: text/plain\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"
    ),
}


def _take(office: Office, name: str, body: str) -> Applied:
    number = str(abs(hash(name)))
    applied = office.receive((_HEAD % number + "MIME-Version: 1.0\r\n" + body).encode())
    assert applied is not None
    assert applied.number is not None
    return applied


@pytest.mark.parametrize("name", _MAILS)
def test_71_one_case_with_its_words_and_no_badge_of_trust(office: Office, name: str) -> None:
    applied = _take(office, name, _MAILS[name])
    (said,) = office.case(applied.number)["messages"]
    assert _WORDS in said["text"]
    (row,) = office.rows(sa.select(messages.c.authentication))
    assert row.authentication == "none"
    office.write()
    office.deliver()
    words = text_of(parsed(next(one for one in office.way.tried if one.envelope_to == AGENT)))
    assert ("the signature was not verified" in words) == ("signed" in name)


@pytest.mark.parametrize("name", _ENCRYPTED)
def test_71_what_is_encrypted_is_a_case_kept_whole_and_agents_are_told(office: Office, name: str) -> None:
    applied = _take(office, name, _ENCRYPTED[name])
    assert b"hQEM" in (raw := office.store.ledger.load(1)) or b"MIAGCTCABgk" in raw
    office.write()
    while office.deliver():
        pass
    letter = next(one for one in office.way.tried if one.envelope_to == AGENT)
    words = text_of(parsed(letter))
    assert "cannot be read here" in words
    assert office.case(applied.number)["status"] == "open"


def test_71_an_invitation_is_never_answered_by_itself(office: Office) -> None:
    _take(office, "calendar", _MAILS["a calendar of Google's"])
    office.write()
    while office.deliver():
        pass
    for letter in office.way.tried:
        kinds = {part.get_content_type() for part in message_from_bytes(letter.content, policy=policy.default).walk()}
        assert "text/calendar" not in kinds or letter.envelope_to == AGENT
        assert b"METHOD:REPLY" not in letter.content


def test_71_a_cid_never_reaches_into_another_mail(office: Office) -> None:
    """The second mail names the picture of the first: it shows none."""
    _take(office, "with", _MAILS["a picture of the text by cid"])
    thief = 'Content-Type: text/html\r\n\r\n<p>Look <img src="cid:shot@x"></p>\r\n'
    applied = _take(office, "without", thief)
    assert office.case(applied.number)["messages"][0]["attachments"] == []


def test_71_a_winmail_dat_is_kept_and_its_files_are_there(office: Office) -> None:
    winmail = base64.encodebytes(make_tnef({"invoice.pdf": b"%PDF-1.4"})).decode()
    applied = _take(
        office,
        "winmail",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + _WORDS + "\r\n--b\r\n"
        "Content-Type: application/ms-tnef; name=winmail.dat\r\n"
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n" + winmail + "\r\n--b--\r\n",
    )
    assert _WORDS in office.case(applied.number)["messages"][0]["text"]
    attached = office.case(applied.number)["messages"][0]["attachments"]
    assert {one["filename"] for one in attached} >= {"invoice.pdf"}
