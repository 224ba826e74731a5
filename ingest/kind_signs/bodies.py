"""First words of automatic answers by language, for those that say so neither in a header nor in the subject.

An answer of a machine begins: greeting, thanks for the mail, then that nobody is there or that the mail has come in.
A person may say the same and then goes on: asks, gives an order number, sends what was wanted. So being away counts
only with what a machine adds (who else to ask, that mail is read later) or with nothing at all behind it.
"""

import re

from ingest.kind_signs.body_words import MOST_LANGUAGES
from ingest.kind_signs.body_words_more import MORE_LANGUAGES

LANGUAGES = (*MOST_LANGUAGES, *MORE_LANGUAGES)

_MAX_WORDS = 3_000
_MAX_ANSWER = 1_500
_HEAD = 180
_MAX_STEPS = 8
_END = r"[^.!?。！？\n]{0,200}(?:[.!。！,:]|\n|\Z)\s{0,20}"
_GREETING = re.compile(
    r"\W{0,5}(?:"
    + "|".join(one.greeting for one in LANGUAGES)
    + r")(?!\w{4})[^.!?。！？:,，\n]{0,80}[.!,:，。！\n]\s{0,20}",
    re.IGNORECASE,
)
# Help desks put this line on top of people's answers and of their own.
_ABOVE = re.compile(
    r"[#=_\W]{0,20}(?:(?:please )?(?:type|write|enter|reply) (?:your )?(?:reply |response )?above this line"
    r"|bitte [^\n]{1,40}(?:oberhalb|über) dieser (?:zeile|linie)|répondez au-dessus"
    r"|responda? (?:por )?encima)[^\n]{0,60}(?:\n|\Z)\s{0,20}",
    re.IGNORECASE,
)
_THANKS = re.compile(r"\W{0,5}(?:" + "|".join(one.thanks for one in LANGUAGES) + ")" + _END, re.IGNORECASE)
_ABSENT = re.compile("|".join(one.absent for one in LANGUAGES), re.IGNORECASE)
_CLOSED = re.compile("|".join(one.closed for one in LANGUAGES), re.IGNORECASE)
_PHONE = re.compile(r"(?:\d[ /-]?){7,15}")
_DAY = re.compile(r"(?<![\d+])\d{1,2}(?!\d)")
# Shut from a day to a day is a notice; shut since yesterday, for no reason, is a complaint.
_SINCE = re.compile(
    r"\b(?:since|seit|depuis|dal(?! [^.\n]{1,30}\bal\b)|desde(?! [^.\n]{1,40}\b(?:hasta|al)\b)|sinds"
    r"|od(?! [^.\n]{1,40}\bdo\b)|sedan"
    r"|beri)\b|自从|以来",
    re.IGNORECASE,
)
_AND_MORE = re.compile(
    r"\b(?:and|but|so|because|und|aber|daher|weil|et|mais|donc|e|ma|quindi|y|pero|en|maar|dus|i|ale|więc|och|men|så"
    r"|ve|ama)\b|が、|ので|但|所以",
    re.IGNORECASE,
)
_LATER = re.compile("|".join(one.later for one in LANGUAGES), re.IGNORECASE)
_STATEMENT = re.compile(r"[\W_]{0,10}(?:" + "|".join(one.statement for one in LANGUAGES) + ")", re.IGNORECASE)
_ARRIVED = re.compile("|".join(one.arrived for one in LANGUAGES), re.IGNORECASE)
_SOON = re.compile("|".join(one.soon for one in LANGUAGES), re.IGNORECASE)
_PERSONAL = re.compile("|".join(one.personal for one in LANGUAGES if one.personal), re.IGNORECASE)
# What a machine's answer does not hold: a question, an order number, an ASIN, a price.
_MATTER = re.compile(
    r"[?？]|\b\d{3}-\d{7}-\d{7}\b|\bB0[0-9A-Z]{8}\b|\bFBA[0-9A-Z]{9,12}\b|\d[.,]\d\d ?(?:€|EUR|USD|zł|kr)"
)
_HISTORY = re.compile(
    r"^\s{0,10}(?:>|[-_=]{5,}|(?:von|from|de|da|van|od|från|gönderen|kimden|发件人|差出人)\s?:|(?:on|am|le|il|el"
    r"|op) .{4,120}(?:wrote|schrieb|a écrit|ha scritto|escribió|schreef)\b)",
    re.IGNORECASE,
)
_CLOSING = 100
# What a machine promises: that somebody will answer, or under which number the mail is kept.
_ANSWER = re.compile(
    r"repl[yi]|respon[ds]|answer|get back|review|process|contact you|(?:ticket|case|reference) (?:number|id|#)"
    r"|antwort|bearbeit|meld|nummer|répon|traité|traiter|reviend|numéro|rispond|ricontatt|elabor|numero|respond"
    r"|contest|atend|procesa|noticias|número|reage|behandel|odpow|odpis|rozpatr|numer|återkom|svara|behandla"
    r"|dönüş|dönece|yanıt|cevap|incele|numara|回答|返信|連絡|対応|回复|回覆|处理|處理|答复|联系|工单",
    re.IGNORECASE,
)
# "Please do not reply to this address, write to …" begins a person's mail too.
_IMPERATIVE = re.compile(
    r"do not|antworten sie nicht|auf diese|ne pas|non rispondere|no responda|niet |nie odpowiadać|svara inte"
    r"|yanıtlama|cevaplama|勿",
    re.IGNORECASE,
)
_BRIEF = 300
_RECEIPT = re.compile(
    r"(?:your message|ihre nachricht|votre message|il messaggio|su mensaje|uw bericht|twoja wiadomość"
    r"|ditt meddelande)\b.{0,600}?(?:was read on|wurde (?:am .{1,60} )?gelesen|a été lu|è stato letto|(?:se leyó"
    r"|fue leído|ha sido leído)|is gelezen|została (?:przeczytana|odczytana)|lästes|was deleted without being read"
    r"|wurde ungelesen gelöscht)",
    re.IGNORECASE | re.DOTALL,
)
_HANDSET = re.compile(
    r"\W{0,10}(?:your )?(?:sms|text|message|nachricht)\b.{0,80}\b(?:delivered to (?:the )?(?:handset|mobile|phone)"
    r"|(?:sms )?delivery (?:report|receipt))",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"(?:to (?:ensure|complete|release|confirm) (?:the )?delivery of|(?:confirm|verify"
    r"|authenticate) (?:that )?(?:your|this|you sent) (?:the )?(?:e-?mail|message|address|sender|request)"
    r"|requires? (?:confirmation|verification) before|sender verification|protect(?:ing)? (?:myself|my (?:inbox"
    r"|mailbox)|itself|ourselves) (?:from|against) (?:spam|junk|unsolicited)|whitelist(?:ed)? .{0,60}(?:click|reply)"
    r"|mailinblack|boxtrapper|spam ?arrest|tmda\b|(?:bestätigen sie|bestätige) .{0,60}(?:absender|zustellung"
    r"|e-?mail).{0,60}(?:link|klick|antwort)|vous authentifier|authentifi(?:er|cation) .{0,60}(?:message|expéditeur)"
    r"|confirm(?:er|ez) .{0,40}(?:envoi|expéditeur))",
    re.IGNORECASE,
)
_CHALLENGE_STEP = re.compile(
    r"click|link|klick|cliqu|reply to this|https?://|antworten sie|fai clic|haga clic", re.IGNORECASE
)


def own_words(text: str) -> str:
    """The words above the quoted history, wrapped lines joined; a paragraph a line. At most 3,000 characters."""
    lines: list[str] = []
    for line in text[:_MAX_WORDS].split("\n"):
        if _HISTORY.match(line[:200]) and any(one.strip() for one in lines):
            break
        lines.append(line.strip())
    out: list[str] = []
    for index, line in enumerate(lines):
        # A short line is a greeting, a name, an item; only long ones are wrapped.
        joined = bool(index and line and lines[index - 1] and len(lines[index - 1]) > 45)
        if joined:
            out[-1] += " " + line
        elif line:
            out.append(line)
    return "\n".join(out)


def find_automatic_words(text: str) -> str | None:
    """What in a body shows an automatic answer, None where a person may have written it. `text` is the whole body."""
    words = own_words(text)
    if not words:
        return None
    if _RECEIPT.match(words[:1_000].lstrip("* \n")):
        return "says that a mail was read"
    if _HANDSET.match(words[:300]):
        return "says that a message reached a telephone"
    if _CHALLENGE.search(words[:800]) and _CHALLENGE_STEP.search(words[:1_500]) and not _MATTER.search(words[:800]):
        return "asks the sender to prove himself"
    return _answer(words)


def _answer(words: str) -> str | None:
    rest, thanked = _skip_opening(words)
    stated = _STATEMENT.match(rest)
    if stated is not None and not (_IMPERATIVE.search(stated[0]) and (_MATTER.search(words) or len(words) > _BRIEF)):
        return "says that it is automatic"
    head = rest[:_HEAD]
    arrived = _ARRIVED.search(head) is not None
    if (thanked or arrived) and any(_STATEMENT.match(line) for line in _last_sentences(rest)):
        return "says that it is automatic"
    if len(words) > _MAX_ANSWER or _MATTER.search(words) or _PERSONAL.search(rest):
        return None
    if _is_absence(rest):
        return "says that nobody is there"
    if arrived and _SOON.search(rest) and _ANSWER.search(rest):
        return "says that a mail has come in"
    return None


def _is_absence(rest: str) -> bool:
    """Whether nobody is there, with what machines add to it, or with nothing but a date and a name behind it."""
    head = rest[:_HEAD]
    closed = _CLOSED.search(head)
    if closed is not None and _DAY.search(head) and not _SINCE.search(head) and _LATER.search(rest):
        return True
    absent = _ABSENT.search(head)
    if absent is None:
        return False
    sentence, _, closing = rest[absent.end() :].partition("\n")
    alone = (
        len(sentence) <= _CLOSING
        and len(closing) <= _CLOSING
        and not _AND_MORE.search(sentence)
        and not _PHONE.search(sentence)
    )
    return alone or _LATER.search(rest) is not None


def _skip_opening(words: str) -> tuple[str, bool]:
    """What follows greeting and thanks, and whether there were thanks."""
    rest, thanked = words, False
    for _ in range(_MAX_STEPS):
        found = _STATEMENT.match(rest)
        if found:
            break
        greeted = _ABOVE.match(rest) or _GREETING.match(rest)
        thanks = None if greeted else _THANKS.match(rest)
        found = greeted or thanks
        if found is None:
            break
        thanked = thanked or thanks is not None
        rest = rest[found.end() :]
    return rest, thanked


def _last_sentences(rest: str) -> list[str]:
    return re.split(r"(?<=[.!。！])\s{0,5}|\n", rest[-1_500:])[-12:]


def says_automatic(text: str) -> bool:
    """Whether anywhere in its own words a mail says that a machine wrote it: the footer of a notification."""
    sentences = re.split(r"(?<=[.!。！])\s{0,5}|\n", own_words(text))
    return any(_STATEMENT.match(one) for one in sentences[:200])
