"""A made-up case in words, to look at a template and to check it without any case."""

from datetime import UTC, datetime

from cases.mail import Identifier, Source
from responder.values import AgentValue, CaseValue, EarlierValue, MessageValue, QueueValue, SellerValue, Values
from responder.words import find_sample, find_word, name_identifiers, name_missing, say_hours, say_time

_IDENTIFIERS = (
    Identifier(kind="asin", value="B08N5WRWNW", source=Source.BODY),
    Identifier(kind="tracking_number", value="1Z999AA10123456784", source=Source.IMAGE),
)
_LINKS = {"asin": "https://sellercentral.example/asin/{value}"}
_ASKED = datetime(2026, 11, 10, 14, 20, tzinfo=UTC)
_CREATED = datetime(2026, 11, 12, 9, 2, tzinfo=UTC)
_ANSWER_BY = datetime(2026, 11, 13, 9, 2, tzinfo=UTC)
_CLOSES = datetime(2026, 11, 20, 9, 2, tzinfo=UTC)
_ZONE = "Europe/Berlin"


def make_sample(language: str) -> Values:
    """Every variable filled, the persons' words in the language too where its words.toml has them, else in English."""
    words = find_sample(language)
    created = say_time(_CREATED, now=_CREATED, zone=_ZONE, language=language)
    asked = say_time(_ASKED, now=_CREATED, zone=_ZONE, language=language)
    return Values(
        case=CaseValue(
            number="4821773099",
            subject=words["subject"],
            status="open",
            queue="support",
            topic="returns",
            language=language,
            created=created,
            identifiers=name_identifiers(_IDENTIFIERS, language, _LINKS),
            missing=name_missing(("order_id", "fba_shipment_id"), language),
            looking="yes",
            also=("1000000005", "2000000003"),
            also_more="3",
            page_url="https://help.casepost.example/c/4f9aKq72",
            closes=say_time(_CLOSES, now=_CREATED, zone=_ZONE, language=language),
            priority="normal",
            earlier=(
                EarlierValue(at=asked, who="Jonas", excerpt=words["note"], internal="yes"),
                EarlierValue(at=asked, who="Anna Schmidt <anna.schmidt@shop.example>", excerpt=words["question"]),
            ),
        ),
        seller=SellerValue(name="Anna Schmidt", address="anna.schmidt@shop.example"),
        agent=AgentValue(name="Jonas", note_address="support+aNOTE@casepost.example"),
        queue=QueueValue(
            name=find_word("support", language),
            address="support@casepost.example",
            hours=say_hours("Mon-Fri 09:00-18:00", zone=_ZONE, language=language),
            answer_by=say_time(_ANSWER_BY, now=_CREATED, zone=_ZONE, language=language),
        ),
        message=MessageValue(
            text=words["text"].strip(),
            at=created,
            why="new case",
            author="Anna Schmidt",
            address="anna.schmidt@shop.example",
            proof="pass",
            proof_detail="dmarc=pass (dkim d=shop.example)",
            reply_to="buchhaltung@tax.example",
            cc="Lisa Buch <lisa@shop.example>",
            attached="label.pdf",
        ),
        body=words["answer"].strip(),
    )
