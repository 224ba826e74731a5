"""What mail-parser says about the same octets: its defects, and whether both readers see the same From.

It is a second opinion, never the source of a value: it decodes some charsets wrong without a word, flattens attached
mails and repairs addresses. It sees whole mails only when they are small and plainly built, else the header alone.
"""

import logging

import mailparser

from cases.mail import Address
from ingest.read.defects import READ_ERRORS, Defects
from ingest.read.limits import MAX_CROSS_CHECK_BYTES
from ingest.read.mime import Tree

# It logs the subtype of parts it does not know; in a reader that is no event.
logging.getLogger("mailparser").addHandler(logging.NullHandler())
logging.getLogger("mailparser").propagate = False

_MAX_LEAVES = 50
_MAX_STRUCTURE_BYTES = 32 * 1024
_MAX_ENCODED_WORDS = 200
_MAX_MENTIONED = 20


def cross_check(raw: bytes, tree: Tree, author: Address | None, defects: Defects) -> None:
    """Add mail-parser's defects, and one when it takes somebody else for the author."""
    sample = _sample(raw, tree)
    if sample is None:
        return
    try:
        seen = mailparser.parse_from_bytes(sample)
        names = sorted({str(name) for name in seen.defects_categories})
        froms = [str(one[1]) for one in seen.from_ if len(one) == 2 and one[1]]
    except (*READ_ERRORS, mailparser.exceptions.MailParserError) as error:
        defects.add(f"mail-parser: could not read it ({type(error).__name__})")
        return
    for name in names[:_MAX_MENTIONED]:
        defects.add(f"mail-parser: {name}")
    if author is not None and froms and author.address.lower() not in {one.lower() for one in froms}:
        defects.add("mail-parser: sees another author in From")


def _sample(raw: bytes, tree: Tree) -> bytes | None:
    """The whole mail when it is small, its header when it is not, None when even that would cost too much.

    Without a single header field there is nothing to compare, and each line would become a defect of its own.
    """
    if not tree.headers.fields:
        return None
    structure = len(raw) - sum(leaf.length for leaf in tree.leaves)
    plain = len(tree.leaves) <= _MAX_LEAVES and structure <= _MAX_STRUCTURE_BYTES
    if plain and len(raw) <= MAX_CROSS_CHECK_BYTES and raw.count(b"=?") <= _MAX_ENCODED_WORDS:
        return raw
    header = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in tree.headers.fields)
    if len(header) > _MAX_STRUCTURE_BYTES or header.count(b"=?") > _MAX_ENCODED_WORDS:
        return None
    return header.replace(b"multipart/", b"text/") + b"\r\n"
