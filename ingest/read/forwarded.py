"""The mail that a mail passes on as a whole: attached as it came, or below a line or header block of mail programs.

Who wrote it decides for whom a case is opened, so the author is taken only where there is exactly one address. What a
mail passes on proves nothing: it is the word of whoever passes it on.
"""

import re
from dataclasses import dataclass

from cases.mail import Address, Forwarded
from cases.transfer import decode_transfer
from ingest.read.addresses import find_author, parse_mailbox
from ingest.read.defects import Defects
from ingest.read.headers import find_message_id
from ingest.read.limits import MAX_NAME_CHARS, MAX_SUBJECT_CHARS
from ingest.read.mime import Leaf, parse_tree
from ingest.read.reply_headers import (
    DIVIDER,
    Header,
    HeaderLine,
    collect_headers,
    find_header_block,
    find_header_lines,
)
from ingest.read.reply_rules import bare_lines
from ingest.read.text import read_body

_ATTACHED = ("message/rfc822", "message/global")
_MAX_ATTACHED_BYTES = 32 * 1024 * 1024
_MAX_LINES = 5_000
_MAX_LINE = 2_000
_MAX_BETWEEN = 8
# What mail programs put before the subject of a forward, by their own languages: en de fr it es pt nl pl sv da fi tr.
_FORWARD_PREFIX = re.compile(
    r"\s*(?:fwd?|wg|weitergel(?:eitet)?|tr|i|rv|enc|doorst|pd|vb|vs|vl|ilt|[iİ]lt|転送|转发|轉寄|转寄)\s?(?:\[\d+\])?[:：]",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw(?:ort)?|r|rif|res|odp|sv|vá|ynt|yan|返信|回复|回覆|答复)\s?(?:\[\d+\])?[:：]", re.IGNORECASE
)
_PREFIXES = re.compile(rf"(?:(?:{_FORWARD_PREFIX.pattern}|{_REPLY_PREFIX.pattern})\s*)+", re.IGNORECASE)
# A divider that says "forwarded" itself; "Original Message" stands above replies just as often.
_SAYS_FORWARD = re.compile(
    r"forward|weitergeleitet|transf[ée]r|réexpédi|inoltrat|reenviad|encaminhad|doorgestuurd|przek(?:azan|azyw)|przesłan"
    r"|vidarebefordra|videresend|yönlendiril|[iİ]letil|přeposlan|пере(?:сыл|сла|адрес)|転送|转发|轉寄|전달",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"<mailto:[^<>]{0,320}>|\[mailto:([^\[\]<>]{3,320})\]", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_AROUND = "'*_|"  # quotes of Outlook, bold marks, a table's bars
_MARK = re.compile(r"\s{0,3}[>＞|] ?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Passing:
    """What of a mail is needed to tell whether it passes on another: its own subject and ids, and its text."""

    subject: str
    text: str
    references: tuple[str, ...] = ()


def find_forwarded(raw: bytes, leaves: tuple[Leaf, ...], passing: Passing) -> Forwarded | None:
    """The outermost mail that is passed on, None where there is none, several, or no certain author of it."""
    attached = [leaf for leaf in leaves if _is_mail(leaf)]
    if attached:
        return _read_attached(raw, attached[0]) if len(attached) == 1 else None
    return _find_in_text(passing)


def _is_mail(leaf: Leaf) -> bool:
    name = (leaf.disposition.params.get("filename") or leaf.content.params.get("name") or "").lower()
    as_file = leaf.content_type == "application/octet-stream" and name.endswith(".eml")
    return (leaf.content_type in _ATTACHED or as_file) and leaf.within("report") is None


def _read_attached(raw: bytes, leaf: Leaf) -> Forwarded | None:
    """What is wrong within the attached mail is no defect of this one."""
    theirs = Defects()
    cut = raw[leaf.offset : leaf.offset + min(leaf.length, _MAX_ATTACHED_BYTES)]
    content = decode_transfer(cut, leaf.encoding).lstrip(b"\r\n")
    tree = parse_tree(content, theirs)
    author = find_author(tree.headers.all("from"), theirs)
    if author is None:
        return None
    return Forwarded(
        author=author,
        text=read_body(content, tree.leaves, theirs).text,
        subject=tree.headers.decoded("subject", theirs)[:MAX_SUBJECT_CHARS],
        message_id=find_message_id(tree.headers.first("message-id")),
    )


def _find_in_text(passing: Passing) -> Forwarded | None:
    both = bare_lines(passing.text, _MAX_LINE)[:_MAX_LINES]
    lines = [line for line, _ in both]
    bares = [seen for _, seen in both]
    headers = find_header_lines(bares)
    for index in range(len(bares)):
        divided = len(bares[index]) <= _MAX_LINE // 4 and DIVIDER.match(bares[index]) is not None
        start = _next_filled(bares, index + 1) if divided else index
        if start is None or not (divided or headers[index] is not None):
            continue
        if find_header_block(bares, headers, start) is not None:
            says = divided and _SAYS_FORWARD.search(bares[index]) is not None
            return _read_block(passing, lines, bares, headers, start) if says or _is_forward(passing) else None
        if divided:
            return None  # history of another make, or a line of ours: nothing below can be told apart for certain
    return None


def _is_forward(passing: Passing) -> bool:
    """Whether what stands above a neutral header block makes it a forward: its subject says so, or denies a reply."""
    if _FORWARD_PREFIX.match(passing.subject):
        return True
    return not _REPLY_PREFIX.match(passing.subject) and not passing.references


def _read_block(
    passing: Passing, lines: list[str], bares: list[str], headers: list[HeaderLine | None], start: int
) -> Forwarded | None:
    found, end = collect_headers(bares, headers, start)
    author = parse_shown_author(found.get(Header.FROM, ""))
    words = _without_marks(lines[end:])
    if author is None or not words:
        return None
    subject = found.get(Header.SUBJECT, "").strip(f" {_AROUND}") or strip_prefixes(passing.subject)
    return Forwarded(
        author=author,
        text=words,
        subject=subject[:MAX_SUBJECT_CHARS],
        # Gmail, Thunderbird and Apple Mail name what they forward; the block itself never has the id.
        message_id=passing.references[-1] if passing.references else None,
    )


def parse_shown_author(value: str) -> Address | None:
    """The one address of a From line as mail programs show it: `Jan [mailto:jan@a.example]`, `Petersen, Jan <jan@…>`.

    None where there are two that differ, or none.
    """
    plain = _MAILTO.sub(lambda found: f"<{found[1]}>" if found[1] else "", value[: 4 * MAX_NAME_CHARS])
    shown = _ADDRESS.search(plain)
    if shown is None or len({one.strip(_AROUND).casefold() for one in _ADDRESS.findall(plain)}) != 1:
        return None
    author = parse_mailbox(shown[0].strip(_AROUND), Defects())
    if author is None:
        return None
    name = plain[: shown.start()].strip(f' \t<"([{_AROUND}')
    return Address(name=name[:MAX_NAME_CHARS], address=author.address)


def strip_prefixes(subject: str) -> str:
    """The subject without what replies and forwards put before it."""
    return _PREFIXES.sub("", subject, count=1).strip() if _PREFIXES.match(subject) else subject.strip()


def _without_marks(lines: list[str]) -> str:
    """The words of the block; Apple Mail and Yahoo put a mark before each line."""
    filled = [line for line in lines if line.strip()]
    if filled and all(_MARK.match(line) for line in filled):
        lines = [_MARK.sub("", line, count=1) for line in lines]
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _next_filled(bares: list[str], start: int) -> int | None:
    return next((at for at in range(start, min(start + _MAX_BETWEEN, len(bares))) if bares[at]), None)
