"""What is new in a mail: without quoted history, signature, small print and phone footer. Linear time.

Each line gets a label; nothing is deleted, so the caller also has the quoted and the signature lines. Where the
rules would leave nothing, the whole text is the new text: an empty answer helps nobody.
"""

import itertools
import re
from dataclasses import dataclass
from enum import Enum

from ingest.read.reply_rules import (
    ATTRIBUTIONS,
    CLOSINGS,
    DISCLAIMERS,
    DIVIDERS,
    HEADER_LABELS,
    PHONE_FOOTERS,
    POSTSCRIPT,
    SIGNATURE_DELIMITER,
    UNDATED_ATTRIBUTIONS,
    LineRule,
)

_QUOTED = re.compile(r"\s{0,3}(?:>|&gt;|\|(?=\s))")
_QUOTE_MARKS = re.compile(r"\A(?:\s{0,3}>)+ ?")
_HEADER_LINE = re.compile(r"[*_\s]{0,4}([^\W\d][\w -]{0,18}?)[*_\s]{0,3}[:：][*_\s]{0,3}(.*)", re.DOTALL)
_RULER = re.compile(r"\s*[-_=*―─]{10,}\s*$")
_ATTRIBUTION_END = re.compile(r"(?:[:：]|wrote|said)\s*$")
_NAME_LIKE = re.compile(r"(?=.*[^\W\d_])[^\d@|·•:;!?]{1,60}$")
_NAMED_CLOSING = re.compile(
    r"(?i:gru(?:ß|ss)|grü(?:ß|ss)en?|[lvbh]g|mfg|thanks|thank you|regards|cheers|best|groet(?:jes)?|grazie"
    r"|gracias|merci"
    r"|cordialement|saluti|saludos?|hälsningar|pozdrawiam)[\s,!.]+[A-ZÀ-Ž]\w"
)
_BLANK_LINES = re.compile(r"\n{3,}")
_MAX_LINE = 2_000
_MIN_ATTRIBUTION = 12
_MAX_ATTRIBUTION = 450
_PROSE_WORDS = 8
_MAX_CLOSINGS = 50
_MAX_CLOSING = 120


class Label(Enum):
    """What a line of a mail is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The text of a mail in three: new words, quoted history (marks taken off), signature and small print.

    `is_all`: nothing new could be told apart, so `new` is the whole text.
    """

    new: str
    quoted: str
    signature: str
    is_all: bool = False


def split_reply(text: str, sender_name: str = "") -> Split:
    """Split a mail's text. `sender_name` is the display name: alone on a line it ends the letter as a closing does."""
    lines = text.split("\n")
    labels = _label_quotes(lines)
    _label_signatures(lines, labels, sender_name)
    new = _gather(lines, labels, Label.NEW)
    if not new:
        return Split(new=text.strip(), quoted="", signature="", is_all=True)
    quoted = "\n".join(
        _QUOTE_MARKS.sub("", line, count=1) for line, label in zip(lines, labels, strict=True) if label is Label.QUOTED
    )
    return Split(new=new, quoted=quoted.strip("\n"), signature=_gather(lines, labels, Label.SIGNATURE))


def _matches(rules: tuple[LineRule, ...], line: str) -> bool:
    return any(rule.pattern.match(line) for rule in rules)


def _gather(lines: list[str], labels: list[Label], wanted: Label) -> str:
    """The lines of one label; where others were taken out between them, an empty line stands."""
    out: list[str] = []
    gap = False
    for line, label in zip(lines, labels, strict=True):
        if label is wanted:
            if gap and out and out[-1].strip():
                out.append("")
            out.append(line.rstrip())
            gap = False
        else:
            gap = True
    return _BLANK_LINES.sub("\n\n", "\n".join(out)).strip()


def _label_quotes(lines: list[str]) -> list[Label]:
    """Quoted lines by ">", by the attribution above them, or from an Outlook header block to the end."""
    labels = [Label.QUOTED if _QUOTED.match(line[:20]) else Label.NEW for line in lines]
    index = 0
    while index < len(lines):
        if labels[index] is Label.QUOTED or not lines[index].strip():
            index += 1
            continue
        if _starts_history(lines, index):
            _label_rest(lines, labels, index)
            break
        end = _find_attribution(lines, labels, index)
        if end is None:
            index += 1
            continue
        follows = _next_filled(lines, end)
        if follows is not None and labels[follows] is not Label.QUOTED:
            # Yahoo and iOS without marks: all below the attribution is history.
            _label_rest(lines, labels, index)
            break
        labels[index:end] = [Label.QUOTED] * (end - index)
        index = end
    return labels


def _label_rest(lines: list[str], labels: list[Label], start: int) -> None:
    """History to the end of the mail, and a ruler right above it."""
    labels[start:] = [Label.QUOTED] * (len(lines) - start)
    above = start - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    if above >= 0 and _RULER.match(lines[above][:200]):
        labels[above] = Label.QUOTED


def _starts_history(lines: list[str], index: int) -> bool:
    line = lines[index].strip()[:_MAX_LINE]
    if _matches(DIVIDERS, line):
        return True
    return _is_header_block(lines, index)


def _is_header_block(lines: list[str], index: int) -> bool:
    """Three or more header labels in the next lines, with From and a date or subject: a person's list has not that.

    A mail may hold "From: our warehouse / To: the customer" as its own words; a date line with a digit or an
    address behind From makes it a header block.
    """
    found: dict[str, str] = {}
    filled = 0
    for line in lines[index : index + 12]:
        if not line.strip():
            continue
        match = _HEADER_LINE.match(line[:300])
        label = HEADER_LABELS.get(match[1].strip().lower()) if match else None
        if match and label:
            found.setdefault(label, match[2])
        elif not filled:
            return False
        filled += 1
        if filled >= 8:
            break
    if "from" not in found or len(found) < 3 or not found.keys() & {"date", "subject"}:
        return False
    first = _HEADER_LINE.match(lines[index][:300])
    if first is None or HEADER_LABELS.get(first[1].strip().lower()) not in ("from", "date", "to", "subject"):
        return False
    return (
        "@" in found["from"]
        or any(c.isdigit() for c in found.get("date", ""))
        or ("subject" in found and "date" in found)
    )


def _find_attribution(lines: list[str], labels: list[Label], index: int) -> int | None:
    """The index behind an attribution that begins at `index` and may be wrapped over up to four lines."""
    joined = ""
    for end in range(index, min(index + 4, len(lines))):
        line = lines[end].strip()
        if not line or (end > index and labels[end] is Label.QUOTED):
            return None
        joined = f"{joined} {line}".strip()
        if len(joined) > _MAX_ATTRIBUTION:
            return None
        if len(joined) < _MIN_ATTRIBUTION or not _ATTRIBUTION_END.search(joined[-20:]):
            continue
        if _matches(ATTRIBUTIONS, joined) or (
            _is_quote_next(lines, labels, end + 1) and _matches(UNDATED_ATTRIBUTIONS, joined)
        ):
            return end + 1
    return None


def _is_quote_next(lines: list[str], labels: list[Label], start: int) -> bool:
    """Whether the next line that is not empty carries a quote's mark."""
    follows = next((index for index in range(start, min(start + 3, len(lines))) if lines[index].strip()), None)
    return follows is not None and labels[follows] is Label.QUOTED


def _next_filled(lines: list[str], start: int) -> int | None:
    return next((index for index in range(start, len(lines)) if lines[index].strip()), None)


def _label_signatures(lines: list[str], labels: list[Label], sender_name: str) -> None:
    """Each run of new lines between quotes may end in a signature; phone footers go wherever they stand."""
    start = 0
    while start < len(lines):
        if labels[start] is not Label.NEW:
            start += 1
            continue
        end = start
        while end < len(lines) and labels[end] is Label.NEW:
            end += 1
        for index in range(start, end):
            line = lines[index].strip()
            if len(line) <= 120 and _matches(PHONE_FOOTERS, line):
                labels[index] = Label.SIGNATURE
        cut = _find_signature(lines, labels, start, end, sender_name)
        _label_signature_run(labels, cut, end)
        start = end


def _find_signature(lines: list[str], labels: list[Label], start: int, end: int, sender_name: str) -> int:
    """The index where the signature of the run begins; `end` when it has none."""
    tried = 0
    seen_words = False
    for index in range(start, end):
        line = lines[index].strip()
        if not line or labels[index] is Label.SIGNATURE:
            continue
        if seen_words and SIGNATURE_DELIMITER.match(lines[index][:100]):
            return index
        cut = _ends_letter(lines, index, end, sender_name, first=not seen_words)
        seen_words = True
        if cut is None or tried >= _MAX_CLOSINGS:
            continue
        tried += 1  # each try looks at all that follows: a mail of nothing but greetings stays linear
        if not _has_prose(lines, cut, end):
            return cut
    return end


def _ends_letter(lines: list[str], index: int, end: int, sender_name: str, *, first: bool) -> int | None:
    """Where the signature would begin if this line closes the letter: a closing, the sender's name, small print."""
    line = lines[index].strip()
    if len(line) <= _MAX_CLOSING and _matches(CLOSINGS, line):
        return _behind_name(lines, index, end)
    if first:
        return None
    if sender_name and line.strip(" ,.-/") in (sender_name, sender_name.split(maxsplit=1)[0]):
        return index + 1
    return index if _matches(DISCLAIMERS, line[:_MAX_LINE]) else None


def _behind_name(lines: list[str], closing: int, end: int) -> int:
    """The index behind the typed name below a closing formula: one short line, perhaps after one empty one."""
    index = closing + 1
    if _NAMED_CLOSING.search(lines[closing][:_MAX_CLOSING]):
        return index  # "Gruß Rainer": the name is there, what follows is none
    while index < end and not lines[index].strip() and index - closing <= 2:
        index += 1
    if index < end and _NAME_LIKE.match(lines[index].strip()[:100] or "@") and len(lines[index].split()) <= 5:
        return index + 1
    return closing + 1


def _has_prose(lines: list[str], start: int, end: int) -> bool:
    """Whether a paragraph below looks like the letter going on: sentences that are no small print, or a postscript."""
    for paragraph in "\n".join(lines[start:end]).split("\n\n"):
        letter = itertools.takewhile(
            lambda line: not _matches(DISCLAIMERS, line.strip()[:_MAX_LINE]), paragraph.split("\n")
        )
        words = " ".join(" ".join(letter).split())
        if not words:
            continue
        if POSTSCRIPT.match(words):
            return True
        if len(words.split()) >= _PROSE_WORDS and words[-1] in ".?!。？！" and not _looks_like_contact(words):
            return True
    return False


def _looks_like_contact(words: str) -> bool:
    return "|" in words or "·" in words or "@" in words or "www." in words or sum(c.isdigit() for c in words) > 12


def _label_signature_run(labels: list[Label], cut: int, end: int) -> None:
    labels[cut:end] = [Label.SIGNATURE if label is Label.NEW else label for label in labels[cut:end]]
