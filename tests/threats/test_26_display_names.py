"""Threat 26: a name that pretends. Agents always see the full address, and are warned before they read the words."""

from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import default as parse_policy

import pytest
import sqlalchemy as sa

from store.people import add_user
from store.tables import outbox
from tests.casework import AGENT, NOW
from tests.office import Office

EVIL = "x@evil.example"
FORMS = {
    "address-in-name": ("support@market", EVIL),
    "our-address-in-name": ("support@casepost.example", EVIL),
    "address-with-at-in-words": ("support (at) casepost.example", EVIL),
    "address-in-wide-letters": ("support\uff20market\uff0eexample", EVIL),
    "sellers-address-in-name": ("Jan <jan@petersen.example>", EVIL),
    "link-in-name": ("https://casepost.example/login", EVIL),
    "host-in-name": ("www.casepost.example", EVIL),
    "domain-in-name": ("casepost.example", EVIL),
    "reading-direction-turned": ("Jan \u202egpj.exe", EVIL),
    "reading-direction-isolated": ("\u2067Jan\u2069", EVIL),
    "zero-width-space": ("Sup\u200bport", EVIL),
    "soft-hyphen": ("Sup\u00adport", EVIL),
    "cyrillic-in-latin": ("P\u0430yments", EVIL),
    "greek-in-latin": ("Support \u0391da", EVIL),
    "queue-name": ("Returns", EVIL),
    "support-desk": ("The Customer Service Team", EVIL),
    "our-organisation": ("Casep0st Billing", EVIL),
    "colleague": ("Ada.Lovelace", EVIL),
    "homograph-domain": ("Jan", "jan@xn--80ak6aa92e.example"),
    "domain-like-ours": ("Jan", "jan@casep0st.example"),
    "known-seller": ("Anna Schmidt", EVIL),
}


def raw_from(name: str, address: str) -> bytes:
    head = f"From: {Header(name, 'utf-8').encode()} <{address}>\r\nTo: support@casepost.example\r\n"
    return f"{head}Subject: Please help\r\nMessage-ID: <1@evil.example>\r\n\r\nPlease help.\r\n".encode()


def relay_of(office: Office, raw: bytes, address: str) -> EmailMessage:
    office.receive(raw, sender=address)
    office.write()
    rows = office.rows(
        sa.select(outbox.c.content)
        .where(outbox.c.kind == "agent_mail", outbox.c.envelope_to == AGENT)
        .order_by(outbox.c.id.desc())
    )
    mail = message_from_bytes(rows[0].content, policy=parse_policy)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("form", list(FORMS))
def test_26_the_agent_sees_the_real_address_and_the_flag_where_they_look_first(office: Office, form: str) -> None:
    name, address = FORMS[form]
    with office.store.cases.write() as connection:
        add_user(connection, "ada.lovelace@office.example", role="agent", queue_ids=[2], now=NOW)
    office.receive(raw_from("Anna Schmidt", "anna@schmidt.example"), sender="anna@schmidt.example")
    relay = relay_of(office, raw_from(name, address), address)
    shown = str(relay["From"].addresses[0].display_name)
    assert shown == f"Careful: {address} via support"
    for kind in ("plain", "html"):
        assert address in text_of(relay, kind)
        assert "Careful" in text_of(relay, kind)


def test_26_an_honest_name_has_no_flag_and_its_address_is_in_the_head(office: Office) -> None:
    relay = relay_of(office, raw_from("Jan Petersen", "jan@petersen.example"), "jan@petersen.example")
    assert relay["From"].addresses[0].display_name == "Jan Petersen via support"
    assert "Careful" not in text_of(relay)
    assert "Jan Petersen <jan@petersen.example>" in text_of(relay)


def test_26_a_long_address_is_cut_before_its_domain_and_whole_in_the_head(office: Office) -> None:
    address = "support.casepost.example." + "a" * 38 + "@" + "b" * 50 + ".evil.example"
    relay = relay_of(office, raw_from("Support", address), address)
    shown = str(relay["From"].addresses[0].display_name)
    assert ".evil.example via support" in shown
    assert address in text_of(relay)
