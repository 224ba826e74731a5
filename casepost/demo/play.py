"""The story: what people write. What comes of it is watched, told, and must happen within its time."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from casepost.app import App
from casepost.demo.folder import AGENT, QUEUE, DemoFailed, Folder
from casepost.demo.letters import Person, draw_screenshot, send_mail, write_mail, write_reply
from casepost.demo.running import casepost_process, clean_environ
from casepost.demo.timeline import Timeline
from casepost.demo.watch import Arrived, Document, Taken, Watch
from casepost.demo.wording import say_moment
from store.clock import real_clock
from store.views import list_cases, list_due, show_case

STEP_SECONDS = 20.0
_LOOK_EVERY = 0.03

JAN = Person(
    name="Jan Petersen", address="jan@petersen.example", wrote="Am {at:%d.%m.%y} um {at:%H:%M} schrieb {name}:"
)
MARY = Person(name="Mary Collins", address="mary@collins.example", wrote="On {at:%m/%d/%y %H:%M}, {name} wrote:")
ADA = Person(name="Ada Lindgren", address=AGENT, wrote="On {at:%m/%d/%y %H:%M}, {name} wrote:")

_JANS_QUESTION = """Guten Tag,

der Käufer zu Bestellung 302-1234567-7654321 behauptet, das Paket sei nie
angekommen. Was müssen wir jetzt einreichen? Die Fehlermeldung hängt an.

Mit freundlichen Grüßen
Jan Petersen
Telefon: 030 901820
"""
_MARYS_QUESTION = """Hello,

one of my orders never arrived at the customer, and now he wants his money back.
Can you see what went wrong?

Mary Collins
"""
_ADAS_ANSWER = "Bitte schicken Sie uns die Sendungsnummer, dann prüfen wir die Zustellung."
_JANS_ANSWER = "Die Sendungsnummer ist 00340434161094042557."


@dataclass(kw_only=True)
class Play:
    """A play on a running service."""

    app: App
    folder: Folder
    watch: Watch
    timeline: Timeline
    port: int

    def __post_init__(self) -> None:
        self._taken: list[Taken] = []
        self._arrived: list[Arrived] = []
        self._step = 0

    def look(self) -> None:
        """Tell what is new."""
        for news in self.watch.look():
            self.timeline.tell(news)
            if isinstance(news, Taken):
                self._taken.append(news)
            elif isinstance(news, Arrived):
                self._arrived.append(news)

    def perform(self) -> str:
        """The whole story; the number of its first case. Raises DemoFailed when something did not happen in time."""
        self.timeline.start = real_clock()
        relay, number = self._a_seller_writes()
        self._another_seller_leaves_something_out()
        answer = self._an_agent_answers(relay)
        self._the_seller_answers(answer, number)
        self._a_day_passes()
        self.timeline.start = None
        return number

    def sum_up(self) -> str:
        """What was played, counted."""
        cases = {one.case["number"] for one in self._taken if one.case is not None}
        return f"{len(self._taken)} mails came in, {len(cases)} cases, {len(self._arrived)} mails went out."

    def _a_seller_writes(self) -> tuple[EmailMessage, str]:
        self._begin("A seller writes, in German, with a picture")
        mail = write_mail(JAN, to=QUEUE, subject="Bestellung nicht angekommen", text=_JANS_QUESTION)
        picture = draw_screenshot()
        mail.add_attachment(picture, maintype="image", subtype="png", filename="Fehlermeldung.png")
        self._send(mail, _JANS_QUESTION)
        acknowledgement = self._expect_mail("acknowledgement", JAN.address)
        relay = self._expect_mail("agent_mail", AGENT)
        if acknowledgement["Content-Language"] != "de":
            raise DemoFailed("the acknowledgement of a German mail is not in German")
        if picture not in [part.get_content() for part in relay.iter_attachments()]:
            raise DemoFailed("the picture did not reach the agent byte for byte")
        return relay, self._number_of(mail)

    def _another_seller_leaves_something_out(self) -> None:
        self._begin("Another seller writes, in English, and forgets what is needed")
        mail = write_mail(MARY, to=QUEUE, subject="Order did not arrive", text=_MARYS_QUESTION)
        self._send(mail, _MARYS_QUESTION)
        self._expect_mail("acknowledgement", MARY.address)
        self._expect_mail("agent_mail", AGENT, count=2)

    def _an_agent_answers(self, relay: EmailMessage) -> EmailMessage:
        self._begin("An agent answers the first mail from an ordinary mail program")
        self._send(write_reply(ADA, relay, text=_ADAS_ANSWER), _ADAS_ANSWER)
        answer = self._expect_mail("answer", JAN.address)
        parts = [part.get_payload(decode=True) or b"" for part in answer.walk() if not part.is_multipart()]
        shown = answer.as_bytes() + b"".join(part for part in parts if isinstance(part, bytes))
        if AGENT.encode() in shown or ADA.name.encode() in shown:
            raise DemoFailed("the seller was shown who the agent is")
        self.timeline.detail("checked", "neither the agent's name nor address is in it")
        return answer

    def _the_seller_answers(self, answer: EmailMessage, number: str) -> None:
        self._begin("The seller answers: to the plain address, under a subject of his own")
        mail = write_reply(JAN, answer, text=_JANS_ANSWER, to=QUEUE, subject="Unterlagen")
        self._send(mail, _JANS_ANSWER)
        self._expect_mail("agent_mail", AGENT, count=3)
        if self._number_of(mail) != number:
            raise DemoFailed("the seller's answer did not reach his case")

    def _a_day_passes(self) -> None:
        self._begin("Nobody answers for a day")
        at = self._last_reminder()
        with self.app.store.cases.read() as connection:
            due = list_due(connection, at=at)
        moment = say_moment(at, zone=self.timeline.zone)
        self.timeline.entry(real_clock(), "time", f"the clock is put forward to {moment}")
        self.timeline.detail("by", f"casepost run-due --at {at.isoformat()}")
        self.timeline.detail("", "the service itself keeps its own time")
        for number, one in enumerate(due):
            self.timeline.detail("" if number else "due", f"{one['kind'].replace('_', ' ')} of CP-{one['case']}")
        done = subprocess.run(  # noqa: S603  our own command, no shell
            casepost_process(self.folder, "run-due", "--at", at.isoformat()),
            env=clean_environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise DemoFailed(f"run-due ended with code {done.returncode}: {done.stderr.strip()}")
        self._expect_mail("agent_reminder", AGENT, count=len(due))

    def _last_reminder(self) -> datetime:
        """When the last of the cases that wait for an agent is due for its reminder."""
        with self.app.store.cases.read() as connection:
            rows = list_cases(connection, limit=None, status="open", queue=None)
            planned: list[Document | None] = [show_case(connection, row["number"])["next_due"] for row in rows]
        times = [datetime.fromisoformat(one["at"]) for one in planned if one and one["kind"] == "agent_reminder"]
        if not times:
            raise DemoFailed("no case waits for an agent, or no reminder is planned")
        return max(times)

    def _begin(self, words: str) -> None:
        self._step += 1
        self.timeline.say()
        self.timeline.say(f"{self._step}. {words}", "bold underline")

    def _send(self, mail: EmailMessage, words: str) -> None:
        self.timeline.wrote(mail, words, seconds=send_mail(mail, port=self.port))

    def _number_of(self, mail: EmailMessage) -> str:
        """The case that a mail of the play is in."""
        found = [one.case for one in self._taken if one.rfc_message_id == str(mail["Message-ID"])]
        if not found or found[0] is None:
            raise DemoFailed(f"the mail {mail['Subject']!r} is in no case")
        return str(found[0]["number"])

    def _expect_mail(self, kind: str, address: str, count: int = 1) -> EmailMessage:
        """The last of `count` mails of this kind at this address."""

        def arrived() -> list[Arrived]:
            found = [one for one in self._arrived if (one.kind, one.delivered.to) == (kind, address)]
            return found if len(found) >= count else []

        return self._wait(arrived, f"{kind.replace('_', ' ')} no. {count} at {address}")[-1].delivered.mail

    def _wait(self, condition: Callable[[], list[Arrived]], what: str) -> list[Arrived]:
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            self.look()
            if found := condition():
                return found
            if time.monotonic() > deadline:
                raise DemoFailed(
                    f"step {self._step}: {what} did not come within {STEP_SECONDS:.0f} s; {self.folder.log}"
                )
            time.sleep(_LOOK_EVERY)
