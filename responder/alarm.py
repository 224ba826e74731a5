"""The mail that tells administrators what waits too long, and that it is over."""

import html
from collections.abc import Sequence
from datetime import datetime

from cases.mail import Address
from responder.compose import Letter, compose
from responder.outcome import Failed, OutgoingMail, Sent, Transport
from store.alarms import Alarm, News

_END = "Each trouble is told of once a day while it lasts, and once when it is over. Nobody reads answers to this mail."


def write_alarm(news: News, *, to: str, sender: str, message_id: str, now: datetime) -> Letter:
    """The letter; `sender` is the address of a queue, `message_id` has its brackets."""
    text = "\n\n".join([*(_say(alarm) for alarm in news.begun), *(f"Over: {name}" for name in news.over), _END]) + "\n"
    return Letter(
        subject=f"casepost: {_subject(news)}",
        tag="",
        case_number="",
        from_name="casepost",
        from_address=sender,
        to=Address(address=to),
        message_id=message_id,
        date=now,
        language="en",
        text=text,
        html=f'<pre style="white-space: pre-wrap; font-family: inherit">{html.escape(text)}</pre>',
        auto_submitted="auto-generated",
        suppress_auto_response=True,
    )


async def send_alarms(transport: Transport, letters: Sequence[Letter]) -> str:
    """Hand the letters over with the null sender, so that nothing ever answers them; "" or why one was not taken."""
    problems = []
    for letter in letters:
        mail = OutgoingMail(
            envelope_from="", envelope_to=letter.to.address, content=compose(letter), id=letter.message_id
        )
        outcome = await transport.send(mail, before_data=_always)
        if not isinstance(outcome, Sent):
            problems.append(outcome.text if isinstance(outcome, Failed) else type(outcome).__name__)
    return problems[0] if problems else ""


async def _always() -> bool:
    return True


def _say(alarm: Alarm) -> str:
    return f"{alarm.says}.\n{alarm.mend}"


def _subject(news: News) -> str:
    if not news.begun:
        return f"over: {', '.join(news.over)}"
    first = news.begun[0].says
    return first if len(news.begun) == 1 else f"{first}, and {len(news.begun) - 1} more"
