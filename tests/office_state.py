"""A case in an office without processes, brought to a state by the mails that lead there."""

from tests.casework import AGENT, SELLER
from tests.office import Office
from tests.service import mail

STATES = ("open", "waiting", "closed")


def bring_to(office: Office, status: str) -> tuple[str, str]:
    """A seller's case in that state: its number, and the signed address the seller was written to from."""
    applied = office.receive(mail("Where is my order?", "Hello, it is late.", sender=SELLER), sender=SELLER)
    assert applied is not None
    assert applied.number is not None
    office.write()
    (to_seller,) = (row.envelope_from for row in office.outbox() if row.envelope_to == SELLER)
    to_agent = next(row.envelope_from for row in office.outbox() if row.envelope_to == AGENT)
    words = {"open": "", "waiting": "It is on its way.", "closed": "#close\n\nIt is on its way."}[status]
    if words:
        office.receive(mail("Re: Where is my order?", words, sender=AGENT), to_agent, sender=AGENT)
        office.write()
    assert office.case(applied.number)["status"] == status
    return applied.number, to_seller
