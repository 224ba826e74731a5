"""The mail that a mail passes on: by several mail programs, in their languages, and what is none."""

import time
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from cases.mail import Address, Forwarded
from ingest.read.forwarded import parse_shown_author, strip_prefixes
from ingest.read.reader import read

JAN = Address(name="Jan Petersen", address="jan@petersen.example")

GMAIL = """Can you take this one?

---------- Forwarded message ---------
From: Jan Petersen <jan@petersen.example>
Date: Thu, Nov 12, 2026 at 10:02 AM
Subject: Where is my money?
To: Ada <ada@office.example>


Hello,

the money for order 302-1234567-7654321 has not arrived.

Jan
"""
OUTLOOK_DE = """Bitte übernehmen.

Von: Jan Petersen <jan@petersen.example>
Gesendet: Donnerstag, 12. November 2026 10:02
An: Ada Lovelace <ada@office.example>
Betreff: Wo ist mein Geld?

Guten Tag,

wo ist mein Geld?
"""
OLD_OUTLOOK_DE = """-----Ursprüngliche Nachricht-----
Von: Petersen, Jan [mailto:jan@petersen.example]
Gesendet: Donnerstag, 12. November 2026 10:02
An: Ada Lovelace
Betreff: Wo ist mein Geld?

Wo ist mein Geld?
"""
APPLE = """

> Begin forwarded message:
>
> From: Jan Petersen <jan@petersen.example>
> Subject: Where is my money?
> Date: 12 November 2026 at 10:02:00 CET
> To: ada@office.example
>
> Hello,
> where is my money?
"""
THUNDERBIRD_FR = """-------- Message transféré --------
Sujet : Où est mon argent ?
Date : Thu, 12 Nov 2026 10:02:00 +0100
De : Jan Petersen <jan@petersen.example>
Pour : Ada <ada@office.example>

Bonjour, où est mon argent ?
"""
OUTLOOK_IT = """Da: Jan Petersen <jan@petersen.example>
Inviato: giovedì 12 novembre 2026 10:02
A: Ada
Oggetto: Dove sono i miei soldi?

Dove sono i miei soldi?
"""
OUTLOOK_ES = """De: Jan Petersen <jan@petersen.example>
Enviado: jueves, 12 de noviembre de 2026 10:02
Para: Ada
Asunto: ¿Dónde está mi dinero?

¿Dónde está mi dinero?
"""
OUTLOOK_NL = """Van: Jan Petersen <jan@petersen.example>
Verzonden: donderdag 12 november 2026 10:02
Aan: Ada
Onderwerp: Waar is mijn geld?

Waar is mijn geld?
"""
OUTLOOK_PL = """Od: Jan Petersen <jan@petersen.example>
Wysłano: czwartek, 12 listopada 2026 10:02
Do: Ada
Temat: Gdzie są moje pieniądze?

Gdzie są moje pieniądze?
"""
OUTLOOK_SV = """Från: Jan Petersen <jan@petersen.example>
Skickat: den 12 november 2026 10:02
Till: Ada
Ämne: Var är mina pengar?

Var är mina pengar?
"""
OUTLOOK_TR = """Kimden: Jan Petersen <jan@petersen.example>
Gönderildi: 12 Kasım 2026 Perşembe 10:02
Kime: Ada
Konu: Param nerede?

Param nerede?
"""
OUTLOOK_JA = """差出人: Jan Petersen <jan@petersen.example>
送信日時: 2026年11月12日 10:02
宛先: Ada
件名: 返金はどこですか

返金はまだですか。
"""
QQ_ZH = """------------------ 原始邮件 ------------------
发件人: "Jan Petersen" <jan@petersen.example>
发送时间: 2026年11月12日 10:02
收件人: "Ada" <ada@office.example>
主题: 我的钱在哪里

我的钱在哪里？
"""


def read_text(subject: str, text: str, **headers: str) -> Forwarded | None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@office.example>", "support@casepost.example", subject
    mail["Message-ID"] = "<forward@office.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return read(mail.as_bytes(policy=SMTP)).forwarded


@pytest.mark.parametrize(
    ("subject", "text", "of", "begins", "language"),
    [
        ("Fwd: Where is my money?", GMAIL, "Where is my money?", "Hello,", "en"),
        ("WG: Wo ist mein Geld?", OUTLOOK_DE, "Wo ist mein Geld?", "Guten Tag,", "de"),
        ("WG: Wo ist mein Geld?", OLD_OUTLOOK_DE, "Wo ist mein Geld?", "Wo ist", "de"),
        ("Fwd: Where is my money?", APPLE, "Where is my money?", "Hello,", "en"),
        ("Tr: Argent", THUNDERBIRD_FR, "Où est mon argent ?", "Bonjour", "fr"),
        ("I: Soldi", OUTLOOK_IT, "Dove sono i miei soldi?", "Dove sono", "it"),
        ("RV: dinero", OUTLOOK_ES, "¿Dónde está mi dinero?", "¿Dónde", "es"),
        ("FW: geld", OUTLOOK_NL, "Waar is mijn geld?", "Waar is", "nl"),
        ("PD: pieniądze", OUTLOOK_PL, "Gdzie są moje pieniądze?", "Gdzie", "pl"),
        ("VB: pengar", OUTLOOK_SV, "Var är mina pengar?", "Var är", "sv"),
        ("İLT: para", OUTLOOK_TR, "Param nerede?", "Param", "tr"),
        ("転送: 返金", OUTLOOK_JA, "返金はどこですか", "返金は", "ja"),
        ("转发：钱", QQ_ZH, "我的钱在哪里", "我的钱", "zh"),
        ("A new one", OUTLOOK_DE, "Wo ist mein Geld?", "Guten Tag,", "de"),  # the agent wrote a subject of their own
    ],
)
def test_a_mail_below_a_header_block_is_passed_on_with_its_author_and_in_its_language(
    subject: str, text: str, of: str, begins: str, language: str
) -> None:
    found = read_text(subject, text)
    assert found is not None
    assert found.author.address == JAN.address
    assert found.author.name in ("Jan Petersen", "Petersen, Jan")
    assert found.subject == of
    assert found.text.startswith(begins)
    assert "take this" not in found.text
    assert "übernehmen" not in found.text
    assert found.language in (language, None)  # two words are not always enough to tell


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Where is my money?", f"No.\n\n{OUTLOOK_DE}"),  # an answer has the same block
        ("AW: Wo ist mein Geld?", OLD_OUTLOOK_DE),
        ("Fwd: x", GMAIL.replace("Jan Petersen <jan@petersen.example>", "Jan Petersen")),
        ("Fwd: x", GMAIL.replace("Jan Petersen <jan", "ada@good.example <jan")),
        ("Fwd: x", GMAIL.replace("<jan@petersen.example>", "<jan@petersen.example>, Bo <bo@b.example>")),
        ("Fwd: x", GMAIL.replace("<jan@petersen.example>", "<jan@petersen@evil.example>")),
        ("Fwd: x", GMAIL.partition("Hello")[0]),  # no words
        ("Fwd: x", "As the subject says."),
        ("Fwd: x", "On 12 Nov 2026 Jan Petersen <jan@petersen.example> wrote:\n> Where is my money?"),
        ("Where is my money?", "Hello,\n\nFrom: our warehouse\nTo: the customer\n\nit never came."),
    ],
)
def test_what_is_no_forward_or_has_no_certain_author_is_none(subject: str, text: str) -> None:
    assert read_text(subject, text) is None


def test_a_block_without_a_prefix_in_an_answer_is_history() -> None:
    assert read_text("Where is my money?", OUTLOOK_DE, References="<1@client.example>") is None


def test_the_outermost_of_several_forwards_counts() -> None:
    inner = GMAIL.replace("Jan Petersen", "Bo Berg").replace("jan@petersen.example", "bo@berg.example")
    found = read_text("Fwd: Fwd: x", GMAIL + inner)
    assert found is not None
    assert found.author == JAN
    assert "bo@berg.example" in found.text


def test_the_id_of_what_is_passed_on_is_the_last_that_the_mail_refers_to() -> None:
    found = read_text("Fwd: x", GMAIL, References="<0@a.example> <1@client.example>")
    assert found is not None
    assert found.message_id == "<1@client.example>"
    assert read_text("Fwd: x", GMAIL) == replace(found, message_id=None)


def attached(author: str, *, as_file: bool = False, times: int = 1) -> Forwarded | None:
    inner = EmailMessage()
    inner["From"], inner["Subject"], inner["Message-ID"] = author, "Where is my money?", "<1@client.example>"
    inner.set_content("Hello,\n\nwhere is my money?\n")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@office.example>", "support@casepost.example", "this"
    mail.set_content("#close\n\nPlease take it.\n")
    for _ in range(times):
        if as_file:
            mail.add_attachment(bytes(inner), maintype="application", subtype="octet-stream", filename="x.EML")
        else:
            mail.add_attachment(inner)
    return read(mail.as_bytes(policy=SMTP)).forwarded


@pytest.mark.parametrize("as_file", [False, True])
def test_an_attached_mail_is_passed_on_with_its_own_id(as_file: bool) -> None:
    found = attached("Jan Petersen <jan@petersen.example>", as_file=as_file)
    assert found is not None
    assert (found.author, found.subject, found.message_id) == (JAN, "Where is my money?", "<1@client.example>")
    assert found.text == "Hello,\n\nwhere is my money?"


def test_several_attached_mails_or_one_of_nobody_for_certain_are_none() -> None:
    assert attached("Jan Petersen <jan@petersen.example>", times=2) is None
    assert attached('"a@good.example" <b@evil.example>, c@d.example') is None
    assert attached("a@good.example <b@evil.example>") is None


def test_an_automatic_mail_passes_nothing_on() -> None:
    assert read_text("Fwd: x", GMAIL, Auto_Submitted="auto-replied") is None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("Jan Petersen <jan@petersen.example>", JAN),
        ("Jan Petersen [mailto:jan@petersen.example]", JAN),
        ("Jan Petersen <jan@petersen.example<mailto:jan@petersen.example>>", JAN),
        ("'Jan Petersen' <jan@petersen.example>", JAN),
        ('"Jan Petersen" <Jan@Petersen.example>', Address(name="Jan Petersen", address="Jan@petersen.example")),
        ("jan@petersen.example", Address(address="jan@petersen.example")),
        ("'jan@petersen.example' <jan@petersen.example>", Address(address="jan@petersen.example")),
        ("O'Brien <o'brien@shop.example>", Address(name="O'Brien", address="o'brien@shop.example")),
        ("Jan <a@good.example> <b@evil.example>", None),
        ("a@good.example <b@evil.example>", None),
        ("Jan [mailto:a@good.example] <b@evil.example>", None),
        ("jan at petersen.example", None),
        ("", None),
    ],
)
def test_the_author_of_a_block_is_its_one_address(shown: str, expected: Address | None) -> None:
    assert parse_shown_author(shown) == expected


def test_prefixes_of_answers_and_forwards_are_taken_off() -> None:
    assert strip_prefixes("Fwd: WG: AW: Money") == "Money"
    assert strip_prefixes("Refund: money") == "Refund: money"


@pytest.mark.parametrize("piece", ["From: a@b.example\n", "Von: x\nGesendet: 10:02\n", "-----Original Message-----\n"])
def test_a_mail_of_nothing_but_blocks_is_read_quickly(piece: str) -> None:
    began = time.process_time()
    read_text("Fwd: x", piece * 5_000)
    assert time.process_time() - began < 5


def test_the_signature_block_is_kept_apart_from_the_words() -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@office.example>", "support@casepost.example", "x"
    mail.set_content("It is on its way.\n\nBest\nAda\n\n-- \nAda Lovelace\nOffice Ltd.\n")
    found = read(mail.as_bytes(policy=SMTP))
    assert found.reply_text == "It is on its way.\n\nBest\nAda"
    assert found.signature == "--\nAda Lovelace\nOffice Ltd."
