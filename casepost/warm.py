"""Warming up: what is slow the first time is done before the service says that it is ready.

So the first mail of the day is answered as fast as the hundredth.
"""

from concurrent.futures import ThreadPoolExecutor

from casepost.app import App
from cases import hours
from cases.mail import Address
from ingest.read.pool import ReaderPool
from responder.compose import Letter, compose
from responder.render import render
from responder.sample import make_sample
from store.people import load_queues

_SAMPLE = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: warm up\r\n\r\nOne two three four five six.\r\n"


def warm_up(app: App, pool: ReaderPool, *, readers: int) -> None:
    """Read with each reader, look up holidays, and write, once each."""
    with ThreadPoolExecutor(readers) as executor:
        list(executor.map(pool.read, [_SAMPLE] * readers))
    with app.store.cases.read() as connection:
        queues = load_queues(connection)
    for queue in queues:
        hours.next_opening(hours.make_calendar(queue), app.clock())
    for language in app.templates.languages("acknowledgement"):
        template = app.templates.find("acknowledgement", [language])
        rendered = render(template=template, values=make_sample(language))
        letter = Letter(
            subject=rendered.subject,
            tag="",
            case_number="",
            from_name="",
            from_address="a@b.example",
            to=Address(address="c@d.example"),
            message_id="<warm@b.example>",
            date=app.clock(),
            language=language,
            text=rendered.text,
            html=rendered.html,
        )
        compose(letter)
