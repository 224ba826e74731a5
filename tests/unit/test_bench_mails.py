"""The mails of the benchmarks are those they are said to be, and a peer that loses mails is found out."""

import io
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from bench.load import write_load
from bench.mails import BenchMail, Size, make_mail, make_mails
from bench.peers.peer import Miscounted, Taken


def read(mail: BenchMail) -> EmailMessage:
    message: Any = message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("size", Size)
def test_mails_have_about_the_size_that_they_are_called_by(size: Size) -> None:
    count = 1 if size.value > 1_000_000 else 40
    octets = [len(mail.raw) for mail in make_mails(size, count, seed=1)]
    assert size.value * 0.9 < sum(octets) / count < size.value * 1.1
    assert size.value * 0.75 < min(octets)
    assert max(octets) < size.value * 1.25


def test_the_same_seed_gives_the_same_octets_and_another_one_nothing_of_them() -> None:
    first, again, other = (list(make_mails(Size.KB_20, 50, seed=seed)) for seed in (1, 1, 2))
    assert [mail.raw for mail in first] == [mail.raw for mail in again]
    both = [*first, *other]
    assert len({mail.sender for mail in both}) == len({mail.message_id for mail in both}) == 100


def test_another_mail_of_a_sender_differs_in_all_but_the_sender() -> None:
    first = next(make_mails(Size.KB_20, 1, seed=1))
    second = make_mail(Size.KB_20, sender=first.sender, seed=1)
    assert second.sender == first.sender
    assert second.message_id != first.message_id
    assert read(second).get_body(("plain",)).get_content() != read(first).get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_mails_are_well_formed_and_in_both_languages() -> None:
    languages = set()
    for mail in make_mails(Size.KB_20, 30, seed=3):
        message = read(mail)
        assert [part.defects for part in message.walk() if part.defects] == []
        assert message["From"].addresses[0].addr_spec == mail.sender
        assert message["Message-ID"] == mail.message_id
        plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert plain is not None
        assert html is not None
        assert "\n> " in plain.get_content()
        assert "<blockquote" in html.get_content()
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
        languages.add(message["Content-Language"])
    assert languages == {"de", "en"}


def test_the_invoice_of_a_large_mail_is_a_pdf_that_can_be_read() -> None:
    files = {file.get_filename(): file for file in read(next(make_mails(Size.MB_8, 1, seed=4))).iter_attachments()}
    invoice = next(file for name, file in files.items() if name is not None and name.endswith(".pdf"))
    with pypdfium2.PdfDocument(io.BytesIO(invoice.get_content())) as document:
        assert "Invoice for order" in document[0].get_textpage().get_text_range()


def test_the_load_stuffs_dots_and_ends_each_mail_once(tmp_path: Path) -> None:
    raw = b"Subject: dots\r\n\r\n.one\r\n..two\r\nno end"
    mail = BenchMail(sender="a@x.example", recipient="b@y.example", message_id="<1@x.example>", raw=raw)
    assert write_load(tmp_path / "mails", [mail]) == 1
    wire = b"Subject: dots\r\n\r\n..one\r\n...two\r\nno end\r\n.\r\n"
    assert (tmp_path / "mails").read_bytes() == b"a@x.example b@y.example %d\n" % len(wire) + wire


@pytest.mark.parametrize("tickets", [0, 9, 11])
def test_a_peer_that_makes_other_than_a_ticket_of_each_mail_is_found_out(tickets: int) -> None:
    with pytest.raises(Miscounted, match=f"{tickets} tickets of 10 mails"):
        Taken(mails=10, seconds=1.0, tickets=tickets).checked("peer")
