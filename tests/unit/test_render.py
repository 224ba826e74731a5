"""What a rendered mail says, and that nothing a person wrote becomes more than text in it."""

import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from responder import words
from responder.render import Rendered, TemplateFailed, find_faults, render
from responder.sample import make_sample
from responder.templates import Template, Templates, shipped_folder
from responder.values import CaseValue, MessageValue, SellerValue, Values
from responder.words import find_word, name_language, name_missing, say_time

SHIPPED = Templates(shipped=shipped_folder())
LAYOUT = (shipped_folder() / "_layout.html").read_text(encoding="utf-8")
TO_SELLERS = ("acknowledgement", "answer", "status", "reminder", "closing", "reopened", "refused")
TO_AGENTS = ("agent_mail", "agent_reminder", "escalation", "agent_report")
HOSTILE = (
    "{{7*7}} {% import os %}",
    "**bold** _it_ `code` ~~x~~",
    "[click](https://evil.example/) <https://evil.example/>",
    "![pixel](https://evil.example/p.png)",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "| a | b |",
    "# heading",
    "> quote",
    "\\* \\_ &amp; &#60;b&#62;",
    "\ue000\ue14a\ue002 \ue001\ue002",
)


def make_template(body: str, *, subject: str = "Hello", language: str = "en") -> Template:
    source = f"Subject: {subject}\n\n{body}"
    return Template(name="trial", language=language, source=source, layout=LAYOUT, path="en/trial.md")


def render_body(body: str, values: Values | None = None, **more: str) -> Rendered:
    return render(template=make_template(body, **more), values=values or make_sample("en"))


def with_case(**more: object) -> Values:
    sample = make_sample("en")
    return replace(sample, case=replace(sample.case, **more))  # type: ignore[arg-type]


def visible_text(html: str) -> str:
    body = HTMLParser(html).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", [*TO_SELLERS, *TO_AGENTS])
def test_every_shipped_template_renders_with_a_sample_and_with_hardly_anything(name: str, language: str) -> None:
    template = SHIPPED.find(name, [language])
    sample = make_sample(language)
    bare = replace(
        sample,
        case=CaseValue(
            number="4821773099", subject="", status="open", queue="", topic="other", language="", created=""
        ),
        seller=SellerValue(name="", address="a@shop.example"),
        body="",
    )
    for values in (sample, bare):
        rendered = render(template=template, values=values)
        assert "4821773099" in rendered.text
        assert "4821773099" in visible_text(rendered.html)
        assert rendered.subject
        assert f'lang="{language}"' in rendered.html
        assert max(len(line) for line in rendered.text.split("\n")) < 110
    assert find_faults(template) == []


@pytest.mark.parametrize("name", [*TO_SELLERS, *TO_AGENTS])
def test_no_mail_loads_anything_from_elsewhere(name: str) -> None:
    html = render(template=SHIPPED.find(name, ["en"]), values=make_sample("en")).html
    tree = HTMLParser(html)
    assert tree.css("img, link, script, iframe, object, base, form") == []
    assert "url(" not in html
    assert "@import" not in html
    assert "prefers-color-scheme: dark" in html
    assert {link.attributes["href"] for link in tree.css("a")} <= {
        "https://help.casepost.example/c/4f9aKq72",
        "https://sellercentral.example/asin/B08N5WRWNW",
        "mailto:support+aNOTE@casepost.example",
    }


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_acknowledgement_asks_for_just_what_is_missing_with_an_example(language: str) -> None:
    sample = make_sample(language)
    asked = replace(sample, case=replace(sample.case, missing=name_missing(["order_id"], language)))
    text = render(template=SHIPPED.find("acknowledgement", [language]), values=asked).text
    assert "302-1234567-7654321" in text
    assert "FBA15DRXKQ7T" not in text
    assert sample.queue.answer_by in " ".join(text.split())
    nothing = replace(sample, case=replace(sample.case, missing=()))
    assert "302-" not in render(template=SHIPPED.find("acknowledgement", [language]), values=nothing).text


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", ["acknowledgement", "status", "reminder", "closing", "reopened"])
def test_automatic_mail_to_a_seller_repeats_no_word_of_the_sender(name: str, language: str) -> None:
    mark = "BUYNOW"
    sample = make_sample(language)
    values = replace(
        sample,
        case=replace(sample.case, subject=mark),
        seller=SellerValue(name=mark, address=f"{mark}@evil.example"),
        message=replace(sample.message, text=mark, why=mark),
        body=mark,
    )
    rendered = render(template=SHIPPED.find(name, [language]), values=values)
    assert mark not in rendered.text
    assert mark not in visible_text(rendered.html)
    if name == "acknowledgement":
        assert mark not in rendered.subject + rendered.html


@pytest.mark.parametrize("hostile", HOSTILE)
def test_markup_in_a_value_is_shown_as_it_was_typed(hostile: str) -> None:
    values = replace(
        with_case(subject=hostile), seller=SellerValue(name=hostile, address="a@shop.example"), body=hostile
    )
    rendered = render_body(
        "Subject **{{ case.subject }}** of\n\n- {{ seller.name }}\n\n{{ body }}", values, subject="{{ case.subject }}"
    )
    assert rendered.subject == hostile
    assert rendered.text.count(hostile) == 3
    assert visible_text(rendered.html).count(" ".join(hostile.split())) == 3
    tree = HTMLParser(rendered.html)
    assert tree.css("a, img, script, em, code, h1, blockquote, table") == []
    assert len(tree.css("strong")) == 1


def test_a_persons_words_keep_their_lines_and_their_indentation() -> None:
    typed = "Dear Anna,\n\n  1. first\n     second " + "long " * 40 + "\n\n\n\nBye\n-- \nJonas\t!"
    rendered = render_body("{{ body }}\n\nEnd.", replace(make_sample("en"), body=typed))
    assert rendered.text == f"{typed}\n\nEnd.\n"
    paragraphs = HTMLParser(rendered.html).css("p.words")
    assert [paragraph.attributes["dir"] for paragraph in paragraphs] == ["auto"] * 4
    assert "&nbsp;&nbsp;1. first<br>" in rendered.html


def test_words_in_a_quotation_are_quoted_on_every_line() -> None:
    rendered = render_body("> {{ message.text }}", replace(make_sample("en")))
    assert all(line.startswith(">") for line in rendered.text.strip().split("\n"))


def test_markdown_becomes_what_a_person_would_type() -> None:
    source = (
        "# Head\n\nA **bold** [page]({{ case.page_url }}), [https://a.example/](https://a.example/),"
        " [write](mailto:{{ queue.address }})\nnext\\\nlast\n\n1. one\n2. two\n   - deep\n\nText\n\n"
        "    code\n\n| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n"
    )
    assert render_body(source).text.split("\n") == [
        "Head",
        "",
        "A bold page (https://help.casepost.example/c/4f9aKq72), https://a.example/,",
        "write (support@casepost.example) next",
        "last",
        "",
        "1. one",
        "2. two",
        "   - deep",
        "",
        "Text",
        "",
        "    code",
        "",
        "a | b | c",
        "1 | 2 | 3",
        "",
    ]


def test_template_paragraphs_wrap_at_76_columns_and_never_inside_a_number() -> None:
    lines = render_body("word " * 13 + "{{ case.identifiers[1].value }} 302-1234567-7654321 " * 6).text.split("\n")
    assert max(map(len, lines)) <= 76
    assert sum("302-1234567-7654321" in line for line in lines) >= 3


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " javascript:x", ""])
def test_a_link_with_another_scheme_is_no_link(url: str) -> None:
    rendered = render_body("[page]({{ case.page_url }})", with_case(page_url=url))
    assert HTMLParser(rendered.html).css("a[href]") == []


def test_a_value_inside_a_link_cannot_add_parts_to_it() -> None:
    rendered = render_body("[x](https://a.example/?q={{ case.subject }}&z=1)", with_case(subject='a&b=c#d"e'))
    link = HTMLParser(rendered.html).css_first("a")
    assert link is not None
    assert link.attributes["href"] == "https://a.example/?q=a%26b%3Dc%23d%22e&z=1"


@pytest.mark.parametrize(
    "source",
    [
        "{{ case.subject.__class__ }}",
        "{{ case.__class__.__mro__ }}",
        "{{ case['__class__'] }}",
        "{{ case | attr('subject') }}",
        "{{ case.subject | format(1) }}",
        "{{ case.subject.format(1) }}",
        "{{ case.subject.format }}",
        "{{ '{0.__class__}'.format_map(case) }}",
        "{{ case.subject.upper() }}",
        "{{ cycler }}",
        "{{ range(9) }}",
        "{{ self }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 'a' * 10**9 }}",
        "{{ body.center(10**9) }}",
        "{% for a in body %}x{% endfor %}",
        "{% for a in case.missing %}{% for b in case.missing %}{% endfor %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% set a = body ~ body %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
        "{{ body | replace('', body) | replace('', body) | replace('', body) | replace('', body) }}",
        "(" * 50_000 + "{{" + "(" * 5_000 + "1" + ")" * 5_000 + "}}",
        "x" * 70_000,
    ],
)
def test_a_template_that_reaches_too_far_is_refused_at_once(source: str) -> None:
    started = time.perf_counter()
    with pytest.raises(TemplateFailed):
        render_body(source, replace(make_sample("en"), body="word " * 1000))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("source", "line", "named"),
    [
        ("one\n\n{{ case.nunber }}\n", 5, "nunber"),
        ("one\n{{ unknown }}\n", 4, "unknown"),
        ("one\n\n{% if x %}\n", 5, "if"),
        ("one\n\ntwo {{ case.number | nofilter }}\n", 5, "nofilter"),
        ("{% if case.number == 'never' %}\n{{ seller.phone }}\n{% endif %}", 4, "phone"),
        ("{% for one in case.missing %}\n{{ one.label }}\n{{ two }}\n{% endfor %}", 5, "two"),
    ],
)
def test_a_fault_is_named_with_file_line_and_variable(source: str, line: int, named: str) -> None:
    [fault] = find_faults(make_template(source))[:1]
    assert (fault.name, fault.language) == ("trial", "en")
    assert named in fault.message
    assert fault.line == line
    assert f"en/trial.md, line {fault.line}" in str(fault)


def test_an_unknown_variable_fails_the_rendering_with_its_line() -> None:
    with pytest.raises(TemplateFailed) as caught:
        render_body("fine\n\n{{ case.nunber }}")
    assert caught.value.line == 5
    assert caught.value.message == "case has no attribute 'nunber'"


@pytest.mark.parametrize("source", ["Hello\n\nbody", "", "Subject:\n\nx", "Subject: x\nno blank line"])
def test_a_template_without_a_proper_head_is_refused(source: str) -> None:
    template = replace(make_template(""), source=source)
    with pytest.raises(TemplateFailed):
        render(template=template, values=make_sample("en"))
    assert len(find_faults(template)) == 1


def test_a_subject_is_one_clean_line_whatever_the_value() -> None:
    rendered = render_body("x", with_case(subject="a\r\nBcc: v@e\u2028\x00\u202eb"), subject="{{ case.subject }}")
    assert rendered.subject == "a Bcc: v@e b"


def test_a_tag_at_the_end_of_a_line_of_text_keeps_the_line_end() -> None:
    source = "- a{% if case.number %} b{% endif %}\n- c\n{% if case.number %}\n- d\n{% endif %}\n- e"
    assert render_body(source).text == "- a b\n- c\n- d\n- e\n"


def test_common_jinja_of_an_administrator_works() -> None:
    source = (
        "{% set who = seller.name or 'you' %}{{ 'CP-' ~ case.number }} {{ who | upper }} "
        "{{ case.missing | map(attribute='label') | join(', ') }} "
        "{{ nothing | default('none') }} {{ case.missing | length }}"
    )
    assert render_body(source).text == "CP-4821773099 ANNA SCHMIDT order number, FBA shipment ID none 2\n"


def test_a_name_that_holds_an_address_is_pointed_out_to_agents() -> None:
    message = MessageValue(author="support@market.example", address="x@evil.example", warning="name_address")
    values = replace(make_sample("en"), message=message)
    text = render(template=SHIPPED.find("agent_mail", ["en"]), values=values).text
    assert "support@market.example <x@evil.example>" in text
    assert "The name holds another address" in text


def test_a_megabyte_of_words_is_rendered_within_two_seconds() -> None:
    started = time.perf_counter()
    rendered = render_body("{{ body }}", replace(make_sample("en"), body="Zürich *x* 東京\n" * 50_000))
    assert time.perf_counter() - started < 2
    assert rendered.text.count("東京") == 50_000


def test_times_are_said_as_people_say_them() -> None:
    now = datetime(2026, 11, 12, 9, 2, tzinfo=UTC)
    at = datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
    assert (
        say_time(at, now=now, zone="Europe/Berlin", language="en")
        == "tomorrow, Friday 13 November, 10:00 (Berlin time)"
    )
    assert (
        say_time(now, now=now, zone="Europe/Berlin", language="de")
        == "heute, Donnerstag, 12. November, 10:02 Uhr (Zeit in Berlin)"
    )
    assert say_time(at, now=now, zone="Etc/UTC", language="en").endswith("09:00 (UTC)")
    assert "vendredi 13 novembre" in say_time(at, now=now, zone="Europe/Berlin", language="fr")


def test_every_kind_has_a_name_and_what_can_be_asked_for_an_example_in_every_language() -> None:
    kinds = tomllib.loads((shipped_folder() / "en" / words.WORDS).read_text(encoding="utf-8"))["labels"]
    assert len(kinds) == 15
    for language in ("en", "de"):
        for one in name_missing(kinds, language):
            assert one.label != one.kind
            assert one.example
    assert find_word("returns", "de") == "Rücksendung"
    assert find_word("unheard", "de") == "unheard"
    assert (name_language("de", "en"), name_language("zz-", "en")) == ("German", "zz-")
