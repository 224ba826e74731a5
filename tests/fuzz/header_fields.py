"""Target `headers`: a header block, and every question asked of it."""

from datetime import UTC

from hypothesis import strategies as st

from ingest.identity.fields import parse_block, read_fields
from ingest.identity.results import parse_results
from ingest.read.addresses import find_author, parse_address_list
from ingest.read.defects import Defects
from ingest.read.filenames import safe_filename
from ingest.read.headers import Headers, find_date, find_message_id, find_message_ids, parse_headers
from ingest.read.limits import MAX_HEADER_FIELDS, MAX_MESSAGE_ID_CHARS
from ingest.read.params import parse_content_type, parse_parameterised
from tests.fuzz.octets import pieces
from tests.fuzz.target import Target, assert_line, pure

_RESULTS = (
    *(b"Authentication-Results: ", b"mx.casepost.example", b"; dkim=pass header.d=", b"; spf=", b"; dmarc=fail"),
    *(b" reason=", b' policy.x="', b"(", b")", b" smtp.mailfrom=a@b.example", b"/1", b"none"),
)
_PARAMETERS = (b"; filename*0*=utf-8''", b"; filename*1=", b"; name=", b'"', b"%e2%80", b"; charset=", b"../", b"\\")


def check(raw: bytes) -> None:
    """What holds for the questions asked of any header block."""
    defects = Defects()
    headers, body = parse_headers(raw, 0, max_bytes=4_000, max_fields=60, defects=defects)
    assert 0 <= body <= len(raw)
    assert len(headers.fields) <= min(60, MAX_HEADER_FIELDS)
    for name in dict.fromkeys(name for name, _ in headers.fields):
        _ask(headers, name)
    parse_block(raw)
    for _, value in read_fields(raw):
        parse_results(value.decode("latin-1"))
    assert_line(*defects.all())


def _ask(headers: Headers, name: str) -> None:
    defects = Defects()
    values = headers.all(name)
    assert name == name.lower()
    assert len(values) == headers.count(name) > 0
    assert headers.first(name) == values[0]
    decoded = headers.decoded(name, defects)
    assert_line(decoded)
    assert headers.decoded(name, defects) == decoded
    for value in values:
        _read_as_anything(value, defects)
    _assert_author(values, defects)
    assert_line(*defects.all())


def _read_as_anything(value: str, defects: Defects) -> None:
    """Whatever field it stands in, it may be read as any: asking cannot fail."""
    for one in (*find_message_ids(value), find_message_id(value) or "<x>"):
        assert_line(one)
        assert (one[0], one[-1]) == ("<", ">")
        assert len(one) <= MAX_MESSAGE_ID_CHARS + 2
        assert one.split() == [one]
    date = find_date(value, defects)
    if date is not None:
        assert date.astimezone(UTC) == date
        assert date.isoformat()
    parsed = parse_content_type(value, "text/plain", defects)
    assert_line(parsed.value)
    assert parsed.value.count("/") == 1
    for text in (*parse_parameterised(value, defects).params.values(), value):
        name = safe_filename(text)
        assert_line(name)
        assert name is None or (name == safe_filename(name) and not {"/", "\\"} & set(name)), (text, name)


def _assert_author(values: tuple[str, ...], defects: Defects) -> None:
    """The one whose word counts is the one who is shown, and nobody else is."""
    shown = parse_address_list(values, defects)
    for one in shown:
        assert_line(one.name, one.address)
        assert one.address == one.address.strip()
    author = find_author(values, defects)
    if author is not None:
        assert shown == (author,), (values, shown, author)


_BLOCKS = pieces(*_RESULTS, *_PARAMETERS, most=30)

HEADERS = Target(
    name="headers",
    holds="no question raises; values are one line of UTF-8, Message-IDs one word in brackets, dates have a UTC "
    "instant, file names name no folder and are their own normal form; the author is the one address shown",
    examples=st.sampled_from((b"From:", b"Subject:", b"Content-Type:", b"")).flatmap(
        lambda name: _BLOCKS.map(lambda block: name + block)
    ),
    begin=pure(check, most_seconds=1.0),
)
