"""`casepost template preview`: how a mail would look, with a made-up case or a real one."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from casepost.app import App
from casepost.commands.common import config_option, json_option, open_app, parse_number, print_json
from casepost.plain import inert, inert_line
from cases.errors import PermanentError
from cases.mail import Address
from cases.plan import TO_STAFF, ReplyKind
from cases.reference import Role, make_message_id
from responder.compose import Letter, compose
from responder.letters import write_letter
from responder.outcome import OutgoingMail, Sent
from responder.render import render
from responder.sample import make_sample
from store.case_rows import find_state
from store.correspondence import load_correspondence
from store.errors import NotFound
from store.people import agents_of, load_queues, load_reminders
from store.planned import PlannedReply
from store.tables import messages, participants


class NoPreview(PermanentError):
    """A preview that cannot be made or sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A mail in words, as nobody gets it."""

    subject: str
    text: str
    html: str
    language: str


@click.command()
@click.argument("name")
@click.option("--language", required=True, help="Such as en or de.")
@click.option("--case", "number", help="With what is in this case [a made-up one].")
@click.option("--html", "as_html", is_flag=True, help="Print the HTML part.")
@click.option("--send-to", metavar="ADDRESS", help="Send it to this address, by the configured way out.")
@json_option
@config_option
def preview(
    *,
    name: str,
    language: str,
    number: str | None,
    as_html: bool,
    send_to: str | None,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Show the mail that a template makes. Nothing is put on record."""
    app = open_app(config_file)
    made = _preview_case(app, name, language, number) if number else _preview_sample(app, name, language)
    if send_to:
        _send(app, made, send_to)
    if as_json:
        print_json({"subject": made.subject, "text": made.text, "html": made.html, "language": made.language})
    elif as_html:
        sys.stdout.write(made.html)
    elif send_to:
        click.echo(f"Sent to {inert_line(send_to)}.")
    else:
        click.echo(f"Subject: {inert_line(made.subject)}\n\n{inert(made.text)}")


def _preview_sample(app: App, name: str, language: str) -> Preview:
    found = app.templates.find(name, [language])
    rendered = render(template=found, values=make_sample(found.language))
    return Preview(subject=rendered.subject, text=rendered.text, html=rendered.html, language=rendered.language)


def _preview_case(app: App, name: str, language: str, number: str) -> Preview:
    planned = _plan(app, name, parse_number(number))
    with app.store.cases.read() as connection:
        facts = load_correspondence(connection, planned)
        if facts is None:
            raise NoPreview(f"nobody is left to write to in case {number}")
        reminders = load_reminders(connection, facts.case.queue_id)
    app.templates.find(name, [language])
    letter = write_letter(app.desk, planned, facts, reminders, now=app.clock(), languages=[language])
    return Preview(subject=letter.subject, text=letter.text, html=letter.html, language=letter.language)


def _plan(app: App, name: str, number: str) -> PlannedReply:
    """The planned reply that this template would be used for; it is never stored."""
    kind = ReplyKind(name) if name in list(ReplyKind) else ReplyKind.ANSWER
    now = app.clock()
    with app.store.cases.read() as connection:
        state = find_state(connection, number)
        if state is None:
            raise NotFound(f"there is no case {number}")
        agent = next(iter(agents_of(connection, state.queue_id)), None)
        participant = connection.execute(
            sa.select(sa.func.min(participants.c.id)).where(participants.c.case_id == state.id)
        ).scalar()
        cause = connection.execute(sa.select(sa.func.max(messages.c.id)).where(messages.c.case_id == state.id)).scalar()
    to_staff = kind in TO_STAFF
    if (agent if to_staff else participant) is None:
        raise NoPreview(f"nobody is left to write to in case {number}")
    return PlannedReply(
        id=0,
        case_id=state.id,
        kind=kind,
        cause_message_id=cause,
        participant_id=None if to_staff else participant,
        user_id=agent.id if to_staff and agent else None,
        note="",
        template=name,
        due_at=now,
        not_after=now + timedelta(days=1),
        tries=0,
    )


def _send(app: App, made: Preview, address: str) -> None:
    with app.store.cases.read() as connection:
        queue = load_queues(connection)[0]
    domain = queue.address.rpartition("@")[2]
    letter = Letter(
        subject=made.subject,
        tag="",
        case_number="",
        from_name=queue.name,
        from_address=queue.address,
        to=Address(address=address),
        # Of no case: an answer to a preview finds none.
        message_id=make_message_id(app.store.keyring, domain, "0000000000", Role.AGENT),
        date=app.clock(),
        language=made.language,
        text=made.text,
        html=made.html,
        auto_submitted="auto-generated",
    )
    outgoing = OutgoingMail(
        envelope_from="", envelope_to=address, content=app.sign(compose(letter)), id=letter.message_id
    )
    outcome = asyncio.run(_hand_over(app, outgoing))
    if not isinstance(outcome, Sent):
        raise NoPreview(f"the preview was not taken: {getattr(outcome, 'text', 'called off')}")


async def _hand_over(app: App, mail: OutgoingMail) -> object:
    async def before_data() -> bool:
        return True

    transport = app.transport()
    try:
        return await transport.send(mail, before_data=before_data)
    finally:
        await transport.close()
