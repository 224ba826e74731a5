"""The mail on the wire: what a reader gets back out of it, and that no value can change its shape."""

import email
import email.policy
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from cases.mail import Address
from responder.compose import (
    Attachment,
    ComposeFailed,
    Letter,
    check_address,
    compose,
    list_references,
    tag_subject,
)
from responder.headers import clean_filename, clean_header, encode_text, find_message_ids, fold_header

TAG = "[CP-4821773099]"
LETTER = Letter(
    subject="Where is my refund?",
    tag=TAG,
    case_number="4821773099",
    from_name="Support",
    from_address="support+t0k3n@casepost.example",
    reply_to="support+t0k3n@casepost.example",
    to=Address(name="Anna Schmidt", address="anna@shop.example"),
    message_id="<out.1@casepost.example>",
    date=datetime(2026, 11, 12, 9, 2, tzinfo=UTC),
    language="de",
    text="Guten Tag,\n\nalles gut.\n",
    html="<p>Guten Tag</p>\n",
    in_reply_to="<in.1@shop.example>",
    references=("<in.0@shop.example>", "<in.1@shop.example>"),
)
INJECTIONS = ["\r", "\n", "\r\n", "\r\n ", "\x00", "\v", "\f", "\x85", "\u2028"]


def read(raw: bytes) -> EmailMessage:
    """The mail as a reader sees it; what every mail of ours must keep is checked on the way."""
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def part_text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_letter_reads_back_as_it_was_written() -> None:
    message = read(compose(LETTER))
    assert message["Subject"] == f"Where is my refund? {TAG}"
    assert message["From"] == "Support <support+t0k3n@casepost.example>"
    assert message["Reply-To"].addresses[0].addr_spec == "support+t0k3n@casepost.example"
    assert message["To"].addresses[0].display_name == "Anna Schmidt"
    assert message["Message-ID"] == "<out.1@casepost.example>"
    assert message["In-Reply-To"] == "<in.1@shop.example>"
    assert message["References"] == "<in.0@shop.example> <in.1@shop.example>"
    assert message["X-Casepost-Case"] == "4821773099"
    assert message["Content-Language"] == "de"
    assert message["Date"].datetime == LETTER.date
    assert message.get_content_type() == "multipart/alternative"
    assert part_text(message, "plain") == LETTER.text
    assert part_text(message, "html") == LETTER.html
    for absent in ("Auto-Submitted", "X-Auto-Response-Suppress", "Cc", "Bcc"):
        assert message[absent] is None


def test_the_same_letter_gives_the_same_octets() -> None:
    assert compose(LETTER) == compose(LETTER)


def test_automatic_mail_says_so() -> None:
    message = read(compose(replace(LETTER, auto_submitted="auto-replied", suppress_auto_response=True)))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"


def test_a_mail_about_no_case_has_neither_tag_nor_case_header() -> None:
    message = read(compose(replace(LETTER, tag="", case_number="")))
    assert message["Subject"] == "Where is my refund?"
    assert message["X-Casepost-Case"] is None


def inject(break_: str) -> Letter:
    tail = f"{break_}Bcc: victim@evil.example{break_}{break_}<script>"
    return replace(
        LETTER,
        subject=LETTER.subject + tail,
        from_name="Support" + tail,
        to=Address(name="Anna" + tail, address=LETTER.to.address),
        cc=(Address(name="Cc" + tail, address="cc@shop.example"),),
        in_reply_to=f"<in.1@shop.example>{tail}",
        references=(f"<in.0@shop.example>{tail}", "<in.1@shop.example>"),
        attachments=(Attachment(filename="a.txt" + tail, content_type="text/plain" + tail, content=b"x"),),
    )


@pytest.mark.parametrize("break_", INJECTIONS, ids=repr)
def test_no_value_adds_a_header_or_a_recipient(break_: str) -> None:
    clean, dirty = read(compose(inject(""))), read(compose(inject(break_)))
    assert dirty.keys() == clean.keys()
    assert [part.keys() for part in dirty.walk()] == [part.keys() for part in clean.walk()]
    assert [one.addr_spec for one in dirty["To"].addresses] == ["anna@shop.example"]
    assert [one.addr_spec for one in dirty["Cc"].addresses] == ["cc@shop.example"]
    assert dirty["Message-ID"] == clean["Message-ID"]
    assert dirty["References"].split()[-1] == "<in.1@shop.example>"
    assert dirty["In-Reply-To"] == "<in.1@shop.example>"


@pytest.mark.parametrize("break_", INJECTIONS, ids=repr)
@pytest.mark.parametrize("field", ["message_id", "tag", "case_number", "auto_submitted", "language"])
def test_a_break_in_a_value_of_our_own_is_refused(field: str, break_: str) -> None:
    good = {"auto_submitted": "auto-replied"}.get(field) or getattr(LETTER, field)
    for value in (f"{good}{break_}Bcc: v@evil.example", f"{good}{break_}"):
        changed: dict[str, Any] = {field: value}
        with pytest.raises(ComposeFailed):
            compose(replace(LETTER, **changed))


@pytest.mark.parametrize(
    "address",
    [
        "a@b.c>\r\nRCPT TO:<v@evil.example",
        "a@b.example\r\n",
        "a@b.example\n",
        "a@b.example\x00",
        "a b@c.example",
        "a@b .example",
        "<a@b.example>",
        "a@b.example,v@evil.example",
        "a@b@c.example",
        '"a@b"@c.example',
        "@c.example",
        "a@",
        "a",
        "",
        ".a@b.example",
        "a..b@c.example",
        "a@-b.example",
        "a@b..example",
        "a@[127.0.0.1]",
        "a" * 65 + "@b.example",
        "a@" + "b" * 64 + ".example",
        "a@" + "b." * 130 + "example",
        "müller@shop.example",
        "a@ex\u2028ample.example",
        "a@straße.example",
        "a@\u202eevil.example",
    ],
)
def test_an_address_that_could_say_more_is_refused_everywhere(address: str) -> None:
    with pytest.raises(ComposeFailed):
        check_address(address)
    for letter in (
        replace(LETTER, to=Address(address=address)),
        replace(LETTER, cc=(Address(address=address),)),
        replace(LETTER, from_address=address),
        replace(LETTER, reply_to=address or "@"),
    ):
        with pytest.raises(ComposeFailed):
            compose(letter)


def test_what_would_need_smtputf8_is_named_as_such() -> None:
    with pytest.raises(ComposeFailed, match=r"müller@shop\.example.*SMTPUTF8"):
        check_address("müller@shop.example")


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("support+t0k3n@casepost.example", "support+t0k3n@casepost.example"),
        ("O'Hara.x_y=z@mail-1.shop.example", "O'Hara.x_y=z@mail-1.shop.example"),
        ("root@localhost", "root@localhost"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@例え.example", "a@xn--r8jz45g.example"),
    ],
)
def test_an_honest_address_passes(address: str, wire: str) -> None:
    assert check_address(address) == wire


@pytest.mark.parametrize(
    "subject",
    [
        "Zurück",
        "x" * 400,
        "x" * 70 + " " + "y" * 70,
        "👩‍👩‍👧‍👦" * 40,
        "مرحبا، أين استرداد أموالي؟ " * 8,
        "払い戻しはどこですか" * 20,
        "a, b; <c> @ (d) \"e\" 'f' [g] \\h " * 8,
        "=?utf-8?q?not_encoded?=",
        "half =?utf-8?b?",
        "tab\tinside",
    ],
)
def test_a_subject_reads_back_whatever_it_is_made_of(subject: str) -> None:
    shown = clean_header(subject)
    assert read(compose(replace(LETTER, subject=subject)))["Subject"] == f"{shown} {TAG}"


@pytest.mark.parametrize(
    "name",
    [
        'Evil, "Corp" <v@evil.example>',
        "ö, v@evil.example; x:",
        "Ünï " * 25,
        "a" * 119,
        "\\",
        '"',
        "=?utf-8?q?x=2C?=",
        "例え株式会社",
        "()",
    ],
)
def test_a_display_name_never_becomes_an_address(name: str) -> None:
    message = read(compose(replace(LETTER, from_name=name, to=Address(name=name, address="anna@shop.example"))))
    for header in ("From", "To"):
        assert len(message[header].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "anna@shop.example"
    if len(name.encode()) <= 45 and "=?" not in name:
        assert message["To"].addresses[0].display_name == name


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Refund", f"Refund {TAG}"),
        (f"Refund {TAG}", f"Refund {TAG}"),
        (f"Re: {TAG} Refund {TAG.lower()}", f"Re: Refund {TAG}"),
        ("Re: AW: Refund", f"Re: AW: Refund {TAG}"),
        ("Refund [CP-1111111111]", f"Refund [CP-1111111111] {TAG}"),
        ("", TAG),
        ("x" * 2000, "x" * 483 + f"… {TAG}"),
    ],
)
def test_a_subject_carries_its_tag_once(subject: str, expected: str) -> None:
    assert tag_subject(subject, TAG) == expected


def test_references_keep_the_first_and_the_newest_hundred_on_lines_of_their_own_length() -> None:
    ids = tuple(f"<{number}.{'x' * 60}@shop.example>" for number in range(300))
    kept = list_references([*ids, ids[-1]])
    assert kept == (ids[0], *ids[-100:])
    raw = compose(replace(LETTER, references=(" ".join(ids), ids[5])))
    assert tuple(read(raw)["References"].split()) == kept
    assert b"=?" not in raw.split(b"\r\n\r\n")[0]


def test_a_very_long_message_id_is_not_encoded_and_not_cut() -> None:
    long = "<" + "y" * 700 + "@shop.example>"
    message = read(compose(replace(LETTER, in_reply_to=long, references=(long,))))
    assert message["In-Reply-To"] == long
    assert message["References"] == long


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\r\n.\r\nbare\rcr\nlf", b"From: a@b\r\n\r\nFrom x\r\n.\r\n", bytes(range(256)) * 50, b"x" * 5000],
)
@pytest.mark.parametrize(
    "kind", ["message/rfc822", "multipart/mixed", "text/html", "image/svg+xml", "nonsense", "a/b; c=d", ""]
)
def test_an_attachment_comes_back_octet_for_octet(kind: str, content: bytes) -> None:
    file = Attachment(filename="mail", content_type=kind, content=content)
    [part] = read(compose(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert part.get_payload(decode=True) == content
    assert part.get_content_disposition() == "attachment"
    assert part.get_filename() == ("mail.eml" if kind == "message/rfc822" else "mail")
    assert part.get_content_type() == (kind if kind in {"text/html", "image/svg+xml"} else "application/octet-stream")


def test_an_inline_picture_keeps_its_content_id() -> None:
    file = Attachment(filename="a.png", content_type="image/png", content=b"x", content_id="ii_1@x\r\nBcc: v")
    [part] = read(compose(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert part["Content-ID"] == "<ii_1@xBcc:v>"
    assert part.get_content_disposition() == "inline"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Übersicht März.pdf", "Übersicht März.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.exe", "C_Windows_a.exe"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u200b.htaccess", "_.htaccess"),
        ("a\r\nb\x00.txt", "a b.txt"),
        ("u\u0308.txt", "ü.txt"),
        ("...", "attachment"),
        ("", "attachment"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
        ("ü" * 500 + ".pdf", "ü" * 58 + ".pdf"),
    ],
)
def test_a_file_name_is_shown_and_saved_safely(name: str, shown: str) -> None:
    assert clean_filename(name) == shown
    file = Attachment(filename=name, content_type="application/pdf", content=b"x")
    [part] = read(compose(replace(LETTER, attachments=(file,)))).iter_attachments()
    assert part.get_filename() == shown


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "a\rb\r\nc\u2028d\x00\ud800e", ".\n..\n.x\n", "From me\n", "東京\n" * 999, ""]
)
def test_any_text_goes_over_the_wire(text: str) -> None:
    message = read(compose(replace(LETTER, text=text, html=text)))
    expected = re.sub("\r\n|[\r\u2028]", "\n", text).replace("\x00", "").replace("\ud800", "")
    assert part_text(message, "plain").rstrip("\n") == expected.rstrip("\n")


def test_a_date_without_zone_is_refused() -> None:
    with pytest.raises(ComposeFailed, match="zone"):
        compose(replace(LETTER, date=datetime(2026, 11, 12, 9, 2)))  # noqa: DTZ001


def test_ids_are_found_among_rubbish() -> None:
    assert find_message_ids("x <a@b>\r\n <c\td@e> <> <<f@g>> (h) <i j@k>") == ("<a@b>", "<cd@e>", "<f@g>", "<ij@k>")
    assert find_message_ids("<" + "x" * 900 + ">") == ()


def test_random_values_never_break_the_shape_of_a_mail() -> None:
    rng = random.Random(4821773099)
    alphabet = '\r\n\t\v\f\x00\x85\u2028\u2029\u202e\ud800 "\\<>@,;:()=?_.-abcÄ例🎉\u0301'
    shape = read(compose(inject(""))).keys()
    for _ in range(300):
        noise = ["".join(rng.choices(alphabet, k=rng.randrange(120))) for _ in range(6)]
        letter = replace(
            inject(""),
            subject=noise[0],
            from_name=noise[1],
            to=Address(name=noise[2], address="anna@shop.example"),
            references=(noise[3], "<r@shop.example>"),
            attachments=(
                Attachment(filename=noise[4], content_type=noise[5], content=noise[5].encode(errors="replace")),
            ),
        )
        message = email.message_from_bytes(compose(letter), policy=email.policy.default)
        assert message.keys() == shape
        assert message["Subject"].endswith(TAG)
        to = compose(letter).split(b"\r\nTo: ")[1].split(b"\r\nCc:")[0]
        assert to == b"anna@shop.example" or to.endswith(b" <anna@shop.example>")


def test_a_fold_stands_only_at_a_space() -> None:
    folded = fold_header("References", " ".join(["<" + "a" * 30 + "@b>"] * 5))
    assert all(line.startswith((" <", "References: <")) for line in folded.rstrip().split("\r\n"))
    assert fold_header("Subject", "short") == "Subject: short\r\n"
    assert all(len(word) <= 75 for word in encode_text("ü" * 300).split(" "))
