"""The line above a quote, "On 12/11/2026 Support wrote:": what mail programs write by language, and how sure it is.

A program writes date, name and verb in its own language's order. So a rule is a verb and where it may stand, and the
rest is asked of every line alike: does it end in a colon, is there a date, a time, an address, and is it a program's
line or a person's sentence? Every check is one pass over a few joined lines of bounded length.
"""

import re
from dataclasses import dataclass
from enum import Enum


class Sureness(Enum):
    """How much an attribution says by itself."""

    NO = "none"
    MARKED = "one if marked lines of a quote stand right below"
    SURE = "one whatever stands below"


@dataclass(frozen=True, kw_only=True, slots=True)
class VerbRule:
    """The verb of one language's attributions. `is_last`: nothing but a colon may stand behind it."""

    language: str
    verb: str
    is_last: bool
    examples: tuple[str, ...]


def _verb(language: str, verb: str, *examples: str, is_last: bool = True) -> VerbRule:
    return VerbRule(language=language, verb=verb, is_last=is_last, examples=examples)


# Who wrote from which program: Gmail, Apple Mail, Thunderbird, Yahoo, Outlook mobile, Proton, K-9, Spark, Notes.
VERBS: tuple[VerbRule, ...] = (
    _verb(
        "en",
        "wrote|writes|said",
        "On Thu, Nov 12, 2026 at 10:02 AM Support < support@help.example> wrote:",
        "On 12/11/2026 10:02, Marketplace Support wrote:",
        "On Thursday, November 12th, 2026 at 10:02, Support <s@help.example> wrote:",
        "On 12 Nov 2026, 10:02 +0100, Support <s@help.example>, wrote:",
        "2026-11-12 10:02 GMT+01:00 Support <s@help.example>: wrote:",
        "Support <s@help.example> wrote on 12.11.2026 10:02:33:",
    ),
    _verb(
        "de",
        "schrieb(?:en)?|geschrieben",
        "Am 16.11.2026 um 14:20 schrieb Marktplatz Support <support@help.example>:",
        "Am Do., 12. Nov. 2026 um 10:02 Uhr schrieb Support <support@help.example>:",
        "Am 12. November 2026 10:02:33 MEZ schrieb Support <support@help.example>:",
        "Am Donnerstag, 12. November 2026 um 10:02:03 MEZ hat Support <s@help.example> Folgendes geschrieben:",
        "Am 12.11.26, 10:02 schrieb Support:",
        "Support <s@help.example> schrieb am Do., 12. Nov. 2026 um 10:02 Uhr:",
        "Support schrieb am 12.11.2026 10:02:33:",
        is_last=False,
    ),
    _verb(
        "fr",
        r"[aà] [eé]crit",
        "Le jeu. 12 nov. 2026 à 10:02, Support <s@help.example> a écrit :",
        "Le jeudi 12 novembre 2026 à 10:02:03 UTC+1, Support <s@help.example> a écrit :",
        "Le 12/11/2026 à 10:02, Support a écrit :",
    ),
    _verb(
        "it",
        "ha scritto",
        "Il giorno gio 12 nov 2026 alle ore 10:02 Supporto < support@help.example> ha scritto:",
        "Il 12/11/2026 10:02, Supporto ha scritto:",
        "Il giovedì 12 novembre 2026 alle ore 10:02:03 CET, Supporto <s@help.example> ha scritto:",
    ),
    _verb(
        "es",
        "escribi[óo]",
        "El jue, 12 nov 2026 a las 10:02, Soporte (<s@help.example>) escribió:",
        "El 12/11/2026 a las 10:02, Soporte escribió:",
    ),
    _verb(
        "pt",
        "escreveu",
        "Em qui., 12 de nov. de 2026 às 10:02, Suporte <s@help.example> escreveu:",
        "Suporte <s@help.example> escreveu (quinta, 12/11/2026 à(s) 10:02):",
        "No dia 12/11/2026, às 10:02, Suporte <s@help.example> escreveu:",
        is_last=False,
    ),
    _verb(
        "nl",
        "schreef|geschreven",
        "Op do 12 nov 2026 om 10:02 schreef Support <s@help.example>:",
        "Op 12 nov. 2026 om 10:02 heeft Support <s@help.example> het volgende geschreven:",
        "Op 12-11-2026 om 10:02 schreef Support:",
        is_last=False,
    ),
    _verb(
        "pl",
        r"pisze|napisał(?:\(a\)|a)?|napisana przez",
        "W dniu 12.11.2026 o 10:02, Wsparcie Marketplace pisze:",
        "czw., 12 lis 2026 o 10:02 Wsparcie <s@help.example> napisał(a):",
        "Wiadomość napisana przez Wsparcie <s@help.example> w dniu 12 lis 2026, o godz. 10:02:",
        "Dnia 12 listopada 2026 10:02 Wsparcie <s@help.example> napisał(a):",
        is_last=False,
    ),
    _verb(
        "sv, da, nb",
        "skrev",
        "12 nov. 2026 kl. 10:02 skrev Marketplace Support <support@help.example>:",
        "Den tors 12 nov. 2026 kl 10:02 skrev Support <s@help.example>:",
        "Den 2026-11-12 kl. 10:02, skrev Support:",
        "Den fre 13 nov. 2026 10:02Support <s@help.example> skrev:",
        "tor. 12. nov. 2026 kl. 10:02 skrev Support <s@help.example>:",
        is_last=False,
    ),
    _verb(
        "tr",
        r"yazdı(?! \D{0,3}\d)|şun(?:u|ları) yazdı",
        "Destek <destek@help.example>, 12 Kas 2026 Per, 10:02 tarihinde şunu yazdı:",
        "12.11.2026 10:02 tarihinde Destek yazdı:",
        "Destek <destek@help.example> şunları yazdı (12 Kas 2026 10:02):",
        is_last=False,
    ),
    _verb(
        "ja",
        r"のメール|さんは書きました|さんが書きました|が書きました|のメッセージ|wrote",
        "2026年11月12日 10:02、サポート <s@help.example> のメール:",
        "2026/11/12 10:02、サポート <s@help.example>のメール:",
        "2026年11月12日(木) 10:02 サポート <s@help.example> wrote:",
    ),
    _verb(
        "zh",
        "写道|寫道|撰写|来信",
        "客服 <s@help.example> 于2026年11月12日周四 10:02写道：",
        '在 2026-11-12 10:02:44，"客服" <s@help.example> 写道：',
        "客服 <s@help.example> 於 2026年11月12日 週四 上午10:02寫道：",
        "在 2026年11月12日，上午10:02，客服 <s@help.example> 写道：",
    ),
    _verb(
        "ru, uk",
        "написала?|пишет|пише|писал",
        'понедельник, 12 ноября 2026 г. пользователь "Поддержка" <s@help.example> написал:',
        "12.11.2026 10:02, Поддержка пишет:",
        'чт, 12 лист. 2026 р. о 10:02 "Підтримка" <s@help.example> пише:',
        is_last=False,
    ),
    _verb(
        "cs, sk",
        r"napsala?|napsal\(a\)|píše|napísala?",
        "čt 12. 11. 2026 v 10:02 odesílatel Podpora <s@help.example> napsal:",
        "Dne 12. 11. 2026 v 10:02 Podpora napsal(a):",
    ),
    _verb(
        "hu, ro, fi, el, ko, ar",
        r"كتب|ezt írta|írta|a scris|kirjoitti|έγραψε|님이 작성|작성",
        "Support <s@help.example> ezt írta (időpont: 2026. nov. 12., Cs, 10:02):",
        "În joi, 12 nov. 2026 la 10:02, Suport <s@help.example> a scris:",
        "to 12. marrask. 2026 klo 10.02 Tuki (s@help.example) kirjoitti:",
        "2026년 11월 12일 (목) 오전 10:02, 지원 <s@help.example>님이 작성:",
        is_last=False,
    ),
)

# Programs that write no verb: date, name and address, in this order.
VERBLESS_EXAMPLES = (
    "2026-11-12 10:02 GMT+01:00 Support <support@help.example>:",
    "2026年11月12日(木) 10:02 出品者サポート <support@help.example>:",
    "Четверг, 12 ноября 2026, 10:02 +03:00 от Поддержка <s@help.example>:",
    '12.11.2026, 10:02, "Support" <s@help.example>:',
    "12 ноября 2026, 10:02, Поддержка <s@help.example>:",
    "чт, 12 нояб. 2026 г. в 10:02, Поддержка <s@help.example>:",
    "12.11.2026, 10:02, Support (s@help.example):",
)
MARKED_EXAMPLES = (
    "Jan Petersen via support wrote:",
    "Jan Petersen via support schrieb:",
    "Le 12 novembre, le support a écrit :",
    "On 12 November the customer wrote:",
    "2026/11/12 sam via Support <support@help.example>",
)

_EDGES = re.compile(r"\A[\s*_>|-]{1,40}|[\s*_|]{1,40}\Z")
_ENDS_RULED = re.compile(r"\A\s{0,3}-{2,10}.{1,440}?-{2,10}\s{0,3}\Z")
_COLON = (":", "：")
_LAST = re.compile(
    r"(?:\W|\d|\b|(?<=[\u3040-\u9fff]))(?:"
    + "|".join(rule.verb for rule in VERBS if rule.is_last)
    + r")(?: on (?=.{0,8}\d).{6,40})?\s?[:：]?\Z",
    re.IGNORECASE,
)
_INSIDE = re.compile(r"(?<![^\W_])(?:" + "|".join(rule.verb for rule in VERBS if not rule.is_last) + ")", re.IGNORECASE)
_ALONE = re.compile(r"\A,?\s?(?:" + "|".join(rule.verb for rule in VERBS) + r")\s?[:：]\Z", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"'@]{1,64}@[^\s<>()\[\]:;,\"'@]{1,200}")
_ENDS_WITH_ADDRESS = re.compile(r"[<(\[][^\s<>@]{1,80}@[^\s<>@]{1,200}[>)\]]{1,2}\s?[:：]?\Z")
_NAMED_ADDRESS = re.compile(
    r"\A(?:[\"']?([^<>@:;!?]{0,80})<[^<>\s@]{1,64}@[^<>\s]{1,200}>|[^<>\s@:;,]{1,64}@[^<>\s@:;,]{3,200})"
)
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<![\d.])\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}(?!\d)|\d{1,2}月\s?\d{1,2}日"
)
_TIME = re.compile(r"(?<![\d.:/-])\d{1,2}[:.h]\d\d(?!\d|\.\d)|\d時\d|\d点\d")
_OPENER = re.compile(
    r"(?:on|at|am|den|le|il|in data|el|en|em|no dia|a|às|op|w|dnia|wiadomość|în|dne|στις|在|于)\b[^\d]{0,40}?\d"
    r"|wiadomość napisana\b|在\s?\d|\W{0,3}\d{1,4}\D|[^\W\d]{2,14}[.,]{0,2}\s\(?\d|[^\W\d]{2,14}, \w{2,10}\.? \d",
    re.IGNORECASE,
)
# Words of a person who tells who wrote what to whom; a program's line has the names and nothing else.
_TOLD = re.compile(
    r"\b(?:[Uu]ns|[Mm]ir|[Ii]h[mr]|[Ii]ch|[Ww]ir|[Mm]an|[Ee]r|[Ss]ie|[Yy]ou|us|me|[Mm]y|our|[Hh]e|[Ss]he|[Tt]hey"
    r"|[Ww]e|nous"
    r"|vous|moi|ils?(?= (?:m|n|a))|[Ee]lle|nos|ons|mij|jullie|nam|mnie|oss|mig|bana|bize|I)\b"
    r"|\b(?i:der|die|das|the|a|le|la|un|il|lo|el|de|het|ein|unser|our|votre|notre|ihr|seine?|eine?)"
    r" (?:[^\W\d_]{2,20} )?[^\W\d_]{0,20}(?i:kunde|kundin|käufer|empfänger|buyer|customer|client|cliente|acheteur"
    r"|acquirente"
    r"|comprador|klant|koper|seller|supplier|carrier|driver|verkäufer|lieferant|fahrer|paketdienst|hotline|support"
    r"|team)"
    r"(?:in)?\b|\b(?:herr|frau|mr|mrs|ms|mme|monsieur|madame|sig|sr|sra|pan|pani)\b\.?|顾客|客户|买家|お客様|購入者"
    r"|müşteri|alıcı|klientk?a?\b|kupujący",
)
_OLD_GMAIL = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d(?: [^\W\d_][\w.'-]{1,30}){1,4}\Z")
_SLASHED = re.compile(r"\d{4}[/-]\d{1,2}[/-]\d{1,2} .{1,80}<[^<>\s@]{1,64}@[^<>\s]{1,200}>\Z")
_SENTENCE_INSIDE = re.compile(r"[.!?:;]\s")
_SENTENCE_END = re.compile(
    r"(?<![^\W\d_])(?!(?:godz|sept|нояб|сент|февр|лист|серп|груд|marrask|jouluk|tammik|helmik)\.)[^\W\d_]{4,40}\.\Z"
    r"|[!?]\Z",
    re.IGNORECASE,
)


def decide_attribution(joined: str) -> Sureness:
    """What a line (or a few, joined with blanks, at most 450 characters) is worth as an attribution."""
    text = _EDGES.sub("", joined).replace("< ", "<").replace(" >", ">")
    if _ENDS_RULED.match(joined):
        text = text.rstrip("- ") + ":"  # Zoho rules the line on both sides instead of a colon
    if not text.endswith((*_COLON, "wrote")):
        return _decide_bare(text)
    verb = bool(_LAST.search(text)) or bool(_INSIDE.search(text))
    address, date, time = _ADDRESS.search(text), _DATE.search(text), _TIME.search(text)
    if not verb:
        is_whole = date and time and _ENDS_WITH_ADDRESS.search(text) and _OPENER.match(text)
        return Sureness.SURE if is_whole else Sureness.NO
    named = _NAMED_ADDRESS.match(text)
    starts = bool(_OPENER.match(text)) or named is not None
    told = _TOLD.search(text[: address.start()] if address else text)
    if told:
        return Sureness.MARKED
    if date and (time or address) and (starts or _is_name_first(text)):
        return Sureness.SURE
    return Sureness.SURE if named and _ALONE.search(text[named.end() :]) else Sureness.MARKED


def _decide_bare(text: str) -> Sureness:
    """Gmail until 2016 wrote date, name and address without verb and colon."""
    if _OLD_GMAIL.match(text):
        return Sureness.SURE
    return Sureness.MARKED if _SLASHED.match(text) else Sureness.NO


def _is_name_first(text: str) -> bool:
    """Lotus Notes, Gmail in Chinese and Turkish: a name, then when. A sentence has more words before the verb."""
    verb = _INSIDE.search(text) or _LAST.search(text)
    date = _DATE.search(text)
    end = min(match.start() for match in (verb, date) if match) if verb or date else 0
    return len(text[:end].split()) <= 6 and not _SENTENCE_INSIDE.search(text[:end])


def is_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does: then what follows is no rest of an attribution that begins with it."""
    return _SENTENCE_END.search(line) is not None


def may_begin(line: str, below: str) -> bool:
    """Whether an attribution wrapped over several lines may begin with this line; `below` is the next one."""
    if len(line) <= 80 and (line.endswith("<") or below.startswith("<")):
        return not is_sentence(line)
    if _OPENER.match(line) or _NAMED_ADDRESS.match(line) or line.startswith("--"):
        return True
    return len(line) <= 80 and not is_sentence(line) and _INSIDE.search(line) is not None
