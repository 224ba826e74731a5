"""Mailboxes (RFC 5322 section 3.4): a forgiving list for display, and one strict author.

Who wrote decides what a mail may do, so the author is taken only where no two readers can differ:
`alice@good.example <bob@evil.example>` is Alice to some parsers and Bob to others, and nobody to this one.
"""

import re
import unicodedata

from cases.mail import Address
from ingest.read.defects import Defects
from ingest.read.limits import MAX_ADDRESSES, MAX_NAME_CHARS
from ingest.read.words import clean_line, decode_words

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]"
_DOT_ATOM = rf"{_ATEXT}+(?:\.{_ATEXT}+)*"
_LABEL = r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9_\u0080-\U0010ffff-]*[A-Za-z0-9\u0080-\U0010ffff])?"
_ADDR_SPEC = rf'(?P<local>{_DOT_ATOM}|"[^"\\@<>(),:;\x00-\x1f\x7f]*")@(?P<domain>{_LABEL}(?:\.{_LABEL})*)'
_STRICT_BARE = re.compile(rf"{_ADDR_SPEC}[ \t]*(?:\((?P<comment>[^()@<>\\\x00-\x08\x0a-\x1f]*)\)[ \t]*)?\Z")
_STRICT_ANGLE = re.compile(rf"<{_ADDR_SPEC}>\Z")
# A phrase: atoms (dots as in "J. Smith" are RFC 5322's obsolete form), blanks, quoted strings.
_PHRASE = re.compile(rf'(?:{_ATEXT}|[ \t.]|"(?:[^"\\\x00-\x08\x0a-\x1f]|\\[^\x00-\x1f])*")*\Z')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f\ufffd]")
_ESCAPE = re.compile(r"\\(.)")
_MAX_ADDRESS_CHARS = 254
_MAX_LOCAL_CHARS = 64
_MAX_COMMENTED_CHARS = 2_000
_MAX_LIST_CHARS = 256 * 1024


def find_author(froms: tuple[str, ...], defects: Defects) -> Address | None:
    """The author of a mail: its one From field when it is exactly one strict mailbox, else None and a defect."""
    if len(froms) != 1:
        defects.add("From: missing" if not froms else "From: given more than once")
        return None
    author = parse_mailbox(froms[0], defects)
    if author is None:
        defects.add("From: not exactly one unambiguous mailbox")
    return author


def parse_mailbox(value: str, defects: Defects) -> Address | None:
    """Exactly one mailbox in the strict form `a@b`, `Name <a@b>` or `a@b (Name)`; anything else is None."""
    value = value.strip(" \t")
    if len(value) > 2_000 or _FORBIDDEN.search(value):
        return None
    if match := _STRICT_BARE.match(value):
        return _checked(match, match["comment"] or "", defects)
    opening = value.rfind("<")
    if opening < 0 or not _PHRASE.match(value[:opening]):
        return None
    match = _STRICT_ANGLE.match(value[opening:])
    return _checked(match, _unquote(value[:opening]), defects) if match else None


def _checked(match: "re.Match[str]", name: str, defects: Defects) -> Address | None:
    local, domain = match["local"], match["domain"]
    # "=?…?=" is a legal local part and the favourite trick to hide another address in it.
    if "=?" in local or len(local.encode()) > _MAX_LOCAL_CHARS or len(f"{local}@{domain}") > _MAX_ADDRESS_CHARS:
        return None
    if any(char > "\x7f" and unicodedata.category(char)[0] in "CZ" for char in local + domain):
        return None  # zero-width, direction and blank characters: what is shown is not what is meant
    return Address(name=decode_words(name, defects)[:MAX_NAME_CHARS], address=_join(local, domain))


def _join(local: str, domain: str) -> str:
    return unicodedata.normalize("NFC", f"{local}@{domain.lower()}")


def parse_address_list(values: tuple[str, ...], defects: Defects) -> tuple[Address, ...]:
    """All mailboxes of address fields, for display and routing of copies; what is no address is left out."""
    out: dict[Address, None] = {}
    for piece in _split_list(",".join(values)[:_MAX_LIST_CHARS]):
        if len(out) >= MAX_ADDRESSES:
            defects.add(f"more than {MAX_ADDRESSES} addresses")
            break
        address = _parse_loose(piece, defects)
        if address is not None:
            out.setdefault(address)
    return tuple(out)


def _split_list(value: str) -> list[str]:
    """Pieces between commas and semicolons that stand outside quotes, comments and angle brackets."""
    pieces: list[str] = []
    start = depth = 0
    quoted = angle = escaped = False
    for index, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif not quoted and not depth and char in "<>":
            angle = char == "<"
        elif not quoted and not depth and (char == ";" or (char == "," and not angle)):
            pieces.append(value[start:index])
            start, angle = index + 1, False
        elif char == ":" and not (quoted or depth or angle) and "@" not in value[start : min(index, start + 300)]:
            start = index + 1  # the name of a group: "undisclosed-recipients:;"
    pieces.append(value[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def _parse_loose(piece: str, defects: Defects) -> Address | None:
    opening = piece.rfind("<")
    if opening >= 0:
        spec = _without_comments(piece[opening + 1 :].split(">", maxsplit=1)[0])
        name = _unquote(piece[:opening])
    else:
        spec = next((word for word in piece.replace("(", " (").split() if "@" in word), "")
        name = _unquote(piece.replace(spec, "")).strip(" ()") if spec else ""
    spec = clean_line(spec).replace(" ", "").strip("<>,;:'\"")
    local, at, domain = spec.rpartition("@")
    if not (at and local and domain) or len(spec) > 1_000:
        return None
    return Address(name=decode_words(name, defects)[:MAX_NAME_CHARS], address=_join(local, domain))


def _without_comments(spec: str) -> str:
    """An address with comments within it (RFC 5322 appendix A.5), without them; one pass however deep."""
    if "(" not in spec:
        return spec
    out: list[str] = []
    depth = 0
    for char in spec[:_MAX_COMMENTED_CHARS]:
        depth += char == "("
        if not depth:
            out.append(char)
        depth -= char == ")" and depth > 0
    return "".join(out)


def _unquote(phrase: str) -> str:
    return _QUOTED.sub(lambda match: _ESCAPE.sub(r"\1", match[1]), phrase).strip()
