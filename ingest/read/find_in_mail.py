"""Which identifiers stand where in a mail: subject, new text, quoted history, signature, attachments."""

from cases.mail import Identifier, Source
from cases.transfer import decode_transfer
from ingest.identifiers import Found, find_identifiers
from ingest.read.defects import Defects
from ingest.read.limits import (
    MAX_ATTACHED_CHARS,
    MAX_ATTACHMENT_TEXTS,
    MAX_EMBEDDED_LEVELS,
    MAX_IDENTIFIERS,
    MAX_TEXT_BYTES,
)
from ingest.read.mime import Leaf, parse_tree
from ingest.read.reply_text import Split
from ingest.read.text import read_body, read_text_part

_TEXT_TYPES = ("text/plain", "text/csv", "text/tab-separated-values", "text/comma-separated-values", "application/csv")


def find_in_texts(
    subject: str, split: Split, attached: tuple[str, ...], language: str | None
) -> tuple[Identifier, ...]:
    """Identifiers by source. One in subject and new text has both; quoted or signature only where neither has it."""
    own = {
        Source.SUBJECT: find_identifiers(subject, language),
        Source.BODY: find_identifiers(split.new, language),
    }
    known = {one for found in own.values() for one in found}
    quoted = tuple(one for one in find_identifiers(split.quoted, language) if one not in known)
    known.update(quoted)
    signature = tuple(one for one in find_identifiers(split.signature, language) if one not in known)
    inside: dict[Found, None] = {}
    for text in attached:
        inside.update(dict.fromkeys(find_identifiers(text, language)))
    by_source = {**own, Source.QUOTED: quoted, Source.SIGNATURE: signature, Source.ATTACHMENT: tuple(inside)}
    out = [
        Identifier(kind=one.kind, value=one.value, source=source)
        for source, found in by_source.items()
        for one in found
    ]
    return tuple(out[:MAX_IDENTIFIERS])


def read_attached_texts(
    raw: bytes, leaves: tuple[Leaf, ...], body_paths: frozenset[str], defects: Defects, level: int = 0
) -> tuple[str, ...]:
    """The text of attached text files and of attached mails (subject and body, and what is attached to those)."""
    texts: list[str] = []
    for leaf in leaves:
        if len(texts) >= MAX_ATTACHMENT_TEXTS or sum(map(len, texts)) > MAX_ATTACHED_CHARS:
            defects.add("too many attached texts: not all were searched")
            break
        if leaf.path in body_paths or leaf.within("report") is not None:
            continue
        if leaf.content_type in _TEXT_TYPES or _is_named_table(leaf):
            texts.append(read_text_part(raw, leaf, defects))
        elif leaf.content_type == "message/rfc822" and level < MAX_EMBEDDED_LEVELS:
            texts += _read_attached_mail(raw, leaf, defects, level + 1)
    return tuple(texts[:MAX_ATTACHMENT_TEXTS])


def _is_named_table(leaf: Leaf) -> bool:
    name = leaf.disposition.params.get("filename") or leaf.content.params.get("name") or ""
    return leaf.content_type.startswith(
        ("application/octet-stream", "application/vnd.ms-excel")
    ) and name.lower().endswith((".csv", ".tsv", ".txt"))


def _read_attached_mail(raw: bytes, leaf: Leaf, defects: Defects, level: int) -> tuple[str, ...]:
    transferred = raw[leaf.offset : leaf.offset + min(leaf.length, MAX_TEXT_BYTES * 8)]
    inner = decode_transfer(transferred, leaf.encoding, defects.add)
    inner_defects = Defects()  # what is wrong with a mail inside is not wrong with this one
    tree = parse_tree(inner, inner_defects)
    body = read_body(inner, tree.leaves, inner_defects)
    own = tree.headers.decoded("subject", inner_defects) + "\n" + body.text
    return (own, *read_attached_texts(inner, tree.leaves, body.paths, inner_defects, level))
