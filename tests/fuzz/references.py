"""Target `references`: signed addresses, Message-IDs and tags, as a stranger writes them."""

import base64

from hypothesis import strategies as st

from cases.reference import (
    Key,
    Keyring,
    Role,
    SignedAddress,
    find_address,
    find_message_id,
    find_tags,
    has_form_of_ours,
    is_number,
    make_address,
    make_anchor,
    make_message_id,
)
from tests.fuzz.target import Target, pure

_QUEUE, _DOMAIN, _NUMBER = "support@casepost.example", "casepost.example", "4821773099"
_RING = Keyring([Key(id=1, secret=b"o" * 32), Key(id=7, secret=b"n" * 32)])
_REVOKED = Keyring([Key(id=1, secret=b"o" * 32), Key(id=7, secret=b"n" * 32, revoked=True)])
_SIGNED = tuple(SignedAddress(role=role, number=_NUMBER, subject_id=2**32 - 1) for role in Role)
_ADDRESSES = {make_address(_RING, _QUEUE, one): one for one in _SIGNED}
_IDS = {make(_RING, _DOMAIN, _NUMBER, role): role for make in (make_message_id, make_anchor) for role in (*Role, *Role)}
_TOKENS = {address.rpartition("@")[0].partition("+")[2]: one for address, one in _ADDRESSES.items()}
_BELIEVED = {one.strip("<>").rpartition("@")[0]: (_NUMBER, role) for one, role in _IDS.items()}
_LOCAL = st.sampled_from(("support+", "a+b+", "+", "", "\u017fupport+"))


def check(text: str) -> None:
    """What holds for any text in the place of an address, a Message-ID or a subject."""
    tag = text.rpartition("@")[0].partition("+")[2].lower()
    believed = find_address(_RING, text)
    assert believed == (_TOKENS.get(tag) if tag.isascii() else None)
    assert find_address(_REVOKED, text) is None
    said = find_message_id(_RING, text)
    word = text.strip().removeprefix("<").partition("@")[0]
    assert said is None or said == (_BELIEVED.get(word.lower()) if word.isascii() else None)
    assert find_message_id(_REVOKED, text) is None
    if believed or said:
        assert has_form_of_ours(text)
    tags = find_tags(text)
    assert len(tags) == len(set(tags))
    assert all(is_number(one) and one.isascii() and one in text for one in tags)
    assert not is_number(text) or (len(text), text.isascii(), int(text) > 0) == (10, True, True)


def _change(text: str, at: int, letter: str, length: int) -> str:
    at %= len(text)
    return text[:at] + letter + text[at + length :]


def _forge(octets: bytes) -> str:
    return "support+a" + base64.b32encode(octets).decode().rstrip("=").lower() + "@" + _DOMAIN


_OURS = st.sampled_from((*_ADDRESSES, *_IDS))
_CHANGED = st.builds(
    _change, _OURS, st.integers(0, 99), st.text("aA2b\u212a\u017fI1=@+ <>\0", max_size=2), st.integers(0, 2)
)
_OTHER_WAY = st.builds(
    lambda local, token: f"{local}{token}@{_DOMAIN}", _LOCAL, st.sampled_from((*_TOKENS, *_BELIEVED))
)
_TAGS = st.lists(
    st.sampled_from(("[CP-", "[", "cp", " - ", _NUMBER, "4821773098", "\u0664", "]", "\u2010", "CP-")), max_size=12
).map("".join)

REFERENCES = Target(
    name="references",
    holds="never raises; believed is only what was made here, in whatever case of letters, and nothing of a revoked "
    "key; tags are numbers with their check digit that stand in the text",
    examples=_OURS
    | _OURS.map(str.upper)
    | _CHANGED
    | _OTHER_WAY
    | _TAGS
    | st.binary(max_size=40).map(_forge)
    | st.text(),
    begin=pure(check, most_seconds=0.5),
)
