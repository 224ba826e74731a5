"""Threat 4: nobody without a key makes a reference that is believed, and what was made stays good."""

import pytest

from cases.reference import (
    Key,
    Keyring,
    Role,
    SignedAddress,
    find_address,
    find_message_id,
    make_address,
    make_anchor,
    make_message_id,
)
from tests.casework import NUMBER, OTHER
from tests.forgery import QUEUE, count_accepted, is_believed, join, split
from tests.forgery import RING as FORGED

_OLD, _NEW = Key(id=1, secret=b"o" * 32), Key(id=2, secret=b"n" * 32)
_RING = Keyring([_OLD])
_SIGNED = SignedAddress(role=Role.SELLER, number=NUMBER, subject_id=7)

_REFERENCES = {
    "address": make_address(_RING, QUEUE, _SIGNED),
    "Message-ID": make_message_id(_RING, "casepost.example", NUMBER, Role.SELLER),
    "anchor": make_anchor(_RING, "casepost.example", NUMBER, Role.SELLER),
}


def _find(ring: Keyring, reference: str) -> object:
    return find_message_id(ring, reference) if reference.startswith("<") else find_address(ring, reference)


@pytest.mark.parametrize("reference", _REFERENCES.values(), ids=_REFERENCES.keys())
def test_04_no_single_bit_of_a_token_can_be_another(reference: str) -> None:
    before, octets, behind = split(reference)
    assert _find(_RING, join(before, octets, behind)) is not None
    for bit in range(len(octets) * 8):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        assert _find(_RING, join(before, bytes(flipped), behind)) is None, bit


@pytest.mark.parametrize("reference", _REFERENCES.values(), ids=_REFERENCES.keys())
@pytest.mark.parametrize(("role", "number"), [(Role.SELLER, OTHER), (Role.AGENT, NUMBER), (Role.NOTE, NUMBER)])
def test_04_a_mac_is_good_for_no_other_case_and_no_other_role(reference: str, role: Role, number: str) -> None:
    before, octets, behind = split(reference)
    case = ((role << 36) | int(number)).to_bytes(5, "big")
    assert _find(_RING, join(before, octets[:1] + case + octets[6:], behind)) is None


def test_04_a_mac_is_good_for_no_other_participant() -> None:
    before, octets, behind = split(_REFERENCES["address"])
    assert _find(_RING, join(before, octets[:6] + (8).to_bytes(4, "big") + octets[10:], behind)) is None


@pytest.mark.parametrize("reference", _REFERENCES.values(), ids=_REFERENCES.keys())
def test_04_an_old_key_is_good_after_a_rotation_until_it_is_revoked(reference: str) -> None:
    assert _find(Keyring([_OLD, _NEW]), reference) == _find(_RING, reference)
    assert _find(Keyring([Key(id=1, secret=_OLD.secret, revoked=True), _NEW]), reference) is None
    assert _find(Keyring([_NEW]), reference) is None
    renamed = split(reference)[1]
    assert _find(Keyring([_NEW]), join(split(reference)[0], b"\2" + renamed[1:], split(reference)[2])) is None


@pytest.mark.parametrize("reference", _REFERENCES.values(), ids=_REFERENCES.keys())
def test_04_upper_and_lower_case_are_the_same(reference: str) -> None:
    assert _find(_RING, reference.upper()) == _find(_RING, reference) == _find(_RING, reference.swapcase())


def test_04_an_anchor_is_the_same_every_time_and_that_of_one_case_and_role() -> None:
    anchor = _REFERENCES["anchor"]
    assert find_message_id(_RING, anchor) == (NUMBER, Role.SELLER)
    assert anchor == make_anchor(_RING, "casepost.example", NUMBER, Role.SELLER)
    assert anchor not in (
        make_anchor(_RING, "casepost.example", NUMBER, Role.AGENT),
        make_anchor(_RING, "casepost.example", OTHER, Role.SELLER),
        make_anchor(Keyring([_OLD, _NEW]), "casepost.example", NUMBER, Role.SELLER),
    )


def test_04_of_ten_thousand_forgeries_none_is_believed_and_of_real_references_all_are() -> None:
    assert count_accepted(10_000, seed=4) == (0, 10_000)


def test_04_what_forges_begins_with_references_that_are_good() -> None:
    assert is_believed(make_address(FORGED, QUEUE, _SIGNED))
    assert is_believed(make_anchor(FORGED, "casepost.example", NUMBER, Role.SELLER))
