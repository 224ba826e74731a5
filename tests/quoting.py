"""Answers as mail programs write them: where the new words stand, how the old ones are marked, in text and in HTML."""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

POSTINGS = ("top", "inline", "bottom")
FORMATS = ("plain", "html", "both", "flowed")
_INLINE_LINES = 4


@dataclass(frozen=True)
class Quoted:
    """The mail that is answered, as the answer shows it."""

    text: str
    author: str
    recipient: str
    subject: str


@dataclass(frozen=True)
class Style:
    """How a mail program shows the mail that is answered: what stands above it, and how each line is marked."""

    above: Callable[[Quoted], list[str]]
    mark: str = ""
    html_above: str = "<p>{above}</p>"
    html_open: str = "<div>"
    html_close: str = "</div>"


def _block(labels: tuple[str, str, str, str], when: str) -> Callable[[Quoted], list[str]]:
    def lines(quoted: Quoted) -> list[str]:
        values = (quoted.author, when, quoted.recipient, quoted.subject)
        return [f"{label}: {value}" for label, value in zip(labels, values, strict=True)] + [""]

    return lines


_EN = _block(("From", "Sent", "To", "Subject"), "Monday, 23 November 2026 10:02")
_DE = _block(("Von", "Gesendet", "An", "Betreff"), "Montag, 23. November 2026 10:02")
_OUTLOOK = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p>{above}</p></div>'
_CITE = '<blockquote type="cite">'

STYLES = {
    "thunderbird": Style(
        lambda quoted: [f"Am 23.11.26 um 10:02 schrieb {quoted.author}:"],
        mark="> ",
        html_above='<div class="moz-cite-prefix">{above}</div>',
        html_open=_CITE,
        html_close="</blockquote>",
    ),
    "gmail": Style(
        lambda quoted: [f"On Mon, Nov 23, 2026 at 10:02 AM Jan via support <{quoted.author}> wrote:", ""],
        mark="> ",
        html_above='<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{above}</div></div>',
        html_open='<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">',
        html_close="</blockquote>",
    ),
    "apple": Style(
        lambda quoted: [f"> On 23. Nov 2026, at 10:02, Jan via support <{quoted.author}> wrote:", ">"],
        mark="> ",
        html_open=_CITE,
        html_close="</blockquote>",
    ),
    "outlook": Style(_EN, html_above=_OUTLOOK),
    "outlook-de": Style(_DE, html_above=_OUTLOOK),
    "original-message": Style(lambda quoted: ["-----Original Message-----", *_EN(quoted)]),
    "forwarded-message": Style(lambda quoted: ["---------- Forwarded message ---------", *_EN(quoted)]),
    "marks-alone": Style(lambda _quoted: [], mark="> ", html_open=_CITE, html_close="</blockquote>"),
    "pasted": Style(lambda _quoted: []),
}


def write_answer(words: str, quoted: Quoted, *, style: str, posting: str, kind: str) -> EmailMessage:
    """An answer without header fields but those of its body."""
    mail = EmailMessage(policy=SMTP)
    plain = _plain(words, quoted, STYLES[style], posting)
    html = _html(words, quoted, STYLES[style], posting)
    if kind == "html":
        mail.set_content(html, subtype="html")
    elif kind == "flowed":
        mail.set_content(plain, params={"format": "flowed"})
    else:
        mail.set_content(plain)
        if kind == "both":
            mail.add_alternative(html, subtype="html")
    return mail


def _plain(words: str, quoted: Quoted, style: Style, posting: str) -> str:
    above = style.above(quoted)
    lines = [f"{style.mark}{line}".rstrip() for line in quoted.text.split("\n")]
    if posting == "top":
        return "\n".join([words, "", *above, *lines, ""])
    if posting == "bottom":
        return "\n".join([*above, *lines, "", words, ""])
    return "\n".join([*above, *lines[:_INLINE_LINES], "", words, "", *lines[_INLINE_LINES:], ""])


def _html(words: str, quoted: Quoted, style: Style, posting: str) -> str:
    above = (
        style.html_above.format(above="<br>\n".join(map(escape, style.above(quoted)))) if style.above(quoted) else ""
    )
    lines = [f"<p>{escape(line) or '&nbsp;'}</p>" for line in quoted.text.split("\n")]
    new = f"<div><p>{escape(words)}</p></div>".replace("\n", "<br>\n")
    if posting == "top":
        body = [new, above, style.html_open, *lines, style.html_close]
    elif posting == "bottom":
        body = [above, style.html_open, *lines, style.html_close, new]
    else:
        first, rest = lines[:_INLINE_LINES], lines[_INLINE_LINES:]
        body = [above, style.html_open, *first, style.html_close, new, style.html_open, *rest, style.html_close]
    return "<html><body>\n" + "\n".join(body) + "\n</body></html>\n"
