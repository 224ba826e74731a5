"""Letters with the shipped templates: whose they are, in which language, and what never gets into one."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cases.identity import Verdict
from cases.mail import Address, Identifier, Part, Source
from cases.model import MessageKind, Reminders
from cases.plan import TO_STAFF, TRAITS, ReplyKind
from cases.reference import Role, find_address, find_message_id, make_message_id
from ingest.staff import find_own_words
from responder.compose import Letter, compose
from responder.letters import RELAY_OCTETS, Desk, write_letter
from responder.templates import Templates, shipped_folder
from responder.values import MessageValue
from store.correspondence import Correspondence, Said
from store.planned import PlannedReply
from store.relay import Earlier
from tests.casework import ADA, AGENT, NOW, NUMBER, RETURNS, RING, SELLER, SUPPORT, make_facts, make_mail

TO_SELLERS = tuple(kind for kind in ReplyKind if kind not in TO_STAFF)
SELLERS_ID = "<1@client.example>"
OURS = make_message_id(RING, "casepost.example", NUMBER, Role.SELLER)


def part(path: str, *, inline: bool = False, filename: str | None = "label.pdf") -> Part:
    return Part(
        path=path,
        offset=int(path) * 10,
        length=10,
        encoding="7bit",
        content_type="application/pdf",
        size=10,
        sha256="0" * 64,
        filename=filename,
        inline=inline,
        attachment=True,
    )


def said(kind: MessageKind = MessageKind.SELLER, text: str = "Since Monday.", **values: Any) -> Said:
    given: dict[str, Any] = {
        "id": 1,
        "kind": kind,
        "text": text,
        "at": NOW,
        "author": Address(name="Jan", address=SELLER),
        "rfc_message_id": SELLERS_ID,
        "references": (),
        "why": "new",
        "ledger_id": 17,
        "attachments": (),
    }
    return Said(**(given | values))


def agents_words(text: str = "It is on its way.", **values: Any) -> Said:
    why = f"agent's signed address: {AGENT}, agent"
    return said(MessageKind.AGENT, text, why=why, author=Address(name="Ada", address=AGENT), **values)


def facts(kind: ReplyKind, **values: Any) -> Correspondence:
    staff = kind in TO_STAFF
    given: dict[str, Any] = {
        "case": make_facts().state,
        "queue": SUPPORT,
        "topic": "payments",
        "created_at": NOW,
        "languages": ("en", "en"),
        "missing": ("order_id",),
        "identifiers": (Identifier(kind="asin", value="B08N5WRWNW", source=Source.BODY),),
        "requester": Address(name="Jan Petersen", address=SELLER),
        "to": Address(name="Ada", address=AGENT) if staff else Address(name="Jan Petersen", address=SELLER),
        "user": ADA if staff else None,
        "author": ADA if kind is ReplyKind.ANSWER else None,
        "cause": agents_words() if kind is ReplyKind.ANSWER else said(),
        "thread": (SELLERS_ID,),
    }
    return Correspondence(**(given | values))


def write(
    kind: ReplyKind,
    *,
    templates: Templates | None = None,
    reminders: Reminders = Reminders(),  # noqa: B008  a frozen value
    now: datetime = NOW,
    note: str = "",
    template: str = "",
    links: Mapping[str, str] | None = None,
    **values: Any,
) -> Letter:
    planned = PlannedReply(
        id=1,
        case_id=1,
        kind=kind,
        cause_message_id=1,
        participant_id=None if kind in TO_STAFF else 3,
        user_id=ADA.id if kind in TO_STAFF else None,
        note=note,
        template=template,
        due_at=now,
        not_after=None,
        tries=0,
    )
    desk = Desk(
        keyring=RING,
        templates=templates or Templates(shipped=shipped_folder()),
        load_parts=lambda ledger_id, parts: [f"{ledger_id}:{one.path}".encode() for one in parts],
        links=links or {},
    )
    return write_letter(desk, planned, facts(kind, **values), reminders, now=now)


def own_template(folder: Path, kind: ReplyKind, text: str) -> Templates:
    (folder / "en").mkdir()
    (folder / "en" / f"{kind.value}.md").write_text(f"Subject: x\n\n{text}\n")
    return Templates(shipped=shipped_folder(), own=folder)


@pytest.mark.parametrize("kind", list(ReplyKind))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_of_letter_can_be_written_and_composed(kind: ReplyKind, language: str) -> None:
    queue = replace(SUPPORT, language=language)
    written = write(kind, note="Nothing was done.", languages=(language, language), queue=queue)
    assert written.language == language
    assert written.subject.strip()
    assert written.auto_submitted == TRAITS[kind].auto_submitted
    assert written.tag == f"[CP-{NUMBER}]"
    assert f"Message-ID: {written.message_id}".encode() in compose(written).replace(b"\r\n ", b" ")


@pytest.mark.parametrize("kind", TO_SELLERS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sellers_letter_never_names_an_agent(kind: ReplyKind, language: str) -> None:
    cause = agents_words("See attached.", attachments=(part("2"),))
    letter = write(kind, languages=(language,), cause=cause, author=ADA)
    wire = compose(letter).decode("ascii", "replace") + letter.text + (letter.html or "") + letter.subject
    for word in (AGENT, "ada@", "office.example", "Ada", "agent's signed address"):
        assert word not in wire
    assert letter.from_name == SUPPORT.name


def test_a_sellers_letter_names_the_agent_only_when_the_template_says_so(tmp_path: Path) -> None:
    templates = own_template(tmp_path, ReplyKind.ANSWER, "{{ body }}\n\n{{ agent.name }}")
    assert "Ada" in write(ReplyKind.ANSWER, templates=templates).text


def test_an_agents_own_words_end_where_any_mail_to_staff_begins_however_it_is_quoted() -> None:
    for kind in sorted(TO_STAFF):
        for queue in (SUPPORT, RETURNS):
            text = write(kind, note="Nothing was done.", queue=queue).text
            assert find_own_words(make_mail(reply_text=f"My words.\n\n{text}")) == "My words."


def test_an_answer_is_written_by_the_template_that_the_agent_named(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "apology.md").write_text("Subject: Sorry\n\nWe are sorry.\n\n{{ body }}\n")
    own = Templates(shipped=shipped_folder(), own=tmp_path)
    letter = write(ReplyKind.ANSWER, templates=own, template="apology")
    assert letter.subject == "Sorry"
    assert letter.text == "We are sorry.\n\nIt is on its way.\n"
    assert letter.auto_submitted is None


def test_identifiers_are_links_for_staff_where_the_configuration_says_so() -> None:
    found = Identifier(kind="sku", value="A/B C&d=<1>", source=Source.BODY)
    links = {"sku": "https://sellercentral.example/skus/{value}?tab=1"}
    html = write(ReplyKind.AGENT_MAIL, identifiers=(found,), links=links).html
    assert 'href="https://sellercentral.example/skus/A%2FB%20C%26d%3D%3C1%3E?tab=1"' in html
    assert "sellercentral" not in write(ReplyKind.AGENT_MAIL, links=links).html  # another kind


@pytest.mark.parametrize("kind", TO_SELLERS)
def test_no_variable_tells_a_seller_what_is_for_staff(tmp_path: Path, kind: ReplyKind) -> None:
    names = [f"message.{one.name}" for one in fields(MessageValue) if one.name not in ("text", "at")]
    shown = "".join(f"{{{{ {name} }}}}" for name in [*names, "agent.note_address"])
    loops = "{% for one in case.earlier %}{{ one.excerpt }}{% endfor %}"
    loops += "{% for one in case.identifiers %}{{ one.link }}{% endfor %}"
    templates = own_template(tmp_path, kind, f"[{shown}{loops}]")
    earlier = Earlier(kind=MessageKind.NOTE, author=Address(address=AGENT), at=NOW, text="x", unconfirmed=False)
    given: dict[str, Any] = {"earlier": (earlier,), "links": {"asin": "https://a.example/{value}"}}
    if kind is not ReplyKind.ANSWER:
        given["cause"] = said(verdict=Verdict.PASS, proof="x", wished="x@y.example", copied=(Address(address="c@d.e"),))
    assert write(kind, templates=templates, **given).text == "[]\n"


def test_an_agent_is_shown_another_address_that_the_mail_asks_to_be_answered_at() -> None:
    text = " ".join(write(ReplyKind.AGENT_MAIL, cause=said(wished="books@tax.example")).text.split())
    assert "asks for answers to books@tax.example: #add books@tax.example includes it" in text
    assert "asks for answers" not in write(ReplyKind.AGENT_MAIL).text


def test_a_name_cannot_push_the_address_out_of_sight() -> None:
    cause = said(author=Address(name="Jan " * 100, address=SELLER))
    line = next(line for line in write(ReplyKind.AGENT_MAIL, cause=cause).text.split("\n") if line.startswith("From:"))
    assert line.endswith(f"… <{SELLER}>")
    assert len(line) < 130


def test_words_of_people_are_no_markup_in_the_head_and_the_thread() -> None:
    evil = "[x](https://evil.example) **b** `c` <b>d</b> | e {{ 7*7 }}"
    earlier = Earlier(
        kind=MessageKind.SELLER, author=Address(name=evil, address=SELLER), at=NOW, text=evil, unconfirmed=False
    )
    cause = said(
        author=Address(name=evil, address=SELLER), proof=evil, copied=(Address(name=evil, address="c@d.example"),)
    )
    letter = write(ReplyKind.AGENT_MAIL, cause=cause, earlier=(earlier,))
    assert letter.text.count(evil) >= 4
    assert 'evil.example"' not in letter.html
    assert "<b>d" not in letter.html


def test_how_a_message_was_threaded_is_said_to_staff_alone(tmp_path: Path) -> None:
    templates = own_template(tmp_path, ReplyKind.ANSWER, "why: {{ message.why }}.")
    assert "why: ." in write(ReplyKind.ANSWER, templates=templates).text
    assert "new" in write(ReplyKind.AGENT_MAIL).text


@pytest.mark.parametrize("kind", list(ReplyKind))
def test_a_letter_comes_from_a_signed_address_of_its_reader_and_has_an_id_of_ours(kind: ReplyKind) -> None:
    letter = write(kind)
    role, subject_id = (Role.AGENT, ADA.id) if kind in TO_STAFF else (Role.SELLER, 3)
    signed = find_address(RING, letter.from_address)
    assert signed is not None
    assert (signed.role, signed.number, signed.subject_id) == (role, NUMBER, subject_id)
    assert letter.reply_to == letter.from_address
    assert find_message_id(RING, letter.message_id) == (NUMBER, role)
    assert letter.suppress_auto_response == (kind in TO_STAFF)


def test_an_agent_sees_the_seller_beside_the_queue() -> None:
    assert write(ReplyKind.AGENT_MAIL).from_name == "Jan via support"
    nameless = write(ReplyKind.AGENT_REMINDER, requester=Address(address=SELLER))
    assert nameless.from_name == f"{SELLER} via support"
    assert write(ReplyKind.AGENT_REMINDER, requester=Address(address="")).from_name == "support"


def test_an_agent_sees_a_stranger_by_the_address_alone_with_a_warning() -> None:
    cause = replace(said(), author=Address(name="Jan Petersen", address="x@evil.example"), unconfirmed=True)
    letter = write(ReplyKind.AGENT_MAIL, cause=cause)
    assert letter.from_name == "x@evil.example via support"
    assert "Careful" in letter.text
    assert "x@evil.example takes no part in this case" in letter.text
    assert f"<{SELLER}>" not in letter.text


def test_the_agents_see_what_a_first_mail_quotes_and_of_later_ones_the_new_words() -> None:
    first = replace(said(), text="See below.", whole_text="See below.\n\n> forwarded words", opens_case=True)
    assert "forwarded words" in write(ReplyKind.AGENT_MAIL, cause=first).text
    later = replace(first, opens_case=False)
    assert "forwarded words" not in write(ReplyKind.AGENT_MAIL, cause=later).text


def test_an_attachment_too_large_for_a_mail_is_named_and_the_others_go_along() -> None:
    huge = replace(part("2"), filename="video.mp4", size=RELAY_OCTETS)
    letter = write(ReplyKind.AGENT_MAIL, cause=said(attachments=(part("1"), huge)))
    assert len(letter.attachments) == 1
    assert "video.mp4: too large" in letter.text


def test_the_agents_own_address_in_an_answer_becomes_the_queues() -> None:
    cause = replace(said(), kind=MessageKind.AGENT, text=f"Or write to {ADA.address.upper()}.")
    letter = write(ReplyKind.ANSWER, cause=cause, author=ADA)
    assert ADA.address.casefold() not in letter.text.casefold()
    assert SUPPORT.address in letter.text


def test_a_letter_answers_the_newest_mail_of_the_thread_and_names_them_all() -> None:
    letter = write(ReplyKind.ANSWER, thread=("<0@client.example>", SELLERS_ID, OURS))
    assert letter.in_reply_to == OURS
    assert letter.references[1:] == ("<0@client.example>", SELLERS_ID, OURS)
    assert write(ReplyKind.ACKNOWLEDGEMENT, thread=()).in_reply_to is None


@pytest.mark.parametrize(
    ("languages", "queue", "expected"),
    [
        (("de", "en"), SUPPORT, "de"),  # what they write now
        ((None, "de"), SUPPORT, "de"),  # what they wrote before
        ((None, None), RETURNS, "de"),  # the queue's
        (("fi", None), RETURNS, "de"),  # no template in theirs
        (("fi", None), SUPPORT, "en"),
        ((None,), replace(SUPPORT, language="fi"), "en"),  # the last resort
        (("de-AT",), SUPPORT, "de"),
    ],
)
def test_a_seller_is_written_to_in_their_language_then_an_earlier_one_then_the_queues_then_english(
    languages: tuple[str | None, ...], queue: Any, expected: str
) -> None:
    assert write(ReplyKind.ACKNOWLEDGEMENT, languages=languages, queue=queue).language == expected


def test_staff_is_written_to_in_the_queues_language() -> None:
    assert write(ReplyKind.AGENT_MAIL, languages=("de",)).language == "en"
    assert write(ReplyKind.AGENT_MAIL, languages=("en",), queue=RETURNS).language == "de"


@pytest.mark.parametrize(
    ("reminders", "expected"),
    [
        (Reminders(), "Wednesday 25 November"),  # two working days on
        (Reminders(escalate_after="PT4H"), "14:00"),
        (Reminders(escalate_after=""), "tomorrow, Tuesday 24 November"),  # the reminder's, where nobody escalates
        (Reminders(escalate_after="P5D", clock="wall"), "Saturday 28 November"),
    ],
)
def test_the_time_a_seller_is_told_is_when_the_lead_would_be_told_that_there_is_no_answer(
    reminders: Reminders, expected: str
) -> None:
    assert expected in write(ReplyKind.ACKNOWLEDGEMENT, reminders=reminders).text


def test_no_time_is_told_where_none_is_promised() -> None:
    text = write(ReplyKind.ACKNOWLEDGEMENT, reminders=Reminders(agent_after="", escalate_after="")).text
    assert "You can expect our answer" not in text


def test_the_time_counts_from_the_mail_and_not_from_when_it_is_answered() -> None:
    late = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    assert "tomorrow, Wednesday 25 November, 10:00" in write(ReplyKind.ACKNOWLEDGEMENT, now=late).text


def test_an_agents_words_are_the_body_of_an_answer_and_a_report_is_that_of_a_report() -> None:
    assert "It is on its way." in write(ReplyKind.ANSWER).text
    assert "Nothing was done: #oops" in write(ReplyKind.AGENT_REPORT, note="Nothing was done: #oops").text
    assert "Since Monday." in write(ReplyKind.AGENT_MAIL).text


def test_attachments_go_with_relays_and_answers_and_an_agents_inline_pictures_do_not() -> None:
    sent = (part("2"), part("3", inline=True, filename=None))
    relayed = write(ReplyKind.AGENT_MAIL, cause=said(attachments=sent)).attachments
    assert [(one.filename, one.content) for one in relayed] == [("label.pdf", b"17:2"), ("part-3", b"17:3")]
    answered = write(ReplyKind.ANSWER, cause=agents_words(attachments=sent)).attachments
    assert [one.filename for one in answered] == ["label.pdf"]
    assert write(ReplyKind.ACKNOWLEDGEMENT, cause=said(attachments=sent)).attachments == ()
