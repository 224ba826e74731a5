"""Which lines of a mail are quoted history: by their marks, by the attribution above them, or down to the end."""

import re
from dataclasses import dataclass

from ingest.read.reply_attributions import Sureness, decide_attribution, is_sentence, may_begin
from ingest.read.reply_headers import (
    DIVIDER,
    PLAIN_DIVIDER,
    RULER,
    HeaderLine,
    find_header_block,
    find_header_lines,
    is_joined_block,
)
from ingest.read.reply_rules import Label

_MARK = re.compile(r"\s{0,3}(?:>|&gt;|＞|[A-Z]{1,3}>(?=\s|\Z))")
_DEEP = re.compile(r"\s{0,3}>>>")
_BAR = re.compile(r"\s{0,3}\|(?=\s|\Z)")
_CLOSES_ADDRESS = re.compile(r"\s{0,3}>[\w\s,]{0,20}[:：]\s{0,3}\Z")
_ENDS = (":", "：", "wrote", "--")
_MAX_ATTRIBUTION = 450
_MIN_ATTRIBUTION = 8
_MAX_WRAPPED = 5
_MAX_TRIED = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotes:
    """A label for each line. `lost`: a quote without marks begins the mail, so nothing can be told apart.

    `attributions`: (start, end) of the lines that say who wrote what is below.
    """

    labels: list[Label]
    attributions: tuple[tuple[int, int], ...]
    lost: bool


def label_quotes(lines: list[str], bares: list[str]) -> Quotes:
    """Label quoted lines; `bares` are the lines as the rules see them."""
    labels = _label_marks(lines)
    headers = find_header_lines(bares)
    has_marks = Label.QUOTED in labels
    found: list[tuple[int, int]] = []
    index, tried, unmarked_top, words = 0, 0, False, False
    while index < len(lines):
        if labels[index] is Label.QUOTED or not bares[index]:
            index += 1
            continue
        end = _find_head(bares, headers, index)
        is_attribution = end is None
        if end is None and tried < _MAX_TRIED and _may_end(bares, index):
            tried += 1  # each try joins and searches lines: a mail of nothing but colons stays linear and quick
            end = _find_attribution(lines, bares, labels, index)
        if end is None:
            words, index = True, index + 1
            continue
        follows = _next_filled(bares, end)
        is_marked = follows is None or labels[follows] is Label.QUOTED or _label_bars(lines, labels, follows)
        if is_attribution:
            found.append((index, end))
        if not is_marked and (words or not is_attribution):
            # Outlook, Yahoo and iOS without marks: all below is history.
            _label_rest(labels, bares, index)
            break
        unmarked_top = unmarked_top or not is_marked
        labels[index:end] = [Label.QUOTED] * (end - index)
        index = end
    lost = unmarked_top and (len(found) > 1 or not has_marks)
    return Quotes(labels=labels, attributions=tuple(found), lost=lost)


def _label_marks(lines: list[str]) -> list[Label]:
    """Lines with a quote's mark; a shell's ">>>" alone is none."""
    labels = [Label.QUOTED if _MARK.match(line[:20]) else Label.NEW for line in lines]
    marked = [index for index, label in enumerate(labels) if label is Label.QUOTED]
    if marked and all(_DEEP.match(lines[index]) for index in marked):
        return [Label.NEW] * len(lines)
    return labels


def _label_bars(lines: list[str], labels: list[Label], start: int) -> bool:
    """Bars are marks right below an attribution only: anywhere else they are a table's."""
    end = start
    while end < len(lines) and _BAR.match(lines[end][:20]):
        labels[end] = Label.QUOTED
        end += 1
    return end > start


def _label_rest(labels: list[Label], bares: list[str], start: int) -> None:
    """History to the end of the mail, and a ruler right above it."""
    labels[start:] = [Label.QUOTED] * (len(labels) - start)
    above = start - 1
    while above >= 0 and not bares[above]:
        above -= 1
    if above >= 0 and RULER.match(bares[above][:200]):
        labels[above] = Label.QUOTED


def _find_head(bares: list[str], headers: list[HeaderLine | None], index: int) -> int | None:
    """The index behind what begins history to the end: a divider, a header block, or both."""
    line = bares[index]
    end = find_header_block(bares, headers, index)
    if end is not None:
        return end
    if is_joined_block(line, headers[index]):
        return index + 1
    is_ruled = len(line) <= 500 and DIVIDER.match(line)
    is_plain = not is_ruled and len(line) <= 60 and PLAIN_DIVIDER.match(line)
    if not is_plain and not is_ruled:
        return None
    below = _next_filled(bares, index + 1)
    end = find_header_block(bares, headers, below) if below is not None else None
    if is_plain and end is None and (below is None or headers[below] is None):
        return None
    return end if end is not None else index + 1


def _may_end(bares: list[str], index: int) -> bool:
    """Whether one of the next lines could be the last of an attribution."""
    if bares[index][:1].isdigit() or ":>" in bares[index]:
        return True
    return any(line.endswith(_ENDS) for line in bares[index : index + _MAX_WRAPPED + 2])


def _find_attribution(lines: list[str], bares: list[str], labels: list[Label], index: int) -> int | None:
    """The index behind an attribution that begins at `index` and may be wrapped over up to five lines."""
    joined = ""
    begins = may_begin(bares[index], bares[index + 1] if index + 1 < len(bares) else "")
    filled = 0
    for end in range(index, min(index + _MAX_WRAPPED + 2, len(lines))):
        line = bares[end]
        if not line:
            if end + 1 >= len(lines) or not bares[end + 1].startswith("<") or filled == 0:
                return None
            continue
        if filled and labels[end] is Label.QUOTED and not _is_rest_of_address(joined, lines[end]):
            return None
        joined, filled = f"{joined} {line}" if joined else line, filled + 1
        if len(joined) > _MAX_ATTRIBUTION or filled > _MAX_WRAPPED:
            return None
        if _is_attribution(joined, bares, labels, end + 1, is_one_line=filled == 1) or _is_with_quote(joined):
            return end + 1
        if not begins or is_sentence(line):
            return None
    return None


def _is_attribution(joined: str, bares: list[str], labels: list[Label], below: int, *, is_one_line: bool) -> bool:
    if len(joined) < _MIN_ATTRIBUTION or not (joined.endswith(_ENDS) or (is_one_line and joined[0].isdigit())):
        return False
    if is_one_line and joined[-1].isalpha() and below < len(bares) and bares[below].startswith("<"):
        return False
    sureness = decide_attribution(joined)
    if sureness is Sureness.MARKED:
        follows = next((at for at in range(below, min(below + 3, len(bares))) if bares[at]), None)
        return follows is not None and (labels[follows] is Label.QUOTED or bares[follows].startswith("| "))
    return sureness is Sureness.SURE


def _is_with_quote(joined: str) -> bool:
    """Some web mailers lose the line break: "On 12/11/2026 10:02, a@b.example wrote:> old"."""
    head, mark, _ = joined.partition(":>")
    return bool(mark) and decide_attribution(f"{head}:") is Sureness.SURE


def _is_rest_of_address(joined: str, line: str) -> bool:
    """Whether a line like "> wrote:" closes the address above it and is no quote."""
    return joined.count("<") > joined.count(">") and _CLOSES_ADDRESS.match(line[:60]) is not None


def _next_filled(bares: list[str], start: int) -> int | None:
    return next((index for index in range(start, len(bares)) if bares[index]), None)
