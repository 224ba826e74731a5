"""Threat 18: a template that never ends or grows without end keeps nobody waiting.

Jinja's sandbox lets `'%1000000000d'`, `"a"*10**9` and `center()` make a gigabyte in half a second, and a nested loop
over range(99999) never ends.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from responder import budget
from responder.render import TemplateFailed, find_faults, render
from responder.sample import make_sample
from responder.templates import Template, shipped_folder
from tests.service import Service, mail, sent_to, text_of
from tests.sink import Sink

_ROWS = "[" + ",".join("1" * 200) + "]"
_MILLION = "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a|replace('a', 'aaaaaaaaaa') %}" * 5
_REFUSED = {
    "percent": "{{ '%1000000000d' % 1 }}",
    "product": "{{ 'a' * 10**9 }}",
    "center": "{{ 'a'.center(999999999) }}",
    "center filter": "{{ 'a'|center(999999999) }}",
    "nested range": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "indent": "{{ 'a'|indent(999999999) }}",
    "session": "{{ case.session.bind.url }}",
    "long list": "{{ [1, 2]|list * 99999999 }}",
    "recursion": "{% for a in case.missing recursive %}{{ loop([a]) }}{% endfor %}",
    "deep filters": "{{ 'a'" + "|upper" * 9000 + " }}",
    "deep brackets": "{{ " + "(" * 15000 + "1" + ")" * 15000 + " }}",
    "deep conditions": "{% if 1 %}" * 150 + "{% endif %}" * 150,
    "long number": "{{ " + "9" * 60000 + " }}",
}
# Each step is within its limit; it is their number that costs.
_DEAR = {
    "many titles": _MILLION + "{% set b = a|title %}" * 2500,
    "many texts at once": _MILLION + "".join(f"{{% set b{n} = a ~ a %}}" for n in range(2000)),
    "many lists": _MILLION + "{% set b = [" + ",".join(["a|list"] * 5000) + "] %}",
    "doubling in a loop": _MILLION
    + f"{{% for x in {_ROWS} %}}{{% set a = a ~ a %}}{{% endfor %}}{{{{ a ~ a ~ a }}}}" * 9,
    "looking for a letter": _MILLION
    + f"{{% for x in {_ROWS} %}}"
    + "{% if 'b' in a %}{% endif %}" * 2000
    + "{% endfor %}",
    "comparing": _MILLION
    + "{% set c = a ~ '' %}"
    + f"{{% for x in {_ROWS} %}}"
    + "{% if c == a %}{% endif %}" * 2000
    + "{% endfor %}",
    "testing": _MILLION
    + "{% set c = a ~ '' %}"
    + f"{{% for x in {_ROWS} %}}"
    + "{% if c is eq a %}{% endif %}" * 2000
    + "{% endfor %}",
    "many values": f"{{% for x in {_ROWS} %}}" + "{{ x }}\n\n" * 4000 + "{% endfor %}",
    "many paragraphs": f"{{% for x in {_ROWS} %}}" + "a\n\n" * 4000 + "{% endfor %}",
    "many stars": f"{{% for x in {_ROWS} %}}" + "*a* " * 15000 + "{% endfor %}",
    "a long source": "a" * 10**7,
}


def _own(source: str, *, behind: Template | None = None) -> Template:
    layout = (shipped_folder() / "_layout.html").read_text(encoding="utf-8")
    text = f"Subject: s\n\n{source}\n"
    return Template(name="own", language="en", source=text, layout=layout, path="own.md", otherwise=behind)


@pytest.mark.parametrize("name", _REFUSED)
def test_18_a_bomb_is_refused_at_once(name: str) -> None:
    started = time.thread_time()
    assert find_faults(_own(_REFUSED[name]))
    with pytest.raises(TemplateFailed):
        render(template=_own(_REFUSED[name]), values=make_sample("en"))
    assert time.thread_time() - started < 1


@pytest.mark.parametrize("name", [*_REFUSED, *_DEAR])
def test_18_the_last_good_template_is_used_in_place_of_a_bomb(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert budget.MAX_SECONDS <= 2
    monkeypatch.setattr(budget, "MAX_SECONDS", 0.3)
    started = time.thread_time()
    bomb = _own((_REFUSED | _DEAR)[name], behind=_own("The last good one."))
    assert "The last good one." in render(template=bomb, values=make_sample("en")).text
    assert time.thread_time() - started < 1.3


@pytest.fixture(scope="module")
def with_bombs(tmp_path_factory: pytest.TempPathFactory, shared_sink: Sink) -> Iterator[Service]:
    """A service whose administrator has put bombs in place of two templates and of the frame."""
    folder = tmp_path_factory.mktemp("service")
    _write(folder / "own" / "en" / "acknowledgement.md", "Subject: own\n\n" + _DEAR["many titles"])
    _write(folder / "own" / "de" / "acknowledgement.md", "Subject: own\n\n" + _REFUSED["nested range"])
    _write(folder / "own" / "en" / "agent_mail.md", "Subject: {{ case.nunber }}\n\n{{ ''.__class__ }}")
    _write(folder / "own" / "_layout.html", _REFUSED["center"] + "{{ content }}")
    with Service(folder, shared_sink, config='templates_dir = "own"') as running:
        yield running


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_18_acknowledgements_keep_flowing_though_an_administrators_templates_are_bombs(
    with_bombs: Service, shared_sink: Sink
) -> None:
    began = time.monotonic()
    for n in range(20):
        english = "Where is the money for my order 302-1234567-7654321? I have been waiting since Monday."
        german = "Wo bleibt das Geld für meine Bestellung 302-1234567-7654321? Ich warte seit Montag darauf."
        seller = f"seller{n}@shop.example"
        with_bombs.send(mail(f"Question {n}", german if n % 2 else english, sender=seller), sender=seller)
    got = [sent_to(shared_sink, f"seller{n}@shop.example")[0] for n in range(20)]
    assert time.monotonic() - began < 10
    assert {str(one["Content-Language"]) for one in got} == {"en", "de"}
    assert all("own" not in str(one["Subject"]) for one in got)
    assert all("302-1234567-7654321" in text_of(one) or "CP-" in text_of(one) for one in got)
    log = with_bombs.log.read_text()
    assert "template not used: de/acknowledgement.md, line 3: “call” is not available" in log
    assert "template not used: en/acknowledgement.md" in log
    assert "in _layout.html" in log
