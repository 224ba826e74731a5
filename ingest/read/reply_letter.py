"""The paragraphs of a run of new lines, and what each is: a letter's sentences, or what may stand in a signature."""

import itertools
import re
from dataclasses import dataclass

from ingest.read.reply_footers import is_added_footer
from ingest.read.reply_rules import POSTSCRIPT, join_rules
from ingest.read.reply_small_print import CONTACT_LINES, DISCLAIMERS, IDENTIFIER, LEGAL, STRONG_CONTACT

_CONTACT_LINE = join_rules(CONTACT_LINES)
_DISCLAIMER = join_rules(DISCLAIMERS)
_SENTENCE_ENDS = ".?!。？！"
_CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_PROSE_WORDS = 8
_SENTENCE_WORDS = 2
_QUESTION_WORDS = 3
_PROSE_CJK = 14
_SENTENCE_CJK = 6
_MAX_JOINED = 600
_MAX_JOINED_LINES = 6
_MAX_PARAGRAPH = 1_200
_MIN_SMALL_PRINT = 4
_MAX_SMALL_PRINT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """Lines `start` to `end`. `is_prose`: long sentences; `is_sentence`: a short one; `must_stay`: no signature has"
    " it."""

    start: int
    end: int
    is_prose: bool
    is_sentence: bool
    must_stay: bool


class Letter:
    """What the lines `start` to `end` are; asked for line by line, each answer is found once."""

    def __init__(self, bares: list[str], start: int, end: int) -> None:
        self._bares = bares
        self.start, self.end = start, end
        self._small: dict[int, bool] = {}
        self._contact: dict[int, bool] = {}
        self._tried = 0
        self.paragraphs = [self._paragraph(*span) for span in self._spans()]

    def above(self, index: int) -> "Letter":
        """The same run down to a line."""
        return Letter(self._bares, self.start, index)

    def line(self, index: int) -> str:
        """The line as the rules see it."""
        return self._bares[index]

    def is_small_print(self, index: int) -> bool:
        """Whether a disclaimer, an advertisement or a scanner's words begin at this line."""
        if index not in self._small:
            self._small[index] = self._tried < _MAX_SMALL_PRINT and self._find_small_print(index)
        return self._small[index]

    def is_contact(self, index: int) -> bool:
        """Whether the line is one of a firm's: telephone, address, register number, legal form."""
        if index not in self._contact:
            line = self._bares[index][:200]
            plain = line.strip("*_ ")
            self._contact[index] = len(line) <= 160 and bool(_CONTACT_LINE.match(plain) or STRONG_CONTACT.match(plain))
        return self._contact[index]

    def goes_on(self, start: int, *, is_sure: bool) -> bool:
        """Whether the letter goes on from `start`. `is_sure`: a farewell stands above, so only long sentences count.

        Two lines of a firm's block right below the farewell end the letter whatever slogans follow.
        """
        rest = [
            self._paragraph(max(one.start, start), one.end) for one in self.paragraphs if one.end > start >= one.start
        ]
        rest += self._behind(start)
        if any(one.must_stay for one in rest):
            return True
        prose = next((one for one in rest if one.is_prose or (one.is_sentence and not is_sure)), None)
        if prose is None:
            return False
        between = range(start, min(prose.start, start + 16))
        return sum(1 for index in between if self._bares[index] and self.is_contact(index)) < 2

    def _behind(self, start: int) -> list[Paragraph]:
        return [one for one in self.paragraphs if one.start > start]

    def _spans(self) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        begun: int | None = None
        for index in range(self.start, self.end + 1):
            filled = index < self.end and bool(self._bares[index])
            if filled and begun is None:
                begun = index
            elif not filled and begun is not None:
                spans.append((begun, index))
                begun = None
        return spans

    def _paragraph(self, start: int, end: int) -> Paragraph:
        lines = itertools.takewhile(lambda index: not self.is_small_print(index), range(start, min(end, start + 60)))
        words = " ".join(self._bares[index] for index in lines)[:_MAX_PARAGRAPH]
        count, cjk = len(words.split()), len(_CJK.findall(words))
        ends = bool(words) and words[-1] in _SENTENCE_ENDS
        is_plain = not _looks_like_contact(words)
        asks = words.endswith(("?", "？")) and (count >= _QUESTION_WORDS or cjk >= _SENTENCE_CJK)
        return Paragraph(
            start=start,
            end=end,
            is_prose=ends and is_plain and (count >= _PROSE_WORDS or cjk >= _PROSE_CJK),
            is_sentence=ends and is_plain and (count >= _SENTENCE_WORDS or cjk >= _SENTENCE_CJK),
            must_stay=bool(POSTSCRIPT.match(words) or (asks and is_plain) or IDENTIFIER.search(words)),
        )

    def _find_small_print(self, index: int) -> bool:
        line = self._bares[index]
        if len(line) < _MIN_SMALL_PRINT:
            return False
        if is_added_footer(line[:400]):
            return True
        last = min(index + _MAX_JOINED_LINES, self.end)
        block = itertools.takewhile(bool, (self._bares[at] for at in range(index, last)))
        joined = " ".join(block)[:_MAX_JOINED].strip("*_ ")
        if _DISCLAIMER.match(joined) is None and not self._goes_on_legally(index, joined):
            return False
        self._tried += 1
        return True

    def _goes_on_legally(self, index: int, joined: str) -> bool:
        """Whether a paragraph stands below small print and speaks of the law as well."""
        above = next((at for at in range(index - 1, max(index - 4, self.start - 1), -1) if self._bares[at]), None)
        if above is None or above == index - 1 or not self._below_small_print(above):
            return False
        return LEGAL.search(joined) is not None

    def _below_small_print(self, last: int) -> bool:
        """Whether the paragraph that ends with line `last` holds small print."""
        for index in range(last, max(last - _MAX_JOINED_LINES, self.start - 1), -1):
            if not self._bares[index]:
                return False
            if self._small.get(index):
                return True
        return False


def _looks_like_contact(words: str) -> bool:
    return "|" in words or "·" in words or "@" in words or "www." in words or sum(c.isdigit() for c in words) > 12
