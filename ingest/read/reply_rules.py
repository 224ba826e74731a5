"""What the reader of new text matches lines against: the form of a rule, and the closings of a letter.

All patterns are matched against one line (or a few joined ones) of bounded length, so every rule is linear.
"""

import functools
import re
from dataclasses import dataclass
from enum import Enum


class Label(Enum):
    """What a line of a mail is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRule:
    """A pattern that one whole line must match, and lines it is for.

    `needs`: words in small letters of which every line that matches has one, where looking for them is much quicker.
    """

    pattern: re.Pattern[str]
    examples: tuple[str, ...]
    needs: tuple[str, ...] = ()


def rule(pattern: str, *examples: str, needs: tuple[str, ...] = ()) -> LineRule:
    """A rule whose pattern minds no case."""
    return LineRule(pattern=re.compile(pattern, re.IGNORECASE), examples=examples, needs=needs)


class JoinedRules:
    """All rules as one pattern: a line is asked once, which is several times as fast. Rules with needs come last."""

    def __init__(self, rules: tuple[LineRule, ...]) -> None:
        plain = "|".join(f"(?:{one.pattern.pattern})" for one in rules if not one.needs)
        self._plain = re.compile(plain, re.IGNORECASE)
        self._others = tuple((tuple(map(_fold, one.needs)), one.pattern) for one in rules if one.needs)

    def match(self, line: str) -> "re.Match[str] | None":
        """The match of a rule, None where none fits."""
        found = self._plain.match(line)
        if found is not None or not self._others:
            return found
        folded = _fold(line)
        for needs, pattern in self._others:
            if any(need in folded for need in needs):
                found = pattern.match(line)
                if found is not None:
                    return found
        return None


def join_rules(rules: tuple[LineRule, ...]) -> JoinedRules:
    """The rules as one; at least one of them has no needs."""
    return JoinedRules(rules)


def _fold(text: str) -> str:
    """Letters that a pattern takes for the same when it minds no case are the same."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.replace("ı", "i").replace("\u0307", "").replace("ſ", "s")


# Left-to-right marks, zero-width and soft hyphens; U+1427 is what a mail tracker leaves alone on a line.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\u1427]+")


def bare(line: str, limit: int) -> str:
    """A line for the rules: at most `limit` characters, single blanks of one kind, without what nobody sees."""
    line = line[:limit]
    if not line.isascii() and _UNSEEN.search(line):
        line = _UNSEEN.sub("", line)
    if "&" in line:
        line = line.replace("&lt;", "<").replace("&gt;", ">")
    return " ".join(line.split())


@functools.lru_cache(maxsize=1)  # new text and forwarded mail are both looked for in the same one
def bare_lines(text: str, limit: int) -> tuple[tuple[str, str], ...]:
    """Each line of a text, and as `bare` has it."""
    return tuple((line, bare(line, limit)) for line in text.replace("\r\n", "\n").split("\n"))


# The words a person closes with. What follows on the line may be a name or a place.
FAREWELLS: tuple[LineRule, ...] = (
    rule(
        r"(?:mit )?(?:(?:den |dem )?(?:best(?:e[nmr]?)?|freundliche[nmr]?|herzliche[nmr]?|liebe[nr]?|schöne[nr]?"
        r"|viele[nr]?|sonnige[nr]?|kollegiale[nr]?|frdl\.|freundl\.|kollegialem|vorweihnachtliche[nr]?|winterliche[nr]?"
        r"|bibliophilen|vorzüglicher|hochachtungsvolle[nr]?|ganz|und) ){1,4}(?:grü(?:ß|ss)en?|gruß|gruss|hochachtung)\b"
        r".{0,60}\Z",
        "Mit freundlichen Grüßen",
        "Viele Grüße",
        "Herzliche Grüße aus Selb",
        "Mit vorzüglicher Hochachtung",
        "Mit freundlichen Grüßen / Best regards",
        "Viele liebe Grüße",
    ),
    rule(
        r"(?:grü(?:ß|ss)e|gruß|gruss|mfg|m\.f\.g\.|mit fg|lg|vg|vlg|bg|hg|hochachtungsvoll|herzlichst|beste(?=[,.]?\Z)"
        r"|(?:danke|dank) (?:&|und|u\.) (?:viele |liebe |beste |schöne )?(?:gruß|grüße|grüsse)|servus|tschüss?"
        r"|schönen (?:tag|abend)(?: noch)?|schönes wochenende)\b[^\d]{0,40}\Z",
        "Gruß",
        "LG Nadine Krüger",
        "VG, Tobias",
        "Danke & Gruß",
        "Danke und viele Grüße",
        "Herzlichst",
        "Schönes Wochenende",
    ),
    rule(
        r"(?:(?:(?:with |many |my )?(?:kind(?:est)?|best|warm(?:est)?|many)\b(?: personal)? )?(?:regards|wishes"
        r"|rgds)|best(?=[\s,.!]{0,3}(?:\w{2,20}[,.]?)?\Z)|cheers|(?:warmly|kindly|take care)(?=[,.!]?\Z)"
        r"|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully|all the best|brgds|br|ta)\b"
        r"[\s,.!]{0,3}[^\d]{0,30}\Z",
        "Kind regards",
        "Best,",
        "Cheers,",
        "Yours faithfully,",
        "Rgds",
        "Best wishes,",
    ),
    rule(
        r"(?:(?:bien |très )?(?:cordialement|sincèrement|amicalement|respectueusement)|cdlt|cdt|salutations|bien à vous"
        r"|bonne (?:journée|soirée|réception|fin de journée)|(?:meilleures|sincères|cordiales) salutations"
        r"|(?:veuillez agréer|je vous prie d|nous vous prions d).{0,120}salutations.{0,30})\b.{0,40}\Z",
        "Cordialement,",
        "Cdlt",
        "Bonne journée",
        "Bien à vous,",
        "Veuillez agréer, Madame, Monsieur, nos salutations distinguées.",
    ),
    rule(
        r"(?:(?:cordiali|distinti|cari|migliori) saluti|saluti|cordialmente|un (?:cordiale )?saluto|buon lavoro"
        r"|buona giornata|in attesa di (?:un )?(?:vostro|suo) .{2,40}(?:saluti|saluto)"
        r"|.{0,60}porgo (?:cordiali|distinti) saluti)\b.{0,30}\Z",
        "Cordiali saluti",
        "Distinti saluti",
        "Saluti",
        "Buona giornata",
    ),
    rule(
        r"(?:(?:un )?(?:cordial(?:es)? )?saludos?(?: cordial(?:es)?)?|atentamente|muy atentamente"
        r"|reciba un .{0,30}saludo"
        r"|atte|quedo a la espera)\b.{0,30}\Z",
        "Un saludo,",
        "Saludos cordiales",
        "Atentamente,",
    ),
    rule(
        r"(?:met )?(?:(?:vriendelijke|hartelijke|beste) )?(?:groet(?:en|jes)?|mvg|hoogachtend)\b.{0,40}\Z",
        "Met vriendelijke groet,",
        "Groetjes,",
        "Groet, Sanne",
    ),
    rule(
        r"(?:z (?:wyrazami )?(?:powa[żz]aniem|szacunk(?:u|iem))|(?:serdecznie )?(?:z )?pozdrawia(?:m"
        r"|my)(?: serdecznie)?"
        r"|pozdrowienia|miłego dnia)\b.{0,30}\Z",
        "Pozdrawiam serdecznie",
        "Z poważaniem",
    ),
    rule(
        r"(?:(?:med )?(?:vänliga?|bästa|hjärtliga|venlige?|vennlige?|bedste|beste|mange|kærlig) h[äi]ls(?:ning"
        r"|en)(?:ar|er)?"
        r"|hälsningar|hilsen|hilsner|mvh|m\.v\.h\.?|vänligen|vh|/{1,2}[A-ZÅÄÖØÆ]\w{1,20})(?!\w).{0,30}\Z",
        "Vänliga hälsningar",
        "/Björn",
        "Med venlig hilsen",
    ),
    rule(
        r"(?:saygılarım(?:la|ızla)|iyi (?:çalışmalar|günler)|kolay gelsin|selamlar|en iyi dileklerimle"
        r"|sevgiler)\b.{0,30}\Z",
        "Saygılarımla,",
        "İyi çalışmalar",
    ),
    rule(
        r"(?:(?:com os melhores |melhores |com os )?cumprimentos|atenciosamente|abraços?|att|cordialmente)\b.{0,30}\Z",
        "Com os melhores cumprimentos,",
        "Atenciosamente,",
    ),
    rule(
        r"(?:(?:以上、?)?(?:何卒|どうぞ)?(?:よろしく|宜しく)(?:お願い|御願い).{0,20}|敬具|以上)\Z",
        "よろしくお願いいたします。",
        "何卒よろしくお願いいたします。",
        "以上、よろしくお願いいたします。",
    ),
    rule(
        r"(?:此致|敬礼|祝好|顺祝商祺|顺颂商祺|祝您?工作顺利|祝商祺|此致敬礼|敬上).{0,6}\Z",
        "此致敬礼",
        "顺祝商祺！",
    ),
    rule(
        r"(?:с уважением|s pozdravem|üdvözlettel|ystävällisin terveisin|cu stimă|з повагою|με εκτίμηση)\b.{0,30}\Z",
        "С уважением,",
    ),
)

# Thanks close a letter too, but begin one just as often: what stands below says which.
THANKS: tuple[LineRule, ...] = (
    rule(
        r"(?:(?:vielen|besten|herzlichen|lieben|schönen|tausend) dank|danke(?: schön| sehr|schön)?|mit bestem dank"
        r"|merci)"
        r"(?: (?:im voraus|vorab|schon mal|schonmal|für (?:ihre|deine|eure|die"
        r"|den) [^\s,.!]{2,30}(?: [^\s,.!]{2,30})?))?"
        r"(?: und (?:viele |liebe |beste |freundliche )?grü(?:ß|ss)e)?[\s,.!]{0,3}\Z",
        "Vielen Dank im Voraus!",
        "Danke,",
        "Besten Dank für Ihre Hilfe.",
    ),
    rule(
        r"(?:many |thanks and |with )?(?:thanks|thank you|thx)(?: (?:so much|ever so much|again|very much|in advance"
        r"|and (?:kind|best) regards|for your (?:help|support|time|assistance)))*[\s,.!]{0,3}(?:[A-Z][\w'.-]{1,20})?\Z",
        "Thanks, Lena",
        "Many thanks,",
        "Thanks ever so much",
        "Thank you for your help,",
    ),
    rule(
        r"merci(?: (?:d['’]avance|beaucoup|encore|de votre (?:compréhension|aide|retour)|pour votre (?:aide|retour)"
        r"|par avance|bien))*\s?[,.!]{0,2}(?: pour votre aide,)?\Z",
        "Merci d'avance pour votre aide,",
        "Merci !",
        "Merci de votre compréhension,",
    ),
    rule(
        r"grazie(?: (?:mille|ancora|e buon lavoro|mille e buon lavoro|in anticipo|per l['’]aiuto"
        r"|e saluti))*[\s,.!]{0,3}"
        r"(?:[A-Z]\w{1,20})?\Z",
        "Grazie ancora!",
        "Grazie, Bianchi",
        "Grazie mille e buon lavoro",
    ),
    rule(
        r"(?:muchas |mil )?gracias(?: (?:de antemano|por todo|por su ayuda|por adelantado|y (?:un )?saludos?))?"
        r"[\s,.!]{0,3}(?:[A-Z]\w{1,20})?\Z",
        "Gracias",
        "Gracias,",
    ),
    rule(
        r"(?:(?:heel )?(?:hartelijk )?(?:bedankt|dank(?: je| u)?(?: wel)?)|alvast (?:hartelijk )?(?:bedankt|dank)"
        r"|bij voorbaat (?:hartelijk )?dank)[\s,.!]{0,3}\Z",
        "Alvast bedankt,",
        "Bij voorbaat dank",
    ),
    rule(r"(?:z góry )?(?:dziękuję|dziękujemy|dzięki)(?: (?:za pomoc|z góry))?[\s,.!]{0,3}\Z", "Z góry dziękuję"),
    rule(r"(?:tack(?: (?:på förhand|så mycket|för hjälpen))?|(?:mange )?tak(?:k)?)[\s,.!]{0,3}\Z", "Tack på förhand"),
    rule(r"(?:şimdiden )?(?:çok )?teşekkür(?:ler| eder(?:im|iz)).{0,10}\Z", "Teşekkürler", "Şimdiden teşekkür ederim."),
    rule(r"(?:muito )?obrigad[oa](?: (?:desde já|pela ajuda))?[\s,.!]{0,3}\Z", "Muito obrigado,"),
    rule(r"(?:非常)?(?:谢谢|謝謝|感谢|多谢|感謝).{0,10}\Z", "谢谢", "感谢您的帮助！"),
    rule(r"(?:спасибо|дякую|děkuji|köszönöm|kiitos|mulțumesc)(?: \w{2,12})?[\s,.!]{0,3}\Z", "Спасибо"),
)
CLOSINGS: tuple[LineRule, ...] = FAREWELLS + THANKS

# "Gruß Rainer": the name is there, no other follows.
NAMED_CLOSING = re.compile(
    r"(?i:gru(?:ß|ss)|grü(?:ß|ss)en?|[lvbh]g|mfg|thanks|thank you|regards|cheers|best|groet(?:jes)?|grazie|gracias"
    r"|merci"
    r"|cordialement|saluti|saludos?|hälsningar|mvh|hilsen|pozdrawiam|rgds|cdlt)[\s,!.]{1,3}[A-ZÀ-Ž]\w"
)
POSTSCRIPT = re.compile(
    r"(?:p\.?\s?s\.?|pps|nb|n\.b\.|nachtrag|post ?scriptum|edit|anbei|anlagen?|attachment"
    r"|追伸|又及|附言)(?!\w)\s?[:：.)]?",
    re.IGNORECASE,
)
