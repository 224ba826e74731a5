"""History and signatures in HTML mail, as each mail program writes them, in several languages."""

import pytest

from ingest.read.defects import Defects
from ingest.read.html import html_to_text
from ingest.read.html_quotes import MARKS, Mark, MarkRule, is_attribution
from ingest.read.reply_text import split_reply


def read(html: str) -> str:
    return html_to_text(html, Defects())


def new(html: str) -> str:
    return split_reply(read(html)).new


@pytest.mark.parametrize("rule", MARKS, ids=lambda rule: f"{rule.program} {rule.mark.name}")
def test_each_mark_is_found_in_its_example(rule: MarkRule) -> None:
    assert any(name in rule.example.lower() for name in rule.names)
    lines = read(rule.example).split("\n")
    assert lines[0] == "NEW"
    assert all(line.startswith("> ") for line in lines if "OLD" in line)
    assert not any(line.startswith(">") for line in lines if "NEW" in line)
    if rule.mark is Mark.SIGNATURE:
        assert lines[lines.index("SIG") - 1] in ("--", "-- ")
        assert split_reply("\n".join(lines)).new == "NEW"
    else:
        assert any("OLD" in line for line in lines)


@pytest.mark.parametrize("rule", MARKS, ids=lambda rule: f"{rule.program} {rule.mark.name}")
def test_a_mark_inside_of_history_changes_nothing(rule: MarkRule) -> None:
    lines = read(f'<p>first</p><blockquote type="cite">{rule.example}</blockquote><p>last</p>').split("\n")
    assert lines[0] == "first"
    assert lines[-1] == "last"
    assert all(line.startswith(">") for line in lines[1:-1] if line)
    assert "-- " not in lines


GMAIL = (
    '<div dir="ltr"><div>{new}</div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
    'class="gmail_attr">{attribution}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
    'border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">Old words</div></blockquote></div>'
)
APPLE = (
    '<html><body dir="auto">{new}<br><div><br><blockquote type="cite"><div>{attribution}</div><br '
    'class="Apple-interchange-newline"><div>Old words</div></blockquote></div><br></body></html>'
)
IOS = (
    '<html><body dir="auto">{new}<div dir="ltr"><br><blockquote type="cite">{attribution}<br><br></blockquote></div>'
    '<blockquote type="cite"><div dir="ltr">Old words</div></blockquote></body></html>'
)
THUNDERBIRD = (
    '<html><body><p>{new}</p><div class="moz-cite-prefix">{attribution}<br></div>'
    '<blockquote type="cite" cite="mid:1@help.example"><p>Old words</p></blockquote><br></body></html>'
)
YAHOO = (
    '<div class="ydp1a2b3c4dyahoo-style-wrap"><div dir="ltr">{new}</div><div><br></div></div><div '
    'id="ydp5e6f7a8byahoo_quoted_1234567890" class="ydp5e6f7a8byahoo_quoted"><div><div>{attribution}</div>'
    "<div><br></div><div>Old words</div></div></div>"
)
PROTON = (
    '<div style="font-family:Arial">{new}</div><div class="protonmail_signature_block">'
    '</div><div class="protonmail_quote">{attribution}<br><br><blockquote class="protonmail_quote" type="cite">'
    "Old words</blockquote><br></div>"
)
YANDEX = "<div>{new}</div><div>\xa0</div><div>{attribution}</div><blockquote><div>Old words</div></blockquote>"
MAIL_RU = (
    '<p>{new}</p><br>{attribution}<br><blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px">'
    "<div>Old words</div></blockquote>"
)
NETEASE = (
    '<div style="line-height:1.7">{new}<br><br><br><div id="divNeteaseMailCard"></div><br>{attribution}<br>'
    '<blockquote id="isReplyContent" style="PADDING-LEFT:1ex;MARGIN:0 0 0 0.8ex;BORDER-LEFT:#ccc 1px solid">Old words'
    "</blockquote></div>"
)
ROUNDCUBE = '<p>{new}</p><p id="reply-intro">{attribution}</p><blockquote type="cite"><div>Old words</div></blockquote>'
TUTA = (
    "<div>{new}<br></div><div><br></div><div>{attribution}<br></div>"
    '<blockquote class="tutanota_quote">Old words</blockquote>'
)
ZOHO = (
    '<div>{new}<br></div><div class="zmail_extra" ><br><div id="Zm-_Id_-Sgn1">{attribution}'
    '<br></div><br><blockquote id="blockquote_zmail"><div>Old words</div></blockquote></div>'
)
OX = (
    '<div class="default-style">{new}</div><blockquote type="cite"><div>{attribution}</div>'
    "<div>Old words</div></blockquote>"
)
PROGRAMS = {
    name: form
    for name, form in globals().items()
    if isinstance(form, str) and name.isupper() and "{attribution}" in form
}
ATTRIBUTIONS = (
    "On Thu, Nov 12, 2026 at 10:02 AM Support &lt;<a href='mailto:s@help.example'>s@help.example</a>&gt; wrote:",
    "Am 12.11.26 um 10:02 schrieb Support:",
    "Am Do., 12. Nov. 2026 um 10:02 Uhr schrieb Support &lt;s@help.example&gt;:",
    "Le jeu. 12 nov. 2026 à 10:02, Support &lt;s@help.example&gt; a écrit :",
    "Il giorno gio 12 nov 2026 alle ore 10:02 Supporto &lt;s@help.example&gt; ha scritto:",
    "El jue, 12 nov 2026 a las 10:02, Soporte (&lt;s@help.example&gt;) escribió:",
    "Op do 12 nov 2026 om 10:02 schreef Support &lt;s@help.example&gt;:",
    "czw., 12 lis 2026 o 10:02 Wsparcie &lt;s@help.example&gt; napisał(a):",
    "Den tors 12 nov. 2026 kl 10:02 skrev Support &lt;s@help.example&gt;:",
    "Destek &lt;s@help.example&gt;, 12 Kas 2026 Per, 10:02 tarihinde şunu yazdı:",
    "2026年11月12日(木) 10:02 サポート &lt;s@help.example&gt;:",
    "客服 &lt;s@help.example&gt; 于2026年11月12日周四 10:02写道：",
    "čt 12. 11. 2026 v 10:02 odesílatel Podpora &lt;s@help.example&gt; napsal:",
    "Em qui., 12 de nov. de 2026 às 10:02, Suporte &lt;s@help.example&gt; escreveu:",
    "to 12. marrask. 2026 klo 10.02 Tuki (s@help.example) kirjoitti:",
    "12.11.2026, 10:02, &quot;Support&quot; &lt;s@help.example&gt;:",
    "Чт, 12 ноя 2026 10:02 +0300 от Support &lt;s@help.example&gt;:",
)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_history_of_each_program_in_each_language(program: str, attribution: str) -> None:
    html = PROGRAMS[program].replace("{attribution}", attribution)
    words = "Order 302-1234567-7654321 has not come.<br><br>Please look:<br>it is urgent."
    text = read(html.replace("{new}", words))
    assert "> Old words" in text
    assert split_reply(text).new == "Order 302-1234567-7654321 has not come.\n\nPlease look:\nit is urgent."


OUTLOOK_STYLES = (
    "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm",
    "border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in",
    "border-right:none; border-bottom:none; border-left:none; border-top:1pt solid rgb(225,225,225)",
    "border-width: 1pt medium medium; border-style: solid none none; border-color: rgb(225, 225, 225) currentcolor",
    "padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; border-top-style: solid;",
)
OUTLOOK_LABELS = (
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    ("Od", "Odesláno", "Komu", "Předmět"),
    ("差出人", "送信日時", "宛先", "件名"),
)


@pytest.mark.parametrize("labels", OUTLOOK_LABELS)
@pytest.mark.parametrize("style", OUTLOOK_STYLES)
def test_history_of_outlook_begins_at_its_line(style: str, labels: tuple[str, ...]) -> None:
    values = ("Support &lt;s@help.example&gt;", "12.11.2026 10:02", "me@shop.example", "Your case")
    lines = "<br>".join(f"<b>{label}:</b> {value}" for label, value in zip(labels, values, strict=True))
    html = (
        "<div class=WordSection1><p class=MsoNormal>Still open.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
        f"<div><div style='{style}'><p class=MsoNormal>{lines}</p></div></div>"
        "<p class=MsoNormal>Old words</p></div><p>more old</p>"
    )
    assert new(html) == "Still open."
    assert read(html).endswith("> Old words\n>\n> more old")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # A box with a line on top that is no header of a mail
        (
            "<p>Data:</p><div style='border-top:solid #ccc 1pt'><b>SKU:</b> A-1<br>B</div><p>end</p>",
            "Data:\n\nSKU: A-1\nB\n\nend",
        ),
        ("<p>a</p><div style='border-top:solid #E1E1E1 1pt'>© 2026 shop@x.example</div>", "a\n\n© 2026 shop@x.example"),
        (
            "<p>a</p><div style='border-top:solid #ccc 1pt'><b>SKU:</b> A-1<br><b>Datum:</b> 12.11.2026</div>",
            "a\n\nSKU: A-1\nDatum: 12.11.2026",
        ),
        # Indented words are no quotation
        ("<p>a</p><blockquote style='margin:0 0 0 40px;border:none;padding:0px'>b</blockquote>", "a\n\nb"),
        (
            "<p>a</p><blockquote class=gmail_quote style='margin:0 0 0 40px;border:none;padding:0px'>b</blockquote>",
            "a\n\nb",
        ),
        ("<p>Steps:</p><blockquote>b</blockquote><p>c</p>", "Steps:\n\nb\n\nc"),
        # An empty appendonsend ends every mail written in Outlook on the web
        ("<div>a</div><div id=appendonsend></div><div>b</div>", "a\nb"),
        ("<div>a</div><div id=appendonsend></div><hr><div>b</div>", "a\n\n> b"),
        # Names that others use for something else
        ("<p>a</p><div class=signature>b</div><p class=quote>c</p><p class=reference>d</p>", "a\n\nb\n\nc\n\nd"),
        # No signature, no line above it
        ("<p>a</p><div id=Signature><br></div>", "a"),
        ("<p>a</p><div id=Signature></div><hr><div id=divRplyFwdMsg>b</div>", "a\n\n> b"),
        # The program wrote the line itself
        ("<p>a</p><div class=moz-signature>-- <br>b</div>", "a\n\n--\nb"),
        ("a<br><span>-- </span><br><div class=gmail_signature>b</div>", "a\n--\nb"),
    ],
)
def test_what_only_looks_like_history_or_a_signature(html: str, expected: str) -> None:
    assert read(html) == expected


def test_answers_between_quotations_stay_visible() -> None:
    html = (
        '<div class="moz-cite-prefix">On 12/11/2026 10:02, Support wrote:</div><blockquote type="cite">Which order?'
        '</blockquote><p>302-1234567-7654321</p><blockquote type="cite">And when?</blockquote><p>Monday</p>'
    )
    assert new(html) == "302-1234567-7654321\n\nMonday"


def test_answers_between_quotations_of_gmail_stay_visible() -> None:
    style = "margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"
    html = (
        '<div dir="ltr"></div><div class="gmail_quote"><div class="gmail_attr">On Thu, Nov 12, 2026 at 10:02 AM Support'
        f' &lt;s@help.example&gt; wrote:</div><blockquote class="gmail_quote" style="{style}">Which order?</blockquote>'
        f'<div>302-1234567-7654321</div><blockquote class="gmail_quote" style="{style}">And when?</blockquote>'
        "<div>Monday</div></div>"
    )
    assert new(html) == "302-1234567-7654321\n\nMonday"


def test_an_answer_below_the_quotation_stays_visible() -> None:
    html = (
        '<div class="gmail_quote">On Thu, Nov 12, 2026 at 10:02 AM Support &lt;s@help.example&gt; wrote:<br>'
        '<blockquote class="gmail_quote">Which order?</blockquote></div><div>302-1234567-7654321</div>'
    )
    assert new(html) == "302-1234567-7654321"


def test_a_forwarded_mail_below_words_is_history() -> None:
    html = (
        '<div dir="ltr">Look at this<br><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        'class="gmail_attr">---------- Forwarded message ---------<br>Od: <b>Sklep</b><br>Date: 12.11.2026</div><br>'
        'Dear seller,<blockquote type="cite">older</blockquote>order 302-1234567-7654321</div></div>'
    )
    assert new(html) == "Look at this"
    assert "> order 302-1234567-7654321" in read(html)


def test_a_mail_forwarded_without_a_word_carries_no_marks() -> None:
    html = (
        '<div id="divRplyFwdMsg"><b>From:</b> a@b.example</div><div>Old<blockquote type="cite">older</blockquote></div>'
    )
    assert read(html) == "From: a@b.example\nOld\n> older"


def test_a_mail_forwarded_with_a_signature_only_carries_no_marks() -> None:
    html = '<div class=gmail_signature>Shop</div><div class="gmail_quote">------ Forwarded message ------<br>Old</div>'
    assert read(html) == "-- \nShop\n------ Forwarded message ------\nOld"


def test_quotations_in_quotations_have_a_mark_each() -> None:
    html = 'a<blockquote type="cite">b<blockquote type="cite">c</blockquote>d</blockquote>e'
    assert read(html) == "a\n> b\n> > c\n> d\ne"


def test_a_quotation_in_a_table_is_marked() -> None:
    html = '<table><tr><td>a<blockquote type="cite">b</blockquote></td></tr></table>'
    assert read(html) == "a\n> b"


def test_history_that_begins_in_a_table_goes_on_behind_it() -> None:
    html = "<table><tr><td>a</td></tr><tr><td><hr id=stopSpelling>b</td></tr></table><p>c</p>"
    assert read(html) == "a\n> b\n>\n> c"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("<div id='Signature'>Webb Golf Ltd<br>Tel 020 7946 0812</div>", "Hello."),
        (
            "<div id='Signature'><div>Kind regards</div><div>Marcus</div><div>Webb Golf Ltd</div></div>",
            "Hello.\n\nKind regards\nMarcus",
        ),
        (
            "<div class='gmail_signature'>Viele Grüße<br>Kristin Ahlers<br>Wollzauber GbR</div>",
            "Hello.\n\nViele Grüße\nKristin Ahlers",
        ),
        ("<div id='ms-outlook-mobile-signature'>Hanki Outlook for Android</div>", "Hello."),
        ("<div id='composer_signature'>Odesláno z mého zařízení Galaxy</div>", "Hello."),
    ],
)
def test_a_closing_in_a_signature_is_kept_and_the_rest_is_not(signature: str, expected: str) -> None:
    assert new(f"<div>Hello.</div><div><br></div>{signature}") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12. marrask. 2026 klo 10.02 Tuki <s@help.example> kirjoitti:", True),
        ("On Thursday, November 12, 2026 at 10:02 AM, Support wrote", True),
        ("---- On Thu, 12 Nov 2026 10:02:33 +0100 Support <s@help.example> wrote ----", True),
        ("The buyer said:", False),
        ("Here are 3 questions:", False),
        ("Order 302-1234567-7654321 was sent on 12.11.2026 at 10:02.", False),
    ],
)
def test_the_line_above_a_quotation_has_a_time_and_ends_in_a_colon(line: str, *, expected: bool) -> None:
    assert is_attribution(line) is expected
