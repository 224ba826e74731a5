"""Bounces without a machine-readable part, in the words of mail systems of eleven languages, and hostile ones."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.mail import Bounce
from ingest.read.bounce import parse_bounce
from ingest.read.bounce_address import find_address_at_start, find_addresses, find_reply_class, find_status
from ingest.read.bounce_flufl import find_by_flufl
from ingest.read.bounce_words import TONGUES, Tongue, cut_copy, tells_delay, tells_failure
from ingest.read.defects import Defects
from ingest.read.mime import parse_tree
from ingest.read.text import read_body

DAN, ORIGINAL = "dan@old.example", "<cp.1.x@help.example>"
HEAD = (
    "From: Postmaster <postmaster@old.example>\r\nTo: support+cp1.abc@help.example\r\nMessage-ID: <b1@old.example>\r\n"
)


def bounce_of(text: str, subject: str = "Undeliverable", fields: str = "", head: str = HEAD) -> Bounce:
    """What is read from a bounce with that plain text."""
    content = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return read_raw(f"{head}Subject: {subject}\r\n{fields}{content}{text}".encode())


def read_raw(raw: bytes) -> Bounce:
    """The way of the reader: tree, body, bounce."""
    defects = Defects()
    tree = parse_tree(raw, defects)
    body = read_body(raw, tree.leaves, defects)
    return parse_bounce(raw, tree.leaves, tree.headers, body.text, defects)


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.language)
def test_lines_that_tell_of_a_failure_or_a_delay(tongue: Tongue) -> None:
    assert tongue.fails
    assert tongue.delays
    assert [line for line in tongue.fails if not tells_failure(line)] == []
    assert [line for line in tongue.delays if not tells_delay(line)] == []
    assert [line for line in tongue.fails if tells_delay(line)] == []


# Exchange and Microsoft 365: an opening line, the recipient, a diagnosis for administrators, the returned header.
EXCHANGE = (
    ("Delivery has failed to these recipients or groups:", "Original message headers:"),
    (
        ("Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:"),
        "Ursprüngliche Nachrichtenkopfzeilen:",
    ),
    ("Échec de la remise pour ces destinataires ou groupes :", "En-têtes du message d'origine :"),
    ("Recapito non riuscito per i seguenti destinatari o gruppi:", "Intestazioni originali del messaggio:"),
    ("Error de entrega a estos destinatarios o grupos:", "Encabezados de mensaje originales:"),
    ("De bezorging is mislukt bij deze geadresseerden of groepen:", "Oorspronkelijke berichtkoppen:"),
    ("Dostarczanie wiadomości do następujących adresatów nie powiodło się:", "Oryginalne nagłówki wiadomości:"),
    ("Leverans till följande mottagare eller grupper misslyckades:", "Ursprungliga meddelandehuvuden:"),
    ("Şu alıcılara veya gruplara teslim edilemedi:", "Özgün ileti üst bilgileri:"),
    ("次の受信者またはグループへの配信に失敗しました:", "元のメッセージ ヘッダー:"),
    ("传递以下收件人或组失败:", "原始邮件标头:"),
)


@pytest.mark.parametrize(("opening", "returned"), EXCHANGE)
def test_exchange_in_each_language(opening: str, returned: str) -> None:
    text = (
        f"{opening}\n\nDan Old ({DAN})<mailto:{DAN}>\nPlease ask helpdesk@old.example.\n\nGenerating server:"
        f" mx1.old.example\n\n"
        f"{DAN}\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n{returned}\n\nReceived: from"
        f" out1.help.example\n"
        f"From: support@help.example\nTo: someone@else.example\nMessage-ID: {ORIGINAL}\n"
    )
    bounce = bounce_of(text)
    assert [(one.address, one.action, one.status) for one in bounce.recipients] == [(DAN, "failed", "5.1.1")]
    assert bounce.original_message_id == ORIGINAL


# Gmail, Microsoft 365 in HTML and others name the recipient within a sentence.
SENTENCES = (
    f"Your message wasn't delivered to {DAN} because the address couldn't be found.",
    f"Your message to {DAN} couldn't be delivered.",
    f"Ihre Nachricht wurde nicht an {DAN} zugestellt, weil die Adresse nicht gefunden wurde.",
    f"Ihre Nachricht an {DAN} konnte nicht zugestellt werden.",
    f"Votre message n'a pas été distribué à {DAN}, car l'adresse est introuvable.",
    f"Il messaggio non è stato consegnato a {DAN} perché l'indirizzo non è stato trovato.",
    f"Tu mensaje no se ha entregado a {DAN} porque no se ha encontrado la dirección.",
    f"Je bericht is niet bezorgd bij {DAN} omdat het adres niet kan worden gevonden.",
    f"Twoja wiadomość nie została dostarczona do {DAN}, ponieważ nie znaleziono takiego adresu.",
    f"Ditt meddelande levererades inte till {DAN} eftersom adressen inte hittades.",
    f"Adres bulunamadığı için iletiniz {DAN} adresine teslim edilemedi.",
    f"アドレスが見つからないため、{DAN}にメールは配信されませんでした。",
    f"找不到地址,因此系统无法将您的邮件递送至{DAN}。",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_recipient_named_in_a_sentence_of_each_language(sentence: str) -> None:
    bounce = bounce_of(f"{sentence}\n\n550 5.1.1 no such user\n", fields=f"References: <a@x>\r\n {ORIGINAL}\r\n")
    assert [(one.address, one.status) for one in bounce.recipients] == [(DAN, "5.1.1")]
    assert bounce.original_message_id == ORIGINAL


# Name of the form, its text above the copy of the header, the status that follows from it.
FORMS = (
    (
        "qmail",
        (
            "Hi. This is the qmail-send program at mx.old.example.\nI'm afraid I wasn't able to deliver your"
            " message.\n\n<dan@old.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this"
            " line is a copy.\n"
        ),
        "5.1.1",
    ),
    (
        "Exim in German",
        (
            "Eine von Ihnen gesendete Nachricht konnte an einen oder mehrere Empfänger\nnicht zugestellt werden.\n\n"
            "  dan@old.example\n    host mx.old.example [192.0.2.2]: 550 Unknown\n\n------ This is a copy of it"
            " ------\n"
        ),
        "5.0.0",
    ),
    (
        "Postfix",
        (
            "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
            "For further assistance, please send mail to postmaster@old.example.\n\n"
            "<dan@old.example>: host mx2.old.example[192.0.2.7] said: 552 5.2.2 <dan@old.example>:\n    Mailbox full\n"
        ),
        "5.2.2",
    ),
    (
        "sendmail",
        (
            "   ----- The following addresses had permanent fatal errors -----\n<dan@old.example>\n    (reason: 550"
            " 5.1.1 unknown)\n\n   ----- Transcript of session follows -----\n"
        ),
        "5.1.1",
    ),
    (
        "Domino",
        "Your message\n\n  Subject: case\n\nwas not delivered to:\n\n  dan@old.example\n\nbecause:\n\n  not listed\n",
        "5.0.0",
    ),
    (
        "1&1 and GMX",
        (
            'The following address(es) failed:\n\n"dan@old.example":\nSMTP error from remote server: 550 5.7.1\n\n'
            "--- The header of the original message is following. ---\n"
        ),
        "5.7.1",
    ),
    (
        "T-Online",
        (
            "|------------------------- Failed addresses follow: ---------------------|\n <dan@old.example> ..."
            " unknown user\n|------------------------- Message text follows: ----|\nReceived: from x\n"
        ),
        "5.0.0",
    ),
    (
        "Exchange 2003 in French",
        (
            "Votre message n'est parvenu à aucun des destinataires.\n\nImpossible de joindre le(s)"
            " destinataire(s) :\n\n      dan@old.example le 12/11/2026 10:02\n            <mx.old.example"
            " #5.1.1>\n"
        ),
        "5.1.1",
    ),
    (
        "Exchange 5.5",
        (
            "Your message did not reach the following recipient(s):\n\nc=US;a="
            " ;p=Old;o=Site;dda:SMTP=Dan@OLD.example; on Fri\n    The recipient name is not recognized\n"
        ),
        "5.0.0",
    ),
    (
        "Amazon SES",
        "An error occurred while trying to deliver the mail to the following recipients:\ndan@old.example\n",
        "5.0.0",
    ),
)


@pytest.mark.parametrize(("text", "status"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_forms_of_mail_systems(text: str, status: str) -> None:
    bounce = bounce_of(f"{text}\nMessage-ID: {ORIGINAL}\n")
    assert [(one.address.lower(), one.action, one.status) for one in bounce.recipients] == [(DAN, "failed", status)]
    assert bounce.original_message_id == ORIGINAL


def test_each_of_two_recipients_has_its_own_reason() -> None:
    text = f"Unable to deliver your message to:\n\n<{DAN}>:\n550 5.1.1 unknown\n\n<eva@old.example>:\n552 5.2.2 full\n"
    assert [(one.address, one.status) for one in bounce_of(text).recipients] == [
        (DAN, "5.1.1"),
        ("eva@old.example", "5.2.2"),
    ]


@pytest.mark.parametrize(
    ("subject", "text", "action"),
    [
        ("Delivery Status Notification (Delay)", f"There was a temporary problem delivering to {DAN}.", "delayed"),
        ("Warning: message 1tBz delayed 24 hours", f"not yet been delivered to:\n\n  {DAN}\n", "delayed"),
        ("Delivery failure notification", f"Not delivered:\n{DAN}\nDelivery attempts will continue.", "delayed"),
        ("Undeliverable: Parcel delayed", f"Delivery has failed to:\n\n{DAN}\n", "failed"),
        ("Undelivered Mail", f"could not be delivered to\n<{DAN}>: 450 4.4.1 timed out, giving up\n", "failed"),
    ],
)
def test_a_warning_is_told_from_a_failure(subject: str, text: str, action: str) -> None:
    assert [(one.address, one.action) for one in bounce_of(text, subject).recipients] == [(DAN, action)]


def test_the_mails_own_addresses_and_helpers_are_no_recipients() -> None:
    text = f"Mail of support+cp1.abc@help.example failed.\nContact postmaster@old.example.\n550 5.1.1 {DAN} unknown\n"
    assert [one.address for one in bounce_of(text).recipients] == [DAN]


def test_whom_the_returned_mail_was_to_is_the_last_resort() -> None:
    returned = "--b\r\nContent-Type: message/rfc822\r\n\r\nTo: {}\r\nMessage-ID: " + ORIGINAL + "\r\n\r\nx\r\n--b--\r\n"
    start = HEAD + "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nNot delivered.\r\n"
    assert [one.address for one in read_raw((start + returned.format(DAN)).encode()).recipients] == [DAN]
    assert read_raw((start + returned.format(f"{DAN}, eva@old.example")).encode()).recipients == ()


def test_the_copy_below_is_not_the_mail_systems_word() -> None:
    assert cut_copy("Failed:\n\n--- Below this line is a copy of the message.\nTo: x") == "Failed:\n\n"
    assert cut_copy("Received: from x\nTo: y") == "Received: from x\nTo: y"


def test_addresses_in_the_ways_mail_systems_write_them() -> None:
    spelled = "'a@x.example', [b@x.example] SMTP=c@X.example; <D.E@x.example>宛先f@x.example様 dav...@x.example g@nodot"
    assert find_addresses(spelled) == ["a@x.example", "b@x.example", "c@x.example", "D.E@x.example", "f@x.example"]
    assert find_address_at_start(" * <a@x.example>: 550") == "a@x.example"
    assert find_address_at_start("Host a@x.example") is None


def test_status_codes_are_no_parts_of_ip_addresses() -> None:
    assert find_status("host 5.1.1.9 said (#5.2.2)") == "5.2.2"
    assert find_status("version 2.0.45.1") == ""
    assert find_reply_class("said: 452 try later") == "4"
    assert find_reply_class("at 10:550 of 4500") == ""


LONG = (
    "a",
    "a@",
    "x" * 64 + "@",
    " ",
    "\n",
    "nicht zugestellt ",
    ("did not reach the following recipient\nc@d "),
    "<",
    "550 ",
)


@pytest.mark.parametrize("pump", LONG)
def test_no_bounce_takes_long(pump: str) -> None:
    started = time.process_time()
    for length in (20_000, 1_000_000):
        bounce_of((pump * length)[:length])
    assert time.process_time() - started < 6
    started = time.process_time()
    find_by_flufl("multipart/mixed", "MAILER-DAEMON@yahoo.example", "<SMTP32 v1>", (pump * 100_000)[:1_000_000])
    assert time.process_time() - started < 4


_PIECES = st.sampled_from(
    [
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        "Content-Type: text/plain\r\n",
        "Subject: failure notice\r\n",
        "X-Failed-Recipients: a@x.example\r\n",
        "\r\n",
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n",
        "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        "Final-Recipient: rfc822; dan@old.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
        "could not be delivered to:\r\n<dan@old.example>:\r\n550 5.1.1 no\r\n",
        "--b--\r\n",
        "Message-ID: <a@x>\r\n",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_PIECES.map(str.encode), st.binary(max_size=60), st.text(max_size=40).map(str.encode))))
def test_any_mail_gives_a_bounce_within_its_bounds(pieces: list[bytes]) -> None:
    bounce = read_raw(b"".join(pieces))
    assert len(bounce.recipients) <= 100
    for one in bounce.recipients:
        assert find_addresses(one.address) == [one.address]
        assert one.action == one.action.lower()
        assert len(one.diagnostic) <= 1_000
        assert "\n" not in one.diagnostic
