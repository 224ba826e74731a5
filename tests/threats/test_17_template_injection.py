"""Threat 17: words of a mail are data and never a template; an administrator's template reaches nothing of Python's.

Sandbox escapes of Jinja2: CVE-2024-56326, CVE-2024-56201, CVE-2025-27516.
"""

from email.message import EmailMessage

import pytest
from selectolax.lexbor import LexborHTMLParser

from responder.render import TemplateFailed, find_faults, render
from responder.sample import make_sample
from responder.templates import Template, Templates, shipped_folder
from tests.seen import all_of, wait_until_quiet
from tests.service import AGENT, Service, answer, mail, parsed, sent_to, text_of
from tests.sink import Sink

_INJECTED = (
    "{{7*7}}",
    "{% import os %}",
    "{{ ''.__class__.__mro__ }}",
    "{% for x in range(99999) %}a{% endfor %}",
    "{# gone #}{{ case.number }}",
    "${7*7}<%= 7*7 %>#{7*7}%s%d{0}",
)
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('*<>/|?":', "_"))


def _injected_mail(words: str, seller: str) -> EmailMessage:
    hostile = mail(f"Where is {words}?", f"My SKU: {words}\nOrder 302-1234567-7654321\n{words}", sender=seller)
    hostile.replace_header("From", f'"{words}" <{seller}>')
    hostile.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename=f"{words} list.csv")
    return hostile


@pytest.mark.parametrize("number", range(len(_INJECTED)))
def test_17_template_code_in_a_mail_is_shown_as_it_stands(
    shared_service: Service, shared_sink: Sink, number: int
) -> None:
    words, seller = _INJECTED[number], f"seller{number}@shop.example"
    shared_service.send(_injected_mail(words, seller), sender=seller)
    sent_to(shared_sink, seller)
    wait_until_quiet(shared_service)
    relay = sent_to(shared_sink, AGENT, number + 1)[number]
    reply, to = answer(relay, f"You wrote {words}.", sender=AGENT)
    shared_service.send(reply, sender=AGENT, to=[to])
    answered = sent_to(shared_sink, seller, 2)[1]

    for one in (relay, answered):
        assert f"Where is {words}?" in str(one["Subject"])
        assert words in text_of(one)
        html = one.get_body(("html",))
        assert html is not None
        assert words in LexborHTMLParser(html.get_content()).text()
    assert words in str(relay["From"])
    assert text_of(relay).count(words) >= 3
    (attached,) = relay.iter_attachments()
    assert words.translate(_NOT_IN_NAMES) in (attached.get_filename() or "")
    assert not [one for one in shared_sink.mails if ">49<" in all_of(one) or " 49" in text_of(parsed(one))]


_REACHING = (
    "{{ ''.__class__ }}",
    "{{ case.__class__.__mro__ }}",
    "{{ case|attr('__class__') }}",
    "{{ case['__class__'] }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    "{{ '{0.__class__}'.format(case) }}",
    "{{ '{x.__class__}'.format_map(case) }}",
    "{{ ''|format }}",
    "{{ '%s'|format(case) }}",
    "{{ '%s' % case }}",
    "{{ case.number.format }}",
    "{{ [case]|map(attribute='__class__')|list }}",
    "{{ [case]|map('attr', '__class__')|first }}",
    "{{ [case]|selectattr('__class__')|first }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ joiner }}",
    "{{ dict(a=1) }}",
    "{{ request }}",
    "{{ config }}",
    "{{ loop.__class__ }}",
    "{% import os %}",
    "{% from 'os' import system %}",
    "{% include '/etc/passwd' %}",
    "{% extends '../_layout.html' %}",
    "{% macro a() %}{% endmacro %}{{ a.__globals__ }}",
    "{% call a() %}{% endcall %}",
    "{% set x = case %}{{ x.__reduce__ }}",
    "{% block a %}{{ super() }}{% endblock %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{% with a = case %}{{ a.__class__ }}{% endwith %}",
    "{{ case }}",
    "{{ case.identifiers.append }}",
    "{{ case.number.__len__() }}",
    "{{ 'a'|xmlattr }}",
    "{{ case|tojson }}",
    "{{ case|pprint }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{% autoescape false %}{{ case.number }}{% endautoescape %}",
    "{% do case.x() %}",
    "{% debug %}",
    "{% raw %}{% endraw %}{{ ''|safe }}",
)


@pytest.mark.parametrize("source", _REACHING)
def test_17_a_template_that_reaches_for_python_is_refused(source: str) -> None:
    layout = (shipped_folder() / "_layout.html").read_text(encoding="utf-8")
    template = Template(name="own", language="en", source=f"Subject: s\n\n{source}\n", layout=layout, path="own.md")
    with pytest.raises(TemplateFailed):
        render(template=template, values=make_sample("en"))


@pytest.mark.parametrize("source", _REACHING)
def test_17_a_frame_that_reaches_for_python_is_refused(source: str) -> None:
    shipped = Templates(shipped=shipped_folder()).find("status", ["en"])
    template = Template(name="own", language="en", source=shipped.source, layout=source, path="own.md")
    assert find_faults(template) or _fails(template)


def _fails(template: Template) -> bool:
    try:
        render(template=template, values=make_sample("en"))
    except TemplateFailed:
        return True
    return False
