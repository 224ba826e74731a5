"""Where history and signatures begin in HTML: a table of the containers that mail programs write, with examples.

Plain text has only words to go by; HTML says it in classes and ids, in every language alike. What a program changes
when it quotes another's HTML (`x_divRplyFwdMsg`, `ydp1a2byahoo_quoted`, `m_-12gmail_signature`) is taken off first.
"""

import itertools
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_ADDED_BEFORE = re.compile(r"(?:x_|ecx|ec_|ydp[0-9a-f]{6,12}|yiv\d{6,12}|m_-?\d{6,22}|airmail_)+")
_ADDED_BEHIND = re.compile(r"[_-]?\d{1,20}\Z")
_NAMING = ("class", "id", "name", "data-marker", "data-signatureblock", "fairemail")
_MAX_NAMES = 20


class Mark(Enum):
    """What a container says of what is in it or behind it."""

    HISTORY = "all in it is history"
    HISTORY_FROM_HERE = "all from here to the end of the mail is history"
    CITES = "the words above its first blockquote and all its blockquotes are history; answers between them are new"
    SIGNATURE = "a signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkRule:
    """Names of elements, lower-case, by which a mail program marks something; an HTML with one."""

    program: str
    mark: Mark
    names: tuple[str, ...]
    example: str


def _rule(program: str, mark: Mark, names: str, example: str) -> MarkRule:
    return MarkRule(program=program, mark=mark, names=tuple(names.split()), example=example)


# In every example NEW is new, OLD is history and SIG a signature.
MARKS: tuple[MarkRule, ...] = (
    _rule(
        "Gmail, GMX for telephones, K-9, FairEmail, Superhuman, Mailspring",
        Mark.CITES,
        "gmail_quote gmail_quote_container gmx_quote fairemail_quote reference",
        '<p>NEW</p><div class="gmail_quote">OLD, 10:02:<blockquote class="gmail_quote">OLD</blockquote>NEW</div>',
    ),
    _rule("Gmail", Mark.HISTORY, "gmail_attr", 'NEW<div class="gmail_attr">OLD</div>NEW'),
    _rule(
        "Gmail",
        Mark.SIGNATURE,
        "gmail_signature",
        '<p>NEW</p><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">SIG</div>',
    ),
    _rule(
        "Proton",
        Mark.CITES,
        "protonmail_quote",
        '<p>NEW</p><div class="protonmail_quote">OLD<br><blockquote type="cite">OLD</blockquote><br></div>',
    ),
    _rule(
        "Proton",
        Mark.SIGNATURE,
        "protonmail_signature_block protonmail_signature_block-user",
        '<p>NEW</p><div class="protonmail_signature_block"><div>SIG</div></div>',
    ),
    _rule(
        "Thunderbird",
        Mark.HISTORY,
        "moz-cite-prefix moz-forward-container",
        '<p>NEW</p><div class="moz-cite-prefix">OLD<br></div><blockquote type="cite">OLD</blockquote><p>NEW</p>',
    ),
    _rule("Thunderbird", Mark.SIGNATURE, "moz-signature", '<p>NEW</p><pre class="moz-signature">-- \nSIG</pre>'),
    _rule("Yahoo, AOL", Mark.HISTORY, "yahoo_quoted", '<p>NEW</p><div class="ydp12ab34cdyahoo_quoted">OLD</div>'),
    _rule(
        "Yahoo",
        Mark.SIGNATURE,
        "yahoo-signature ymail_signature ymail_android_signature",
        '<p>NEW</p><div class="ydp12ab34cdsignature" id="ymail_android_signature">SIG</div>',
    ),
    _rule("Zoho", Mark.HISTORY, "zmail_extra blockquote_zmail", '<p>NEW</p><div class="zmail_extra">OLD</div>'),
    _rule(
        "Zoho",
        Mark.SIGNATURE,
        "zmail_signature zmail_signature_below zm-_id_-sgn",
        '<p>NEW</p><div id="Zmail_signature">SIG</div>',
    ),
    _rule(
        "Outlook on the web and for telephones",
        Mark.HISTORY_FROM_HERE,
        "divrplyfwdmsg mail-editor-reference-message-container outlookmessageheader",
        '<p>NEW</p><div><hr><div id="x_divRplyFwdMsg">OLD</div></div><div>OLD</div>',
    ),
    _rule(
        "Outlook for Windows",
        Mark.HISTORY_FROM_HERE,
        "_mailoriginal",
        '<p>NEW</p><p><a name="_MailOriginal">OLD</a></p>OLD',
    ),
    _rule("Hotmail", Mark.HISTORY_FROM_HERE, "stopspelling", '<p>NEW</p><hr id="stopSpelling">OLD<p>OLD</p>'),
    _rule(
        "Outlook on the web and for telephones",
        Mark.SIGNATURE,
        "signature ms-outlook-mobile-signature",
        '<p>NEW</p><div id="ms-outlook-mobile-signature">SIG</div>',
    ),
    _rule("Windows Mail", Mark.SIGNATURE, "true", '<p>NEW</p><div data-signatureblock="true">SIG</div>'),
    _rule(
        "Outlook for Mac",
        Mark.HISTORY,
        "olk_src_body_section mac_olk_src_body_section",
        '<p>NEW</p><span id="OLK_SRC_BODY_SECTION"><div>OLD</div></span>',
    ),
    _rule("Apple Mail", Mark.SIGNATURE, "applemailsignature", '<p>NEW</p><div id="AppleMailSignature">SIG</div>'),
    _rule("GMX, Web.de", Mark.HISTORY, "quote quoted-content", '<p>NEW</p><div name="quote"><div>OLD</div></div>'),
    _rule("Samsung", Mark.SIGNATURE, "composer_signature", '<p>NEW</p><div id="composer_signature">SIG</div>'),
    _rule("K-9", Mark.SIGNATURE, "k9mail-signature", "<p>NEW</p><div class='k9mail-signature'>-- <br>SIG</div>"),
    _rule(
        "Zimbra", Mark.HISTORY_FROM_HERE, "zwchr", '<p>NEW</p><hr id="zwchr" data-marker="__DIVIDER__"><div>OLD</div>'
    ),
    _rule(
        "Zimbra", Mark.HISTORY, "__quoted_text__ __headers__", '<p>NEW</p><div data-marker="__QUOTED_TEXT__">OLD</div>'
    ),
    _rule("Zimbra", Mark.SIGNATURE, "__sig_pre__ __sig_post__", '<p>NEW</p><div data-marker="__SIG_PRE__">SIG</div>'),
    _rule(
        "Roundcube", Mark.HISTORY, "reply-intro", '<p>NEW</p><p id="reply-intro">OLD</p><blockquote>NEW</blockquote>'
    ),
    _rule("Spark", Mark.HISTORY, "messagereplysection", '<p>NEW</p><div name="messageReplySection">OLD</div>'),
    _rule(
        "Spark", Mark.SIGNATURE, "messagesignaturesection", '<p>NEW</p><div name="messageSignatureSection">SIG</div>'
    ),
    _rule(
        "NetEase",
        Mark.HISTORY,
        "isreplycontent ntes-mailmaster-quote",
        '<p>NEW</p><blockquote id="isReplyContent">OLD</blockquote>',
    ),
    _rule(
        "NetEase",
        Mark.SIGNATURE,
        "ntes-pcmac-signature spnetease-signature",
        '<p>NEW</p><div id="ntes-pcmac-signature">SIG</div>',
    ),
    _rule(
        "QQ",
        Mark.HISTORY,
        "xm_mail_oringinal_describe xm_compose_origin_mail_container origbody",
        '<p>NEW</p><div class="xm_compose_origin_mail_container">OLD</div>',
    ),
    _rule("QQ", Mark.SIGNATURE, "xmail-signature xmail_signature", '<p>NEW</p><div class="xmail-signature">SIG</div>'),
    _rule("BlackBerry", Mark.HISTORY, "_originalcontent", '<p>NEW</p><div id="_originalContent">OLD</div>'),
    _rule("BlackBerry", Mark.SIGNATURE, "_signatureplaceholder", '<p>NEW</p><div id="_signaturePlaceholder">SIG</div>'),
    _rule("Tuta", Mark.HISTORY, "tutanota_quote", '<p>NEW</p><blockquote class="tutanota_quote">OLD</blockquote>'),
    _rule(
        "Airmail, Front, Missive",
        Mark.HISTORY,
        "clean_bq front-blockquote missive_quote",
        '<p>NEW</p><blockquote class="clean_bq">OLD</blockquote>',
    ),
    _rule(
        "Open-Xchange, Front, Superhuman",
        Mark.SIGNATURE,
        "io-ox-signature front-signature sh-signature",
        '<p>NEW</p><div class="io-ox-signature">SIG</div>',
    ),
)
_BY_NAME = {name: rule.mark for rule in MARKS for name in rule.names}
# A word that others use for something else counts only in the attribute in which the program writes it.
_ONLY_IN = {
    "signature": "id",
    "quote": "name",
    "true": "data-signatureblock",
    "reference": "fairemail",
}
_LINED = re.compile(
    r"border-left(?:-style|-width)?\s{0,3}:[^;]{0,60}(?:solid|[1-9]\d{0,2}(?:\.\d+)?(?:px|pt|ex|em))", re.I
)
_UNLINED = re.compile(r"border(?:-left)?(?:-style)?\s{0,3}:\s{0,3}(?:none|0)", re.IGNORECASE)
_TOP_LINE = re.compile(
    r"border-top(?:-style)?\s{0,3}:[^;]{0,60}solid|border-style\s{0,3}:\s{0,3}solid none none", re.IGNORECASE
)
_OUTLOOK_GREY = re.compile(r"#(?:e1e1e1|b5c4df|e5e5e5)|rgb\((?:225|181|229),", re.IGNORECASE)
_TELLS_WHEN_OR_WHO = re.compile(r"@|\d{4}|\d[:.]\d\d")
_FORWARD = re.compile(r"\s{0,50}[-_]{4,}|\s{0,50}\w[\w \xa0]{0,20}:\s")
_ATTRIBUTION = re.compile(r"(?=.*\d)(?=.*(?:@|\d{4}|\d[:.h時点]\s?\d\d)).{8,300}(?:[:：]|wrote|-{3,})\s*\Z", re.DOTALL)
_MAX_LABELS = 60


def find_mark(element: "_Element") -> Mark | None:
    """What the names of an element say; None for most elements."""
    for attribute in _NAMING:
        value = element.get(attribute)
        if not value:
            continue
        for word in value.lower().split()[:_MAX_NAMES]:
            name = _ADDED_BEHIND.sub("", _ADDED_BEFORE.sub("", word[:120], count=1))
            mark = _BY_NAME.get(name)
            if mark is not None and _ONLY_IN.get(name, attribute) == attribute:
                return mark
    return Mark.HISTORY_FROM_HERE if _is_header_of_history(element) else None


def is_cited(element: "_Element") -> bool:
    """Whether a blockquote is a quotation and no indent: Gmail and Outlook on the web indent by blockquotes, too."""
    if (element.get("type") or "").lower() == "cite":
        return True
    style = element.get("style") or ""
    if "gmail_quote" in (element.get("class") or ""):
        return bool(_LINED.search(style)) or not _UNLINED.search(style)
    return "cite" in (element.get("class") or "").lower() or bool(_LINED.search(style))


def is_attribution(line: str) -> bool:
    """Whether the line right above a quotation says who wrote it when, in whatever language: a time, at the end ":"."""
    return bool(_ATTRIBUTION.match(line[-400:].strip()))


def decide_container(container: "_Element") -> Mark | None:
    """What a Gmail-like container is: HISTORY where it holds a forwarded mail or no blockquote, else CITES.

    None where its words above the first blockquote have an element of their own (`gmail_attr`): only that is history.
    """
    lead = "".join(itertools.islice((text for text in container.itertext() if text.strip()), 2))[:200]
    quoted = container.find(".//blockquote")
    if quoted is None or _FORWARD.match(lead):
        return Mark.HISTORY
    has_own = any("gmail_attr" in (child.get("class") or "") for child in container.iterchildren(tag="div"))
    return None if has_own else Mark.CITES


def _is_header_of_history(element: "_Element") -> bool:
    """Outlook's block above history: a line on top, labels in bold ("From:", "Von:", "От:"), a date or an address."""
    style = element.get("style")
    if not style or element.tag not in ("div", "p", "td") or not _TOP_LINE.search(style[:1_000]):
        return False
    bold = itertools.islice(element.iter("b", "strong"), _MAX_LABELS)
    labels = sum("".join(itertools.islice(one.itertext(), 5)).strip()[-1:] in (":", "：") for one in bold)
    words = "".join(itertools.islice(element.itertext(), _MAX_LABELS))[:1_500]
    return labels >= (2 if _OUTLOOK_GREY.search(style) else 3) and bool(_TELLS_WHEN_OR_WHO.search(words))


def begins_history(element: "_Element") -> bool:
    """Outlook's `appendonsend`: history begins there if a line or the header block comes next, else nothing does."""
    if (element.get("id") or "").lower().removeprefix("x_") != "appendonsend":
        return False
    follows = element.getnext()
    while follows is not None and follows.tag == "br":
        follows = follows.getnext()
    return follows is not None and (follows.tag == "hr" or find_mark(follows) is Mark.HISTORY_FROM_HERE)
