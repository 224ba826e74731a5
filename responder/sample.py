"""A made-up case in words, to look at a template and to check it without any case."""

from datetime import UTC, datetime

from cases.mail import Identifier, Source
from responder.values import AgentValue, CaseValue, EarlierValue, MessageValue, QueueValue, SellerValue, Values
from responder.words import name_identifiers, name_missing, say_time

_SUBJECTS = {"en": "Refund missing for two weeks", "de": "Rückerstattung fehlt seit zwei Wochen"}
_TEXTS = {
    "en": "Hello,\n\nI have been waiting two weeks for the refund of a return.\n"
    "Tracking says the parcel reached you on 2 November.\n\nBest\nAnna Schmidt",
    "de": "Guten Tag,\n\nich warte seit zwei Wochen auf die Rückerstattung für eine Rücksendung.\n"
    "Das Paket kam laut Verfolgung am 2. November bei Ihnen an.\n\nMit freundlichen Grüßen\nAnna Schmidt",
}
_BODIES = {
    "en": "Dear Anna,\n\nI found your return, and the refund of EUR 48.90 goes out today.\n\nBest regards\nJonas",
    "de": "Guten Tag Frau Schmidt,\n\nich habe die Rücksendung gefunden; die Erstattung von 48,90 Euro geht heute raus."
    "\n\nFreundliche Grüße\nJonas",
}
_IDENTIFIERS = (
    Identifier(kind="asin", value="B08N5WRWNW", source=Source.BODY),
    Identifier(kind="tracking_number", value="1Z999AA10123456784", source=Source.IMAGE),
)
_LINKS = {"asin": "https://sellercentral.example/asin/{value}"}
_EARLIER = {
    "en": ("Where is my refund?", "The warehouse has the parcel, finance knows."),
    "de": ("Wo ist meine Erstattung?", "Das Lager hat das Paket, die Buchhaltung weiß es."),
}
_ASKED = datetime(2026, 11, 10, 14, 20, tzinfo=UTC)
_CREATED = datetime(2026, 11, 12, 9, 2, tzinfo=UTC)
_ANSWER_BY = datetime(2026, 11, 13, 9, 2, tzinfo=UTC)
_ZONE = "Europe/Berlin"


def make_sample(language: str) -> Values:
    """Every variable filled, the persons' words in German or English."""
    words = language if language in _TEXTS else "en"
    created = say_time(_CREATED, now=_CREATED, zone=_ZONE, language=language)
    asked = say_time(_ASKED, now=_CREATED, zone=_ZONE, language=language)
    question, note = _EARLIER[words]
    return Values(
        case=CaseValue(
            number="4821773099",
            subject=_SUBJECTS[words],
            status="open",
            queue="support",
            topic="returns",
            language=words,
            created=created,
            identifiers=name_identifiers(_IDENTIFIERS, language, _LINKS),
            missing=name_missing(("order_id", "fba_shipment_id"), language),
            looking="yes",
            also=("1000000005", "2000000003"),
            also_more="3",
            page_url="https://help.casepost.example/c/4f9aKq72",
            priority="normal",
            earlier=(
                EarlierValue(at=asked, who="Jonas", excerpt=note, internal="yes"),
                EarlierValue(at=asked, who="Anna Schmidt <anna.schmidt@shop.example>", excerpt=question),
            ),
        ),
        seller=SellerValue(name="Anna Schmidt", address="anna.schmidt@shop.example"),
        agent=AgentValue(name="Jonas", note_address="support+aNOTE@casepost.example"),
        queue=QueueValue(
            name="support",
            address="support@casepost.example",
            hours="Mon-Fri 09:00-18:00",
            answer_by=say_time(_ANSWER_BY, now=_CREATED, zone=_ZONE, language=language),
        ),
        message=MessageValue(
            text=_TEXTS[words],
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
        body=_BODIES[words],
    )
