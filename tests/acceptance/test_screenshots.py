"""A seller sends a screenshot to a running service: the acknowledgement is not kept waiting, the case learns of it."""

from tests.pictures import screenshot
from tests.service import SELLER, Service, mail, sent_to, wait_until
from tests.sink import Sink


def test_the_acknowledgement_comes_at_once_and_what_the_picture_shows_a_moment_later(
    service: Service, sink: Sink
) -> None:
    question = mail("My parcel is lost", "Please look at the picture, my parcel is lost.")
    picture = screenshot("Order ID\t302-1234567-7654321\nError 8058: cannot be confirmed")
    question.add_attachment(picture, maintype="image", subtype="png", filename="shot.png")
    service.send(question)
    sent_to(sink, SELLER)
    (case,) = service.cases()

    def seen() -> set[tuple[str, str]]:
        found = service.case(case["number"])["identifiers"]
        return {(one["kind"], one["value"]) for one in found if one["source"] == "image"}

    wait_until(seen)
    assert seen() == {("order_id", "302-1234567-7654321"), ("error_code", "8058")}
    assert service.case(case["number"])["missing"] == []
