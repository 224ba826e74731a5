"""Where a letter ends: behind closing and typed name, above a "-- ", small print or a firm's block."""

import re

from ingest.read.reply_footers import is_phone_footer
from ingest.read.reply_letter import Letter
from ingest.read.reply_rules import CLOSINGS, FAREWELLS, NAMED_CLOSING, Label, join_rules
from ingest.read.reply_small_print import BANNERS, CONTACT_LINES

_CLOSING = join_rules(CLOSINGS)
_FAREWELL = join_rules(FAREWELLS)
_BANNER = join_rules(BANNERS)
_CONTACT_LINE = join_rules(CONTACT_LINES)
_DELIMITER = re.compile(r"(?:--|– ?–|__)\Z")
_SOFT_DELIMITER = re.compile(r"(?:—|––|—-|_{3,})\Z")
_RULER = re.compile(r"[-=*#~+_─━―]{3,}\Z")
_ONLY_RULES = re.compile(r"[-=*#~+_─━―—–.\s]{1,200}\Z")
_NAME_LIKE = re.compile(r"(?=.{0,60}[^\W\d_])[^\d@|·•:;!?]{1,60}\Z")
_PERSON = re.compile(r"(?:[A-ZÀ-ÞŁŚŻĆŞİ][\w.'’-]{0,20} ?){1,4}\Z")
_OFFICE = re.compile(
    r"manager|direct|head|leit(?:er|ung)|assist|sales|support|service|team|abteilung|buchhaltung|office|responsabile"
    r"|responsable|gérant|kundendienst|vertrieb|customer|shop|store",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"(?:[-–—~/] ?){1,2}[A-ZÀ-Þ][\w.'-]{1,20}(?: [A-ZÀ-Þ][\w.'-]{0,20}){0,2}\Z")
_MAX_CLOSING = 120
_LETTER_WORDS = 4
_MAX_TRIES = 50
_MAX_FIRM = 16
_MAX_BLOCK = 30
_MAX_NAME_WORDS = 5


def label_signatures(bares: list[str], labels: list[Label], sender_name: str) -> None:
    """Each run of new lines between quotes may end in a signature; phone footers go wherever they stand."""
    names = _names(sender_name)
    _label_banner(bares, labels)
    start = 0
    has_words = False
    while start < len(bares):
        if labels[start] is not Label.NEW:
            start += 1
            continue
        end = start
        while end < len(bares) and labels[end] is Label.NEW:
            end += 1
        for index in range(start, end):
            if is_phone_footer(bares[index]):
                labels[index] = Label.SIGNATURE
        cut = _find_signature(Letter(bares, start, end), labels, names, has_words=has_words)
        labels[cut:end] = [Label.SIGNATURE] * (end - cut)
        _label_last_rules(bares, labels, start, cut)
        has_words = has_words or any(bares[index] and labels[index] is Label.NEW for index in range(start, cut))
        start = end


def _label_banner(bares: list[str], labels: list[Label]) -> None:
    """The first paragraph, where a mail server put its warning of strangers there."""
    first = next((index for index in range(min(len(bares), 20)) if bares[index]), None)
    if first is None or labels[first] is not Label.NEW:
        return
    end = next((index for index in range(first, min(len(bares), first + 8)) if not bares[index]), None)
    if end is not None and _BANNER.match(" ".join(bares[first:end])[:600]):
        labels[first:end] = [Label.SIGNATURE] * (end - first)


def _names(sender_name: str) -> frozenset[str]:
    """How a sender may sign: the whole display name, its first or its last word."""
    words = sender_name.casefold().replace(",", " ").split()
    if not words:
        return frozenset()
    return frozenset({" ".join(words), " ".join(reversed(words)), words[0], words[-1]})


def _label_last_rules(bares: list[str], labels: list[Label], start: int, end: int) -> None:
    """Rulers that are the last of a run rule off nothing that is left."""
    for index in range(end - 1, start - 1, -1):
        if bares[index] and labels[index] is Label.NEW:
            if not _ONLY_RULES.match(bares[index][:201]):
                return
            labels[index] = Label.SIGNATURE


def _find_signature(letter: Letter, labels: list[Label], names: frozenset[str], *, has_words: bool) -> int:
    """The index where the signature of the run begins; its end when it has none."""
    tried = 0
    seen = has_words
    for index in range(letter.start, letter.end):
        line = letter.line(index)
        if not line or labels[index] is Label.SIGNATURE:
            continue
        cut = _ends_letter(letter, index, names, is_first=not seen)
        is_farewell = cut is not None and not _is_thanks(line)
        if is_farewell and not seen and _is_greeting(letter, index):
            cut = None
        seen = True
        if cut is None or tried >= _MAX_TRIES:
            continue
        tried += 1  # each try looks at what follows: a mail of nothing but greetings stays linear
        if not letter.goes_on(cut, is_sure=is_farewell):
            return _find_firm(letter.above(cut), names) if cut == index else cut
    return _find_firm(letter, names) if seen else letter.end


def _is_greeting(letter: Letter, index: int) -> bool:
    """Whether the first line only greets: "Selamlar," and "Saludos," do both, and words of a letter stand below."""
    below = range(index + 1, min(index + _MAX_FIRM, letter.end))
    return any(
        len(letter.line(at).split()) >= _LETTER_WORDS and not letter.is_contact(at) and not letter.is_small_print(at)
        for at in below
    )


def _is_thanks(line: str) -> bool:
    return _CLOSING.match(line) is not None and _FAREWELL.match(line) is None


def _ends_letter(letter: Letter, index: int, names: frozenset[str], *, is_first: bool) -> int | None:
    """Where the signature would begin if this line closes the letter: a closing, the sender's name, small print."""
    line = letter.line(index)
    if not is_first and _is_delimiter(letter, index):
        return index
    if len(line) <= _MAX_CLOSING and _CLOSING.match(line.strip("*_ ")):
        return _behind_name(letter, index)
    if is_first or _is_announced(letter, index):
        return None
    if _is_name(line, names) or (_DASHED_NAME.match(line) and _has_firm_below(letter, index + 1)):
        return index + 1
    return index if letter.is_small_print(index) else None


def _is_name(line: str, names: frozenset[str]) -> bool:
    return len(line) <= 80 and " ".join(line.casefold().strip(" ,.-–/~").split()) in names


def _is_delimiter(letter: Letter, index: int) -> bool:
    """A line "-- "; a bare ruler only where a firm's block or small print stands below."""
    line = letter.line(index)
    if _DELIMITER.match(line) or _SOFT_DELIMITER.match(line):
        return True
    return bool(_RULER.match(line)) and _has_firm_below(letter, index + 1)


def _has_firm_below(letter: Letter, start: int) -> bool:
    lines = range(start, min(start + _MAX_FIRM, letter.end))
    return any(letter.line(index) and (letter.is_contact(index) or letter.is_small_print(index)) for index in lines)


def _behind_name(letter: Letter, closing: int) -> int | None:
    """The index behind the typed name below a closing formula: one short line, perhaps after one empty one.

    None where another closing follows: "Vielen Dank" and below it "Mit freundlichen Grüßen".
    """
    index = closing + 1
    if NAMED_CLOSING.search(letter.line(closing)[:_MAX_CLOSING]):
        return index
    while index < letter.end and not letter.line(index) and index - closing <= 2:
        index += 1
    if index >= letter.end:
        return closing + 1
    line = letter.line(index).strip("*_ ")
    if len(line) <= _MAX_CLOSING and _CLOSING.match(line):
        return None
    if line.endswith(".") and len(line.split()) > 2 and not _PERSON.match(line):
        return closing + 1
    if _NAME_LIKE.match(line[:100] or "@") and len(line.split()) <= _MAX_NAME_WORDS and not is_phone_footer(line):
        return index + 1
    return closing + 1


def _find_firm(letter: Letter, names: frozenset[str]) -> int:
    """A firm's block without any closing: the last paragraphs, where most lines are contact lines. A name above"
    " stays."""
    cut = letter.end
    contacts = 0
    for paragraph in reversed(letter.paragraphs[1:]):
        lines = range(paragraph.start, paragraph.end)
        if len(lines) > _MAX_BLOCK or letter.end - paragraph.start > 2 * _MAX_BLOCK or paragraph.must_stay:
            break
        found = sum(letter.is_contact(index) for index in lines)
        if found * 2 < len(lines) and not letter.is_small_print(paragraph.start):
            break
        contacts, cut = contacts + found, paragraph.start
    if contacts < 3 or cut == letter.end or _is_announced(letter, cut):
        return letter.end
    first = letter.line(cut)
    is_person = _PERSON.match(first) and not _CONTACT_LINE.match(first) and not _OFFICE.search(first)
    is_typed = _is_name(first, names) or is_person
    return cut + 1 if is_typed else cut


def _is_announced(letter: Letter, start: int) -> bool:
    """Whether the line above ends in a colon: "Die Adresse lautet:" makes what follows the letter's own matter."""
    above = next((letter.line(at) for at in range(start - 1, letter.start - 1, -1) if letter.line(at)), "")
    return above.endswith((":", "："))
