"""Which identifiers stand where in a mail: subject, new text, quoted history, signature, attachments."""

import functools

from cases.mail import Identifier, Source
from ingest.identifiers.found import Found
from ingest.identifiers.own_kinds import OwnKind
from ingest.identifiers.search import find_identifiers
from ingest.read.limits import MAX_IDENTIFIERS
from ingest.read.reply_text import Split


def find_in_texts(
    subject: str, split: Split, attached: tuple[str, ...], language: str | None, own_kinds: tuple[OwnKind, ...] = ()
) -> tuple[Identifier, ...]:
    """Identifiers by source. One in subject and new text has both; quoted or signature only where neither has it."""
    find = functools.partial(find_identifiers, language=language, own=own_kinds)
    new = {Source.SUBJECT: find(subject), Source.BODY: find(split.new)}
    known = {one for found in new.values() for one in found}
    quoted = tuple(one for one in find(split.quoted) if one not in known)
    known.update(quoted)
    signature = tuple(one for one in find(split.signature) if one not in known)
    inside: dict[Found, None] = {}
    for text in attached:
        inside.update(dict.fromkeys(find(text)))
    by_source = {**new, Source.QUOTED: quoted, Source.SIGNATURE: signature, Source.ATTACHMENT: tuple(inside)}
    out = [
        Identifier(kind=one.kind, value=one.value, source=source)
        for source, found in by_source.items()
        for one in found
    ]
    return tuple(out[:MAX_IDENTIFIERS])
