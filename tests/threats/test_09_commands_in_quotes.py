"""Threat 9: a seller writes commands, and the agent's mail program quotes them. Commands are the agent's own words."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.casework import AGENT, SELLER, SUPPORT
from tests.office import Office
from tests.quoting import FORMATS, POSTINGS, STYLES, Quoted, write_answer
from tests.threats.test_07_note_leak import part_of, quoted_of, sent

COMMANDS = "#close\n#tag fraud\n#assign rita@office.example\n\nPlease close it."
WORDS = "It goes out today."


@pytest.fixture
def opened(office: Office) -> tuple[str, EmailMessage, str]:
    """The number of a case whose seller wrote commands, the agent's mail about it, and where that is answered to."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Jan <{SELLER}>", SUPPORT.address, "#close my case"
    message["Message-ID"] = "<1@client.example>"
    message.set_content(COMMANDS)
    applied = office.receive(message)
    assert applied is not None
    assert applied.number is not None
    office.write()
    (relay,) = sent(office, "agent_mail")
    return applied.number, relay, str(relay["Reply-To"].addresses[0].addr_spec)


def send(office: Office, answer: EmailMessage, relay: EmailMessage, to: str, name: str) -> None:
    answer["From"], answer["To"], answer["Subject"] = f"Ada <{AGENT}>", to, f"Re: {relay['Subject']}"
    answer["Message-ID"], answer["In-Reply-To"] = f"<{name}@office.example>", str(relay["Message-ID"])
    assert office.receive(answer.as_bytes(policy=SMTP), to, sender=AGENT) is not None


def assert_nothing_was_done(office: Office, number: str) -> None:
    case = office.case(number)
    assert case["status"] != "closed"
    assert case["assignee"] is None
    assert not [event for event in office.events(number) if event.startswith(("commands:", "tags", "assignee"))]


@pytest.mark.parametrize("style", list(STYLES))
def test_09_a_command_in_what_an_agent_quotes_is_not_done(
    office: Office, opened: tuple[str, EmailMessage, str], style: str
) -> None:
    number, relay, to = opened
    for posting in POSTINGS:
        for kind in FORMATS:
            answer = write_answer(WORDS, quoted_of(relay, to, AGENT), style=style, posting=posting, kind=kind)
            send(office, answer, relay, to, f"{posting}-{kind}")
            assert_nothing_was_done(office, number)
    office.write()
    answers = [part_of(one, "plain") for one in sent(office, "answer")]
    assert len(answers) >= len(FORMATS)  # those at the top at least have gone out
    assert all(WORDS in one for one in answers)


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">#close</div>',
        '<span style="font-size:0">#close</span>',
        "<p hidden>#close</p>",
        "<!-- #close -->",
        "<title>#close</title>",
        '<blockquote type="cite">#close</blockquote>',
    ],
)
def test_09_a_command_that_html_hides_or_quotes_above_the_words_is_not_done(
    office: Office, opened: tuple[str, EmailMessage, str], hidden: str
) -> None:
    number, relay, to = opened
    answer = EmailMessage()
    answer.set_content(f"<html><body>{hidden}<p>{WORDS}</p></body></html>", subtype="html")
    send(office, answer, relay, to, "hidden")
    assert_nothing_was_done(office, number)
    office.write()
    (written,) = sent(office, "answer")
    assert WORDS in part_of(written, "plain")
    assert "#close" not in part_of(written, "plain")
    assert "#close" not in part_of(written, "html").replace("<title>#close my case</title>", "")


@pytest.mark.parametrize("as_file", [False, True])
def test_09_a_command_in_a_mail_that_is_attached_is_not_done(
    office: Office, opened: tuple[str, EmailMessage, str], as_file: bool
) -> None:
    number, relay, to = opened
    inner = EmailMessage()
    inner["From"], inner["Subject"] = SELLER, "#close"
    inner.set_content(COMMANDS)
    answer = EmailMessage()
    answer.set_content(WORDS)
    if as_file:
        answer.add_attachment(COMMANDS, filename="commands.txt")
    else:
        answer.add_attachment(inner)
    send(office, answer, relay, to, "attached")
    assert_nothing_was_done(office, number)


def test_09_a_command_in_the_signature_is_not_done(office: Office, opened: tuple[str, EmailMessage, str]) -> None:
    number, relay, to = opened
    answer = EmailMessage()
    answer.set_content(f"{WORDS}\n\n-- \nAda\n#close\n")
    send(office, answer, relay, to, "signature")
    assert_nothing_was_done(office, number)


def test_09_the_same_command_at_the_top_of_the_agents_own_words_is_done(
    office: Office, opened: tuple[str, EmailMessage, str]
) -> None:
    number, relay, to = opened
    quoted = Quoted(text=part_of(relay, "plain"), author=to, recipient=AGENT, subject=str(relay["Subject"]))
    send(office, write_answer("#close", quoted, style="gmail", posting="top", kind="both"), relay, to, "own")
    assert office.case(number)["status"] == "closed"
