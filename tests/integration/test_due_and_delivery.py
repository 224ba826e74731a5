"""What is due becomes a mail, and the outbox is handed over: once, in order, never for nothing; on both databases."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from cases.change import Applied, NewMessage
from cases.mail import Identifier, Source
from cases.model import Direction, Happening, MessageKind
from cases.plan import ReplyKind
from cases.reference import Role, find_message_id
from responder.outcome import Failed, Outcome, OutgoingMail, Sent, Uncertain
from responder.templates import Templates, shipped_folder
from store.apply import apply
from store.outbox import (
    next_try_at,
)
from store.people import add_user
from store.store import Store
from store.tables import outbox, participants, planned_replies
from tests.casework import AGENT, NOW, SELLER, make_mail
from tests.integration.test_store_apply import another_mail, new_case, step
from tests.office import Office
from tests.service import mail

BUSY = Failed(temporary=True, code=451, enhanced="4.3.0", text="try again")
REFUSED = Failed(temporary=False, code=550, enhanced="5.1.1", text="no such user")
DOWN = Failed(temporary=True, code=None, enhanced="", text="connection refused", way_down=True)
LOST = Uncertain(text="the answer to the final dot was lost")


def answering(*outcomes: Outcome) -> Callable[[OutgoingMail], Outcome]:
    """One outcome after the other, then all is well."""
    left = list(outcomes)
    return lambda _mail: left.pop(0) if left else Sent(response="250 OK")


def to_seller(office: Office) -> list[OutgoingMail]:
    return [mail for mail in office.way.tried if mail.envelope_to == SELLER]


def states(office: Office) -> list[tuple[str, str]]:
    return [(row.kind, row.state) for row in office.outbox()]


def parsed(mail: OutgoingMail) -> EmailMessage:
    message: Any = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: OutgoingMail) -> str:
    body = parsed(mail).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def answered(office: Office, case: Applied, text: str = "It is on its way.", *, at: datetime = NOW) -> Applied:
    """An agent's answer, planned."""
    (agent,) = office.rows(
        sa.select(planned_replies.c.user_id).where(planned_replies.c.kind == ReplyKind.AGENT_MAIL).distinct()
    )
    mail = make_mail(author=AGENT, message_id=f"<{text[:8].strip()}@agents-machine.example>")
    message = NewMessage(
        direction=Direction.OUTBOUND, kind=MessageKind.AGENT, mail=mail, text=text, user_id=agent.user_id
    )
    change = step(case.case_id, Happening.AGENT_ANSWERED, message=message, user_id=agent.user_id)
    return apply(office.store.cases, replace(change, at=at))


@pytest.fixture
def office(store: Store) -> Office:
    """An office with one case whose acknowledgement and relay are planned."""
    office = Office(store)
    apply(store.cases, new_case(store))
    return office


@pytest.fixture
def case(office: Office) -> Applied:
    """That case."""
    (row,) = office.rows(sa.text("SELECT id, number FROM cases"))  # type: ignore[arg-type]
    return Applied(outcome=None, reason="", case_id=row.id, number=row.number)


# Writing.


def test_what_is_due_is_written_once_and_is_on_record(office: Office, case: Applied) -> None:
    assert office.write() == 2
    assert office.write() == 0
    assert states(office) == [("acknowledgement", "queued"), ("agent_mail", "queued")]
    assert {kind for kind, state in office.planned() if state == "done"} == {"acknowledgement", "agent_mail"}
    kinds = [message["kind"] for message in office.case(case.number)["messages"]]
    assert kinds == ["seller", "acknowledgement"]


def test_a_reply_that_is_no_longer_wanted_when_it_is_due_is_superseded_and_says_so(
    office: Office, case: Applied
) -> None:
    office.write()
    with office.store.cases.write() as connection:  # a state that no plan has cancelled it for
        connection.execute(sa.text("UPDATE cases SET status = 'closed'"))
    office.write(now=NOW + timedelta(days=1))
    assert dict(office.planned())["agent_reminder"] == "superseded"
    assert "agent reminder no longer wanted" in office.events(case.number)


def test_a_reply_to_somebody_who_has_left_is_superseded(office: Office) -> None:
    with office.store.cases.write() as connection:
        connection.execute(sa.update(participants).values(left_at=NOW))
    office.write()
    assert dict(office.planned())["acknowledgement"] == "superseded"


def test_one_reply_that_cannot_be_written_does_not_stop_those_behind_it(office: Office, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "acknowledgement.md").write_text("Subject: x\n\n{{ case.nonsense }}\n")
    (own / "_layout.html").write_bytes((shipped_folder() / "_layout.html").read_bytes())
    # Nothing stands behind it: not even the shipped wording.
    (own / "en" / "agent_mail.md").write_bytes((shipped_folder() / "en" / "agent_mail.md").read_bytes())
    office.templates = Templates(shipped=own)
    office.due().write_due(now=NOW)
    assert dict(office.planned())["acknowledgement"] == "waiting"
    assert dict(office.planned())["agent_mail"] == "done"
    (row,) = office.rows(sa.select(planned_replies).where(planned_replies.c.kind == "acknowledgement"))
    assert "acknowledgement" in row.last_error or "nonsense" in row.last_error
    assert row.due_at > NOW


def administrators_mails(office: Office, now: datetime = NOW) -> list[OutgoingMail]:
    office.write(now=now)
    while office.deliver(now=now):
        pass
    return [one for one in office.way.tried if one.envelope_to == "admin@office.example"]


@pytest.mark.parametrize("shipped_stands_behind", [True, False])
def test_administrators_are_told_once_a_day_of_a_template_that_fails(
    office: Office, tmp_path: Path, *, shipped_stands_behind: bool
) -> None:
    with office.store.cases.write() as connection:
        add_user(connection, "admin@office.example", role="admin", queue_ids=[], now=NOW)
    own = tmp_path / "own"
    shutil.copytree(shipped_folder(), own)
    (own / "en" / "acknowledgement.md").write_text("Subject: x\n\n{{ case.nonsense }}\n")
    other = Templates(shipped=shipped_folder(), own=own) if shipped_stands_behind else Templates(shipped=own)
    office.templates = other
    (told,) = administrators_mails(office)
    assert "en/acknowledgement.md, line 3" in text_of(told)
    assert ("nobody waits" in text_of(told)) is shipped_stands_behind
    assert len(to_seller(office)) == int(shipped_stands_behind)
    apply(office.store.cases, replace(new_case(office.store, 2, key="2"), at=NOW + timedelta(hours=1)))
    assert len(administrators_mails(office, NOW + timedelta(hours=1))) == 1
    apply(office.store.cases, replace(new_case(office.store, 3, key="3"), at=NOW + timedelta(days=1)))
    assert len(administrators_mails(office, NOW + timedelta(days=1))) == 2


def test_a_fault_of_the_program_in_one_reply_does_not_stop_those_behind_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = office.templates.find

    def fail(name: str, languages: Any) -> Any:
        if name == "acknowledgement":
            raise RuntimeError("a bug")
        return find(name, languages)

    monkeypatch.setattr(office.templates, "find", fail)
    office.due().write_due(now=NOW)
    assert dict(office.planned())["agent_mail"] == "done"
    (row,) = office.rows(sa.select(planned_replies).where(planned_replies.c.kind == "acknowledgement"))
    assert (row.state, row.last_error) == ("waiting", "fault: RuntimeError")


def test_a_case_that_changes_while_a_reply_is_written_has_it_written_anew(
    office: Office, case: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = office.due()
    find, interrupted = office.templates.find, list[str]()

    def interrupt(name: str, languages: Any) -> Any:
        if not interrupted:
            interrupted.append(name)
            apply(office.store.cases, step(case.case_id, Happening.NOTED))
        return find(name, languages)

    monkeypatch.setattr(office.templates, "find", interrupt)
    due.write_due(now=NOW, limit=1)
    assert (states(office), dict(office.planned())["acknowledgement"]) == ([], "waiting")
    due.write_due(now=NOW, limit=1)
    assert states(office) == [("acknowledgement", "queued")]


def test_with_hold_nothing_leaves(office: Office) -> None:
    office.due(hold=True).write_due(now=NOW)
    assert office.deliver() == 0
    assert {state for _, state in states(office)} == {"held"}


def test_a_sellers_letter_holds_nothing_of_a_note_or_of_a_strangers_mail(
    office: Office, case: Applied, tmp_path: Path
) -> None:
    def found(value: str) -> dict[str, Any]:
        return {"identifiers": (Identifier(kind="order_id", value=value, source=Source.BODY),)}

    more = another_mail(case.case_id, 2, key="2")
    assert more.message is not None
    noted = make_mail(message_id="<note@x>", **found("111-1111111-1111111"))
    strange = make_mail(message_id="<stranger@x>", language="de", **found("222-2222222-2222222"))
    own = make_mail(message_id="<own@x>", references=("<older@x>",), **found("333-3333333-3333333"))
    for ledger_id, message in enumerate(
        (
            replace(more.message, mail=noted, kind=MessageKind.NOTE),
            replace(more.message, mail=strange, unconfirmed=True),
            replace(more.message, mail=own),
        ),
        start=3,
    ):
        change = replace(another_mail(case.case_id, ledger_id, key=str(ledger_id)), happenings=())
        apply(office.store.cases, replace(change, message=replace(message, ledger_id=ledger_id)))
    (tmp_path / "en").mkdir()
    template = "Subject: x\n\n{{ body }}\n{% for one in case.identifiers %}\n- {{ one.value }}\n{% endfor %}\n"
    (tmp_path / "en" / "answer.md").write_text(template)
    office.templates = Templates(shipped=shipped_folder(), own=tmp_path)
    later = NOW + timedelta(minutes=2)
    office.write(now=later)
    answered(office, case, at=later)
    office.write(now=later)
    while office.deliver(now=later):
        pass
    letter = parsed(to_seller(office)[-1])
    assert "333-3333333-3333333" in text_of(to_seller(office)[-1])
    assert "111-1111111-1111111" not in text_of(to_seller(office)[-1])
    assert "222-2222222-2222222" not in text_of(to_seller(office)[-1])
    references = str(letter["References"]).split()
    # First the anchor of the case; last the mail that is answered, where mail programs look.
    assert find_message_id(office.store.keyring, references[0]) == (case.number, Role.SELLER)
    assert set(references[1:]) == {"<1@client.example>", "<older@x>", "<own@x>", to_seller(office)[0].id}
    assert letter["In-Reply-To"] == references[-1]
    assert letter["Content-Language"] == "en"


def test_a_picture_that_a_seller_pasted_into_the_text_reaches_the_agent(store: Store) -> None:
    office = Office(store)
    question = mail("Error on the page", "See the picture.")
    question.add_alternative('<p>See <img src="cid:shot@x"></p>', subtype="html")
    html = question.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG...", "image", "png", cid="<shot@x>", filename="shot.png", disposition="inline")
    office.receive(question)
    office.write()
    office.deliver()
    (relay,) = [one for one in office.way.tried if one.envelope_to == AGENT]
    (picture,) = parsed(relay).iter_attachments()
    assert picture.get_content() == b"\x89PNG..."


# Handing over.


def test_mail_is_sent_from_a_signed_address_and_is_on_record(office: Office, case: Applied) -> None:
    office.write()
    assert office.deliver() == 2
    assert office.deliver() == 0
    assert {state for _, state in states(office)} == {"sent"}
    acknowledgement = to_seller(office)[0]
    assert acknowledgement.envelope_from.startswith("support+a")
    assert parsed(acknowledgement)["Message-ID"] == acknowledgement.id
    assert f"acknowledgement to {SELLER}: sent" in office.events(case.number)
    assert office.case(case.number)["messages"][1]["delivery"]["state"] == "sent"


def test_mails_of_one_case_to_one_recipient_leave_one_after_the_other_in_order(office: Office, case: Applied) -> None:
    office.write()
    answered(office, case)
    office.write()
    office.way.answer = lambda mail: BUSY if b"auto-replied" in mail.content else Sent(response="250 OK")
    office.deliver()
    assert [parsed(mail)["Auto-Submitted"] for mail in to_seller(office)] == ["auto-replied"]
    office.way.answer = answering()
    while office.deliver(now=NOW + timedelta(minutes=5)):
        pass
    assert [parsed(mail)["Auto-Submitted"] for mail in to_seller(office)[1:]] == ["auto-replied", None]


def test_mails_of_other_cases_and_to_others_do_not_wait(office: Office) -> None:
    other = make_mail(author="someone@else.example", message_id="<2@x>")
    apply(office.store.cases, new_case(office.store, 2, key="2", mail=other))
    office.write()
    office.way.answer = lambda mail: BUSY if mail.envelope_to == SELLER else Sent(response="250 OK")
    assert office.deliver() == 4
    assert [row.envelope_to for row in office.outbox() if row.state == "queued"] == [SELLER]


def test_an_automatic_mail_that_is_too_old_does_not_leave(office: Office) -> None:
    office.write()
    office.deliver(now=NOW + timedelta(days=6))
    assert to_seller(office) == []
    assert {(row.state, row.last_error) for row in office.outbox()} == {("superseded", "not sent in time")}


def test_a_reminder_that_waits_in_the_outbox_does_not_leave_once_the_case_is_answered(
    office: Office, case: Applied
) -> None:
    office.write()
    office.deliver()
    later = NOW + timedelta(days=1, hours=1)
    office.write(now=later)
    answered(office, case, at=later)
    office.deliver(now=later)
    assert ("agent_reminder", "superseded") in states(office)
    assert len([mail for mail in office.way.tried if mail.envelope_to == AGENT]) == 1


def test_a_change_that_leaves_a_mail_wanted_does_not_hold_it_back(office: Office, case: Applied) -> None:
    office.write()
    apply(office.store.cases, step(case.case_id, Happening.CLOSED))
    assert office.deliver() == 2
    assert len(to_seller(office)) == 1


def test_an_agents_words_leave_however_old_they_are(office: Office, case: Applied) -> None:
    office.write()
    office.deliver()
    answered(office, case)
    office.write()
    office.deliver(now=NOW + timedelta(days=60))
    assert "It is on its way." in text_of(to_seller(office)[-1])


def test_the_back_off_grows_to_four_hours_and_stops_after_five_days(office: Office) -> None:
    office.write()
    office.way.answer = lambda _mail: BUSY
    with office.store.cases.write() as connection:
        connection.execute(sa.delete(outbox).where(outbox.c.kind == "agent_mail"))
        connection.execute(sa.update(outbox).values(not_after=None))
    now, waits = NOW, []
    while (due := next_try_at(office.store.cases)) is not None:
        now = max(now, due)
        assert office.deliver(now=now) == 1
        (row,) = office.outbox()
        if row.state == "queued":
            waits.append(row.next_try_at - now)
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=4)
    assert timedelta(days=5) < now - NOW < timedelta(days=5, hours=5)
    assert states(office) == [("acknowledgement", "failed")]
    assert row.attempts == len(waits) + 1


def test_a_mail_that_is_refused_for_good_is_tried_once(office: Office, case: Applied) -> None:
    office.write()
    office.way.answer = lambda mail: REFUSED if mail.envelope_to == SELLER else Sent(response="250 OK")
    office.deliver()
    assert office.deliver(now=NOW + timedelta(days=1)) == 0
    delivery = office.case(case.number)["messages"][1]["delivery"]
    assert (delivery["state"], delivery["attempts"], delivery["last_error"]) == ("failed", 1, "no such user")


def test_a_copy_that_is_appended_is_relayed_once(office: Office, case: Applied) -> None:
    apply(office.store.cases, another_mail(case.case_id, 2, key="two"))
    assert apply(office.store.cases, another_mail(case.case_id, 3, key="two")).message_id is not None
    office.write(now=NOW + timedelta(minutes=1))
    assert [kind for kind, _ in states(office)].count("agent_mail") == 2
