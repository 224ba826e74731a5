"""The search: a text is folded, stripped of noise and of what is far from any digit, then each kind has its turn."""

from collections.abc import Iterator

from ingest.identifiers import labels
from ingest.identifiers.cards import is_card_number
from ingest.identifiers.columns import find_cells
from ingest.identifiers.fold import fold, fold_words
from ingest.identifiers.found import Found
from ingest.identifiers.kind import Kind, Labelled, Shapes, Way, value
from ingest.identifiers.kinds import KINDS
from ingest.identifiers.label_scan import Hit, LabelScan, bare_word, find_behind
from ingest.identifiers.near import keep_near
from ingest.identifiers.noise import FILLER, strip_links, strip_lookalikes
from ingest.identifiers.own_kinds import OwnKind, take_own
from ingest.identifiers.phones import find_phones
from ingest.identifiers.stacked import find_stacked

_MAX_TEXT = 300_000
_MAX_FOUND = 2_000
_MAX_LINKS = 2_000

# Whatever stands behind "serial number" is no identifier, unless its form is an order's or a shipment's.
_FOREIGN = Labelled(
    words=labels.FOREIGN,
    ways=(
        Way(
            value=value(r"(?!\d{3}-\d{7}-|FBA\d|1Z)(?=[\w./-]{0,39}\d)[0-9A-Za-z][\w./-]{3,39}+", ""),
            normal=lambda text: text,
            glued=False,
        ),
    ),
)
_NO_SELLER = Labelled(
    words=labels.NO_SELLER, ways=(Way(value=value(r"A[0-9A-Z]{9,19}", ""), normal=lambda text: text, glued=False),)
)
_LABELLED = {id(one): kind for kind in KINDS for one in kind.labelled}
_SCAN = LabelScan((*(one for kind in KINDS for one in kind.labelled), _FOREIGN, _NO_SELLER))
_BY_NAME = {kind.name: kind for kind in KINDS}
_COLUMNS = {bare_word(heading): kind.name for kind in KINDS for heading in kind.columns}
_RANK = {name: rank for rank, name in enumerate((*_BY_NAME, "phone"))}
# Kinds whose values cannot be taken for those of another column.
_SURE = frozenset(("order_id", "asin", "gtin", "fnsku", "fba_shipment_id", "iban"))
_FREE_FORMS = ("sku", "invoice_number")  # whatever stands behind their labels: a payment card must not
_TAKEN, _SHARED = 1, 2


def find_identifiers(text: str, language: str | None = None, own: tuple[OwnKind, ...] = ()) -> tuple[Found, ...]:
    """All identifiers of a text, by kind in the order of the table, each once; those of `own` kinds come first.

    `language` (ISO 639-1) decides whose national telephone numbers are read; None reads international ones only.
    """
    folded = fold(text[:_MAX_TEXT])
    mine: tuple[Found, ...] = ()
    if own:
        folded, mine = take_own(folded, own)
    bare, links = strip_links(folded)
    bare, in_tables = _find_in_tables(bare)
    near = strip_lookalikes(keep_near(bare))
    cells = {one.value for one in in_tables}
    found = [*_find_near(near, language, cells), *_find_in_links(links), *in_tables] if near or links else in_tables
    found = [one for one in found if not (one.kind in _FREE_FORMS and is_card_number(one.value))]
    found.sort(key=lambda one: _RANK[one.kind])
    return tuple(dict.fromkeys((*mine, *found)))[:_MAX_FOUND]


def _find_near(text: str, language: str | None, cells: set[str]) -> Iterator[Found]:
    words = fold_words(text)
    taken = bytearray(len(text))
    hits = tuple(_SCAN.find_labels(words))
    for hit in hits:
        if hit.labelled is _FOREIGN or hit.labelled is _NO_SELLER:
            for one in find_behind(hit, text, words):
                taken[one.start : one.end] = bytes((_TAKEN,)) * (one.end - one.start)
    for kind in KINDS:
        yield from _find_shapes(kind, kind.shapes, text, taken)
    yield from _find_labelled(hits, text, words, taken)
    for kind in KINDS:
        yield from (one for one in _find_shapes(kind, kind.weak, text, taken) if one.value not in cells)
    for number, start, end in find_phones(text, words, language):
        if not any(taken[start:end]):
            yield Found(kind="phone", value=number)


def _find_shapes(kind: Kind, shapes: Shapes, text: str, taken: bytearray) -> Iterator[Found]:
    for pattern, normal in shapes:
        for match in pattern.finditer(text):
            value = None if _is_taken(kind, taken, *match.span("v")) else normal(match["v"])
            if value is not None:
                yield _take(kind, taken, *match.span("v"), value)


def _find_labelled(hits: tuple[Hit, ...], text: str, words: str, taken: bytearray) -> Iterator[Found]:
    for hit in hits:
        kind = _LABELLED.get(id(hit.labelled))
        if kind is None:
            continue
        for one in find_behind(hit, text, words):
            if not _is_taken(kind, taken, one.start, one.end):
                yield _take(kind, taken, one.start, one.end, one.value)


def _is_taken(kind: Kind, taken: bytearray, start: int, end: int) -> bool:
    span = taken[start:end]
    return _TAKEN in span or (_SHARED in span and not kind.shares)


def _take(kind: Kind, taken: bytearray, start: int, end: int, value: str) -> Found:
    taken[start:end] = bytes((_SHARED if kind.shares else _TAKEN,)) * (end - start)
    return Found(kind=kind.name, value=value)


def _find_in_links(links: tuple[str, ...]) -> Iterator[Found]:
    for link in links[:_MAX_LINKS]:
        for kind in KINDS:
            for pattern, normal in kind.links:
                for match in pattern.finditer(link):
                    value = normal(match["v"])
                    if value is not None:
                        yield Found(kind=kind.name, value=value)


def _find_in_tables(text: str) -> tuple[str, list[Found]]:
    """The identifiers under headings, and the text without the heading lines, which are no labels of what follows."""
    found: list[Found] = []
    headings: set[int] = set()
    stacked, stacked_headings = find_stacked(text, _name_heading, _is_sure)
    headings |= stacked_headings
    for cell in (*find_cells(text, _name_heading), *stacked):
        value = _read_cell(cell.kind, cell.text)
        headings.add(cell.heading)
        if value is not None:
            found.append(Found(kind=cell.kind, value=value))
    if headings:
        lines = text.split("\n")
        text = "\n".join(FILLER if number in headings else line for number, line in enumerate(lines))
    return text, found


def _read_cell(kind: str, text: str) -> str | None:
    bare = _BY_NAME[kind].bare
    return bare(text) if bare else None


def _is_sure(kind: str, text: str) -> bool:
    return kind in _SURE and _read_cell(kind, text) is not None


def _name_heading(cell: str) -> str | None:
    bare = bare_word(cell)
    known = _COLUMNS.get(bare)
    if known is not None:
        return known
    labelled = _SCAN.find_bare_heading(bare)
    kind = _LABELLED.get(id(labelled)) if labelled else None
    return kind.name if kind else None
