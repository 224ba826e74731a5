"""`case show` of somebody whose mail comes back."""

import sqlalchemy as sa

from casepost.app import App
from store.tables import participants
from tests.command_line import MAIL, Run, take_in

REASON = "bounced: 5.1.1 550 5.1.1 no such \x1b[31muser on 2026-11-23"


def test_who_is_on_hold_is_shown_with_the_reason(app: App, run: Run) -> None:
    number = take_in(app, MAIL % (b"1", b"Where is it?"))
    assert "on hold" not in run("case", "show", number).out
    with app.store.cases.write() as connection:
        connection.execute(sa.update(participants).values(hold_reason=REASON))
    shown = run("case", "show", number)
    assert "on hold   anna@seller.example: bounced: 5.1.1 550 5.1.1 no such " in shown.out
    assert "\x1b" not in shown.out
    assert [one["hold"] for one in run("case", "show", number, "--json").json["participants"]] == [REASON]
