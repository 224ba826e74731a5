"""The one door of cases: what one change does, once, whatever comes twice; on both databases."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cases.change import Applied, Change, Disposition, NewMessage, Opening, Settings
from cases.mail import Address, Identifier, Mail, Part, Source
from cases.model import Direction, Happening, MessageKind, Outcome, Priority, Status, Strength
from store.apply import apply, is_taken
from store.case_rows import find_state, load_state
from store.lookup import Known, gather
from store.people import load_queues
from store.store import Store
from store.tables import cases, dispositions, events, identifiers, links, messages, parts
from tests.casework import NOW, SELLER, make_mail
from tests.office import Office

HOSTILE = "nul \0, lone \ud800 and \udfff, fine \U0001f600"
CLEANED = "nul \ufffd, lone \ufffd\ufffd\ufffd and \ufffd\ufffd\ufffd, fine \U0001f600"


def first_queue(store: Store) -> int:
    with store.cases.read() as connection:
        return load_queues(connection)[0].id


def opening(store: Store, mail: Mail, **values: Any) -> Opening:
    given: dict[str, Any] = {
        "queue_id": first_queue(store),
        "subject": mail.subject,
        "topic": mail.topic,
        "priority": Priority.NORMAL,
        "language": mail.language,
        "requester": mail.sender or Address(address=""),
        "reply_address": mail.sender.address if mail.sender else "",
    }
    return Opening(**(given | values))


def word(ledger_id: int, outcome: Outcome, *, key: str, strength: Strength = Strength.QUEUE) -> Disposition:
    return Disposition(ledger_id=ledger_id, outcome=outcome, reason="because", key=key, strength=strength)


def seller_message(mail: Mail, ledger_id: int | None, **values: Any) -> NewMessage:
    return NewMessage(
        direction=Direction.INBOUND,
        kind=MessageKind.SELLER,
        mail=mail,
        text=mail.reply_text,
        ledger_id=ledger_id,
        **values,
    )


def new_case(store: Store, ledger_id: int = 1, *, key: str = "one", mail: Mail | None = None, **values: Any) -> Change:
    mail = mail or make_mail(message_id=f"<{ledger_id}@client.example>")
    return Change(
        actor=SELLER,
        at=NOW,
        happenings=(Happening.OPENED,),
        opening=opening(store, mail, **values),
        message=seller_message(mail, ledger_id),
        disposition=word(ledger_id, Outcome.CREATED, key=key),
    )


def another_mail(case_id: int | None, ledger_id: int, *, key: str, strength: Strength = Strength.SELLER) -> Change:
    mail = make_mail(message_id=f"<{ledger_id}@client.example>", text="More", reply_text="More")
    return Change(
        actor=SELLER,
        at=NOW + timedelta(minutes=1),
        happenings=(Happening.SELLER_WROTE,),
        case_id=case_id,
        message=seller_message(mail, ledger_id),
        disposition=word(ledger_id, Outcome.APPENDED, key=key, strength=strength),
    )


def step(case_id: int | None, happening: Happening, **values: Any) -> Change:
    return Change(actor="operator", at=NOW, case_id=case_id, happenings=(happening,), **values)


def count(store: Store, table: sa.Table) -> int:
    with store.cases.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_new_case_has_its_number_its_requester_its_message_and_its_word(store: Store) -> None:
    copied = (Address(name="Anna", address="anna@petersen.example"),)
    applied = apply(store.cases, new_case(store, copied=copied))
    shown = Office(store).case(applied.number)
    assert (applied.outcome, shown["status"], shown["created_at"]) == (
        Outcome.CREATED,
        "open",
        "2026-11-23T09:00:00+00:00",
    )
    assert [one["address"] for one in shown["participants"]] == [SELLER, "anna@petersen.example"]
    assert [message["text"] for message in shown["messages"]] == ["Hello"]
    assert is_taken(store.cases, 1) == applied


def test_the_same_mail_of_the_ledger_makes_its_case_once(store: Store) -> None:
    change = new_case(store)
    assert apply(store.cases, change) == apply(store.cases, change)
    assert (count(store, cases), count(store, messages), count(store, dispositions)) == (1, 1, 1)


def test_two_workers_with_the_same_mail_make_one_case_and_hear_the_same_word(store: Store) -> None:
    change = new_case(store)
    heard: list[Applied] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(5)
        heard.append(apply(store.cases, change))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(heard) == 2
    assert heard[0] == heard[1]
    assert count(store, cases) == 1


def test_a_copy_of_a_mail_is_a_duplicate_that_leads_to_the_same_case(store: Store) -> None:
    first = apply(store.cases, new_case(store, 1))
    second = apply(store.cases, new_case(store, 2))
    assert (second.outcome, second.number, second.message_id) == (Outcome.DUPLICATE, first.number, first.message_id)
    assert "as 1" in second.reason
    assert count(store, cases) == 1
    assert any("duplicate seen" in what for what in Office(store).events(first.number))
    assert apply(store.cases, new_case(store, 2)) == second


def test_an_equal_or_weaker_copy_of_a_sellers_answer_is_a_duplicate(store: Store) -> None:
    first = apply(store.cases, new_case(store, 1))
    apply(store.cases, another_mail(first.case_id, 2, key="two"))
    for ledger_id, strength in ((3, Strength.SELLER), (4, Strength.QUEUE)):
        again = apply(store.cases, replace(new_case(store, ledger_id), disposition=word(
            ledger_id, Outcome.CREATED, key="two", strength=strength)))  # fmt: skip
        assert (again.outcome, again.number) == (Outcome.DUPLICATE, first.number)


def test_a_stronger_copy_is_applied_and_the_case_of_the_weaker_one_is_merged_without_a_word(store: Store) -> None:
    office = Office(store)
    right = apply(store.cases, new_case(store, 1, key="first"))
    office.write()
    office.deliver()
    wrong = apply(store.cases, new_case(store, 2, key="copy"))
    office.write()  # the acknowledgement waits in the outbox when the stronger copy comes
    stronger = apply(store.cases, another_mail(right.case_id, 3, key="copy"))
    assert (stronger.outcome, stronger.number) == (Outcome.APPENDED, right.number)
    folded = office.case(wrong.number)
    assert (folded["status"], folded["merged_into"]) == ("closed", right.number)
    office.deliver()
    assert [mail.envelope_to for mail in office.way.tried].count(SELLER) == 1
    with store.cases.read() as connection:
        assert wrong.number is not None
        found = find_state(connection, wrong.number)
    assert found is not None
    assert found.number == right.number
    # From now on the strongest holds.
    assert apply(store.cases, another_mail(right.case_id, 4, key="copy")).outcome is Outcome.DUPLICATE


def test_a_case_of_a_weaker_copy_that_somebody_has_worked_on_stays_a_case_of_its_own(store: Store) -> None:
    right = apply(store.cases, new_case(store, 1, key="first"))
    wrong = apply(store.cases, new_case(store, 2, key="copy"))
    note = NewMessage(direction=Direction.INBOUND, kind=MessageKind.NOTE, mail=make_mail(), text="Mine.")
    apply(store.cases, step(wrong.case_id, Happening.NOTED, message=note))
    apply(store.cases, another_mail(right.case_id, 3, key="copy"))
    shown = Office(store).case(wrong.number)
    assert (shown["status"], shown["merged_into"]) == ("open", None)
    assert any("superseded" in event["what"] for event in shown["events"])


def test_a_stronger_copy_that_opens_a_case_of_its_own_takes_the_weaker_ones_with_it(store: Store) -> None:
    wrong = apply(store.cases, new_case(store, 1, key="copy"))
    change = new_case(store, 2)
    right = apply(
        store.cases, replace(change, disposition=word(2, Outcome.CREATED, key="copy", strength=Strength.SELLER))
    )
    assert right.outcome is Outcome.CREATED
    assert Office(store).case(wrong.number)["merged_into"] == right.number


def test_a_stronger_copy_that_belongs_to_no_case_takes_nothing_away(store: Store) -> None:
    first = apply(store.cases, new_case(store, 1))
    gone = Change(actor=SELLER, at=NOW, disposition=word(2, Outcome.IGNORED, key="one", strength=Strength.AGENT))
    again = apply(store.cases, gone)
    assert (again.outcome, again.number) == (Outcome.DUPLICATE, first.number)
    assert Office(store).case(first.number)["status"] == "open"


def test_what_a_weaker_copy_planned_in_the_same_case_does_not_leave(store: Store) -> None:
    office = Office(store)
    case = apply(store.cases, new_case(store, 1))
    office.write()
    office.deliver()
    apply(store.cases, another_mail(case.case_id, 2, key="copy"))
    note = another_mail(case.case_id, 3, key="copy", strength=Strength.NOTE)
    assert note.message is not None
    note = replace(note, happenings=(Happening.NOTED,), message=replace(note.message, kind=MessageKind.NOTE))
    assert apply(store.cases, note).outcome is Outcome.APPENDED
    assert [kind for kind, state in office.planned() if state == "cancelled"] == ["agent_mail"]


def test_a_mail_of_no_case_has_its_word_and_nothing_else(store: Store) -> None:
    change = Change(actor=SELLER, at=NOW, disposition=word(1, Outcome.IGNORED, key="x"))
    assert apply(store.cases, change) == Applied(outcome=Outcome.IGNORED, reason="because")
    assert count(store, cases) == count(store, messages) == 0
    again = apply(store.cases, replace(change, disposition=word(2, Outcome.IGNORED, key="x")))
    assert (again.outcome, again.case_id) == (Outcome.DUPLICATE, None)


def test_every_change_raises_the_version_and_is_on_record(store: Store) -> None:
    case = apply(store.cases, new_case(store))
    assert case.case_id is not None
    seen = []
    for change in (
        step(case.case_id, Happening.NOTED),
        Change(actor="operator", at=NOW, case_id=case.case_id, settings=Settings(add_tags=("vip",))),
        step(case.case_id, Happening.CLOSED, notes=("by hand",)),
        step(case.case_id, Happening.REOPENED),
    ):
        apply(store.cases, change)
        with store.cases.read() as connection:
            seen.append(load_state(connection, case.case_id))
    assert [state.version for state in seen] == [2, 3, 4, 5]
    assert [state.status for state in seen] == [Status.OPEN, Status.OPEN, Status.CLOSED, Status.OPEN]
    assert seen[2].closed_at == NOW
    assert seen[3].closed_at is None
    what = Office(store).events(case.number)
    assert {"add_tags set to vip", "tags set to vip"} & set(what)
    assert "status open -> closed" in what
    assert "by hand" in what


def known_of(store: Store, *, numbers: Sequence[str], message_ids: Sequence[str], user_ids: Sequence[int]) -> Known:
    with store.cases.read() as connection:
        return gather(connection, numbers=numbers, message_ids=message_ids, user_ids=user_ids)


def test_settings_are_written_and_none_leaves_what_there_is(store: Store) -> None:
    case = apply(store.cases, new_case(store))
    user = known_of(store, numbers=(), message_ids=(), user_ids=()).staff["ada@office.example"]
    wanted = Settings(assignee_id=user.id, priority=Priority.URGENT, topic="fba", add_tags=("a", "b"))
    apply(store.cases, Change(actor="x", at=NOW, case_id=case.case_id, settings=wanted))
    apply(store.cases, Change(actor="x", at=NOW, case_id=case.case_id, settings=Settings(add_tags=("b", "c"))))
    shown = Office(store).case(case.number)
    assert (shown["priority"], shown["topic"]) == ("urgent", "fba")
    (row,) = Office(store).rows(sa.select(cases.c.tags, cases.c.assignee_id))
    assert (row.tags, row.assignee_id) == (["a", "b", "c"], user.id)


def test_links_go_both_ways_and_once(store: Store) -> None:
    one = apply(store.cases, new_case(store, 1, key="1"))
    assert one.number is not None
    two = apply(store.cases, replace(new_case(store, 2, key="2"), links=(one.number, one.number, "1000000005")))
    apply(store.cases, Change(actor="x", at=NOW, case_id=two.case_id, links=(one.number,)))
    assert count(store, links) == 2
    assert Office(store).case(one.number)["linked"] == [two.number]
    assert Office(store).case(two.number)["linked"] == [one.number]


def test_what_is_missing_shrinks_with_what_the_seller_sends(store: Store) -> None:
    case = apply(store.cases, new_case(store, mail=make_mail(topic="order"), missing=("order_id",)))
    assert Office(store).case(case.number)["missing"] == ["order_id"]
    more = another_mail(case.case_id, 2, key="two")
    assert more.message is not None
    found = (Identifier(kind="order_id", value="302-1234567-7654321", source=Source.BODY),)
    unconfirmed = seller_message(replace(more.message.mail, identifiers=found), 3, unconfirmed=True)
    apply(store.cases, replace(another_mail(case.case_id, 3, key="3"), message=unconfirmed))
    assert Office(store).case(case.number)["missing"] == ["order_id"]
    apply(store.cases, replace(more, message=replace(more.message, mail=unconfirmed.mail)))
    assert Office(store).case(case.number)["missing"] == []


def test_a_message_id_leads_to_all_cases_that_have_it(store: Store) -> None:
    one = apply(store.cases, new_case(store, 1, key="1", mail=make_mail(message_id="<same@x>")))
    two = apply(store.cases, new_case(store, 2, key="2", mail=make_mail(message_id="<same@x>", text="other")))
    assert one.number != two.number
    known = known_of(store, numbers=(), message_ids=["<same@x>", "<unknown@x>"], user_ids=())
    assert known.numbers_of_ids == {"<same@x>": (one.number, two.number)}
    assert set(known.cases) == {one.number, two.number}


def test_who_asked_to_be_answered_elsewhere_takes_part_from_there_too(store: Store) -> None:
    case = apply(store.cases, new_case(store, reply_address="Jan.Office@petersen.example"))
    assert case.number is not None
    known = known_of(store, numbers=[case.number], message_ids=(), user_ids=())
    assert set(known.cases[case.number].participants) == {SELLER, "jan.office@petersen.example"}


def test_a_merged_case_leads_to_the_end_of_the_chain_and_a_ring_ends(store: Store) -> None:
    applied = [apply(store.cases, new_case(store, n, key=str(n))) for n in (1, 2, 3)]
    with store.cases.write() as connection:
        for one, into in ((0, 1), (1, 2)):
            connection.execute(
                sa.update(cases).where(cases.c.id == applied[one].case_id).values(merged_into_id=applied[into].case_id)
            )
    number = applied[0].number
    assert number is not None
    assert (
        known_of(store, numbers=[number], message_ids=(), user_ids=()).cases[number].state.number == applied[2].number
    )
    late = apply(store.cases, another_mail(applied[0].case_id, 4, key="four"))  # decided before the merge
    assert late.number == applied[2].number
    with store.cases.write() as connection:
        connection.execute(
            sa.update(cases).where(cases.c.id == applied[2].case_id).values(merged_into_id=applied[0].case_id)
        )
    assert number in known_of(store, numbers=[number], message_ids=(), user_ids=()).cases


def hostile_mail() -> Mail:
    """Everything that can be text is hostile, and longer than any column would like."""
    part = Part(
        path="2",
        offset=0,
        length=1,
        encoding=HOSTILE + "x" * 60,
        content_type=HOSTILE,
        size=1,
        sha256="0" * 64,
        filename=HOSTILE,
        charset=HOSTILE,
        content_id=HOSTILE,
        attachment=True,
    )
    who = Address(name=HOSTILE, address=f"{HOSTILE}@x.example")
    return Mail(
        fingerprint="0" * 64,
        reader_version=1,
        message_id=f"<{HOSTILE}@x>",
        references=(f"<{HOSTILE}@x>",),
        subject=HOSTILE,
        sender=who,
        author=who,
        to=(who,),
        cc=(who,),
        text=HOSTILE,
        reply_text=HOSTILE,
        html=HOSTILE,
        parts=(part,),
        identifiers=(Identifier(kind="sku", value=HOSTILE, source=Source.BODY),),
        defects=(HOSTILE,),
    )


def test_nul_and_lone_surrogates_are_kept_as_replacement_characters_in_every_text(store: Store) -> None:
    mail = hostile_mail()
    change = replace(
        new_case(store, mail=mail, copied=(Address(name=HOSTILE, address="a@x.example"),), missing=(HOSTILE,)),
        actor=HOSTILE,
        notes=(HOSTILE,),
        report=HOSTILE,
        settings=Settings(topic="other", add_tags=(HOSTILE,)),
        disposition=replace(word(1, Outcome.CREATED, key="x"), reason=HOSTILE),
    )
    applied = apply(store.cases, change)
    shown = Office(store).case(applied.number)
    assert shown["subject"] == CLEANED
    (row,) = Office(store).rows(sa.select(messages))
    assert row.to == [{"name": CLEANED, "address": f"{CLEANED}@x.example"}]
    assert row.references == [f"<{CLEANED}@x>"]
    assert row.defects == [CLEANED]
    assert [one.value for one in Office(store).rows(sa.select(identifiers))] == [CLEANED]
    assert [one.filename for one in Office(store).rows(sa.select(parts))] == [CLEANED]
    assert CLEANED in [event.what for event in Office(store).rows(sa.select(events))]


def test_ids_and_addresses_too_long_for_an_index_are_taken_all_the_same(store: Store) -> None:
    # PostgreSQL keeps no index entry over 2,704 octets; four-octet letters that repeat nothing do not shrink.
    long = "".join(chr(0x10000 + n * 37 % 50_000) for n in range(985))
    mail = make_mail(message_id=f"<{long}@x>", author=f"{long}@x.example")
    applied = apply(store.cases, new_case(store, mail=mail))
    assert Office(store).case(applied.number)["messages"][0]["message_id"] == f"<{long}@x>"


@pytest.mark.parametrize("kind", ["agent", "note"])
def test_an_identifier_of_a_note_or_stranger_is_not_of_the_sellers_words(store: Store, kind: str) -> None:
    case = apply(store.cases, new_case(store))
    found = (Identifier(kind="order_id", value="302-1234567-7654321", source=Source.BODY),)
    message = NewMessage(
        direction=Direction.INBOUND, kind=MessageKind(kind), mail=make_mail(identifiers=found), text="x"
    )
    apply(store.cases, step(case.case_id, Happening.NOTED, message=message))
    assert [one["kind"] for one in Office(store).case(case.number)["identifiers"]] == ["order_id"]
