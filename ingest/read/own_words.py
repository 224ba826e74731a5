"""What of a text is its writer's own prose: without what was pasted into it or is merely named.

A German mail may hold an English product title, a quoted notice, a log or a table; none of it says what the writer
speaks. Where too little is left, all of it counts.
"""

import re

MIN_WORDS = 3
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# Chinese and Japanese stand close to a number or an address without a blank, so these end before such a letter.
_GLUED = r"[^\s\u2e80-\uffef]"
_NOISE = re.compile(
    rf"https?://{_GLUED}{{1,2000}}|www\.{_GLUED}{{1,2000}}|{_GLUED}{{1,64}}@{_GLUED}{{1,255}}"
    rf"|{_GLUED}{{0,64}}\d{_GLUED}{{0,64}}|[<>=_*#\\^~]+"
)
# Blanks of its own line only: over empty lines each line would begin the search of all that follow again.
_PREFIX = re.compile(r"(?im)^[^\S\n]*(?:(?:re|aw|wg|fwd?|tr|rv|sv|vs|vb|antw|odp|pd|rif|i|r|ynt|ilt)\s?:\s*){1,9}")
_CODE = re.compile(r"\b[A-ZÄÖÜ]{2,}(?:[-_/][^\s,;]{1,64})+|\b\w{1,64}(?:_\w{1,64}){1,8}|\b[a-z]{2,32}[A-Z]\w{0,64}")
_QUOTED = re.compile(
    r"„[^„“”\"]{8,600}[“”\"]|“[^“”]{8,600}”|”[^”]{8,600}”|\"[^\"\n]{8,600}\"|«[^«»]{8,600}»|»[^«»]{8,600}«"
    r"|(?<!\w)'[^'\n]{8,600}'(?!\w)|(?<!\w)‘[^‘’\n]{8,600}’(?!\w)"
    r"|「[^「」]{4,300}」|『[^『』]{4,300}』|《[^《》]{2,300}》|【[^【】]{2,300}】"
)
_TITLE_WORD = r"(?:[A-ZÀ-Þ][\w'’.]{1,30}|\d[\w.]{0,10})"
_TITLE_JOINT = r"(?:[ ,&/|+-]{1,3}(?:(?:of|for|with|and|in|to|the|für|mit|und|pour|avec|et|de|per|con|di) )?)"
_TITLE = re.compile(rf"\b{_TITLE_WORD}(?:{_TITLE_JOINT}{_TITLE_WORD}){{4,30}}")
_PASTED_LINE = re.compile(
    r"^[>|]|\t[^\t\n]*\t|\S {3,}\S.* {3,}\S|\|[^|\n]*\||^\s*at [\w.$<>]+\(|^\s*File \"|Traceback|Exception\b"
    r"|^\s*[A-Z]\w*Error\b|^\s*[{}\[\]]|[;{]\s*$|</?\w+[ />]|^-{3,}|^={3,}",
)
_MESSAGE = re.compile(
    r"(?i)(\b(?:error(?: message)?|fehler(?:meldung)?|meldung|message|erreur|errore|messaggio|error|mensaje|foutmelding"
    r"|komunikat|błąd|felmeddelande|hata(?: mesajı)?|subject|betreff|titel|title|titre|titolo|título|tytuł|titeln"
    r"|başlık)\b[^\n:]{0,20}:)[^\n]{1,600}"
)


def find_own_words(text: str) -> str:
    """The writer's prose of a text, line by line; identifiers and addresses are out in any case."""
    kept = "\n".join(line for line in text.split("\n") if not _PASTED_LINE.search(line))
    bare = _bare(kept)
    if not _is_enough(bare):
        bare = _bare(text)
    for pattern in (_QUOTED, _MESSAGE, _TITLE):
        bare = _without(pattern, text=bare)
    return bare


def _bare(text: str) -> str:
    return _NOISE.sub(" ", _CODE.sub(" ", _PREFIX.sub(" ", text)))


def _without(pattern: re.Pattern[str], *, text: str) -> str:
    left = pattern.sub(lambda found: (found[1] if pattern.groups else "") + " ", text)
    return left if _is_enough(left) else text


def _is_enough(text: str) -> bool:
    """CJK has no blanks between words: there four letters are enough."""
    words = WORD.findall(text)
    return len(words) >= MIN_WORDS or sum(len(word) for word in words if word[0] > "\u2e80") >= 4
