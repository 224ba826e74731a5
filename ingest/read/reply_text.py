"""What is new in a mail: without quoted history, signature, small print and phone footer. Linear time.

Each line gets a label; nothing is deleted, so the caller also has the quoted and the signature lines. Where the
rules would leave nothing, the whole text is the new text: an empty answer helps nobody.
"""

import re
from dataclasses import dataclass

from ingest.read.reply_quotes import Quotes, label_quotes
from ingest.read.reply_rules import Label, bare_lines
from ingest.read.reply_signature import label_signatures

_QUOTE_MARKS = re.compile(r"\A(?:\s{0,3}[>＞]){1,50} ?")
_BLANK_LINES = re.compile(r"\n{3,}")
_MAX_LINE = 2_000


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
    both = bare_lines(text, _MAX_LINE)
    bares = [seen for _, seen in both]
    lines = [line if seen else "" for line, seen in both]
    quotes = label_quotes(lines, bares)
    if quotes.lost:
        return _keep_all(lines, quotes)
    label_signatures(bares, quotes.labels, sender_name)
    new = _gather(lines, quotes.labels, Label.NEW)
    if not new:
        return Split(new=text.strip(), quoted="", signature="", is_all=True)
    quoted = "\n".join(
        _QUOTE_MARKS.sub("", line, count=1)
        for line, label in zip(lines, quotes.labels, strict=True)
        if label is Label.QUOTED
    )
    return Split(new=new, quoted=quoted.strip("\n"), signature=_gather(lines, quotes.labels, Label.SIGNATURE))


def _keep_all(lines: list[str], quotes: Quotes) -> Split:
    """A mail that begins with a quote without marks: all of it stays but the lines that say who wrote it."""
    dropped = {index for start, end in quotes.attributions for index in range(start, end)}
    kept = "\n".join(line.rstrip() for index, line in enumerate(lines) if index not in dropped)
    whole = "\n".join(lines)
    return Split(new=_BLANK_LINES.sub("\n\n", kept).strip() or whole.strip(), quoted="", signature="", is_all=True)


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
