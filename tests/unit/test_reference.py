"""References: case numbers, signed addresses and Message-IDs, made and forged."""

import base64
from itertools import pairwise

import pytest

from cases.reference import (
    TOKEN_CHARACTERS,
    Key,
    Keyring,
    Role,
    SignedAddress,
    find_address,
    find_message_id,
    find_tags,
    is_number,
    make_address,
    make_message_id,
    make_number,
    make_tag,
)

OLD, NEW = Key(id=1, secret=b"o" * 32), Key(id=2, secret=b"n" * 32)
RING = Keyring([OLD])
QUEUE = "support@casepost.example"
SIGNED = SignedAddress(role=Role.SELLER, number="4821773099", subject_id=7)


def tokens_of(address: str) -> tuple[str, str, str]:
    """What stands before the token, the token without its version character, what stands behind it."""
    local, _, domain = address.rpartition("@")
    plus, _, token = local.rpartition("+")
    return f"{plus}+a", token[1:], f"@{domain}"


def to_octets(token: str) -> bytes:
    return base64.b32decode(token.upper() + "=" * (-len(token) % 8))


def to_token(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()


def test_a_case_number_has_ten_digits_and_its_check_digit() -> None:
    drawn = {make_number() for _ in range(200)}
    assert len(drawn) == 200
    assert all(is_number(number) for number in drawn)
    assert not is_number("0" + make_number()[1:])
    assert not is_number("482177309")
    assert not is_number("٤821773099")


def test_the_check_digit_finds_every_wrong_digit_and_every_swap_of_neighbours() -> None:
    for number in (make_number() for _ in range(50)):
        for place, digit in enumerate(number):
            for wrong in "0123456789":
                if wrong != digit:
                    assert not is_number(number[:place] + wrong + number[place + 1 :])
        for place, (one, two) in enumerate(pairwise(number)):
            if one != two:
                assert not is_number(number[:place] + two + one + number[place + 2 :])


def test_tags_are_found_once_each_in_their_order_and_only_with_a_right_check_digit() -> None:
    one, two = make_number(), make_number()
    wrong = one[:-1] + str((int(one[-1]) + 1) % 10)
    subject = f"AW: {make_tag(two)} Ware [cp - {one}] [CP-{wrong}] {make_tag(two)} CP-{one}"
    assert find_tags(subject) == (two, one)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("subject_id", [0, 1, 2**32 - 1])
def test_a_signed_address_says_what_it_was_made_of(role: Role, subject_id: int) -> None:
    signed = SignedAddress(role=role, number="9999999999", subject_id=subject_id)
    assert find_address(RING, make_address(RING, QUEUE, signed)) == signed


def test_each_flipped_bit_of_a_token_is_rejected() -> None:
    before, token, behind = tokens_of(make_address(RING, QUEUE, SIGNED))
    octets = to_octets(token)
    for bit in range(len(octets) * 8):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        assert find_address(RING, before + to_token(bytes(flipped)) + behind) is None, bit


@pytest.mark.parametrize(
    "other",
    [
        SignedAddress(role=Role.AGENT, number=SIGNED.number, subject_id=SIGNED.subject_id),
        SignedAddress(role=Role.NOTE, number=SIGNED.number, subject_id=SIGNED.subject_id),
        SignedAddress(role=Role.SELLER, number="1000000005", subject_id=SIGNED.subject_id),
        SignedAddress(role=Role.SELLER, number=SIGNED.number, subject_id=8),
    ],
)
def test_what_an_address_says_cannot_be_swapped_under_its_mac(other: SignedAddress) -> None:
    before, token, behind = tokens_of(make_address(RING, QUEUE, SIGNED))
    wanted = to_octets(tokens_of(make_address(RING, QUEUE, other))[1])
    forged = wanted[:10] + to_octets(token)[10:]
    assert forged != wanted
    assert find_address(RING, before + to_token(forged) + behind) is None


def test_a_client_may_change_the_case_of_an_address_or_message_id() -> None:
    address = make_address(RING, QUEUE, SIGNED)
    message_id = make_message_id(RING, "casepost.example", SIGNED.number, Role.AGENT)
    assert find_address(RING, address.upper()) == SIGNED
    assert find_message_id(RING, message_id.upper()) == (SIGNED.number, Role.AGENT)


def test_letters_that_only_fold_to_ascii_are_no_token_and_raise_nothing() -> None:
    address = make_address(RING, QUEUE, SIGNED)
    _, token, _ = tokens_of(address)
    for strange in ("\u212a", "\u017f", "\uff41"):  # Kelvin sign, long s, fullwidth a
        assert find_address(RING, address.replace(token, strange + token[1:])) is None
        assert find_message_id(RING, f"<a{strange}{'a' * 47}@x.example>") is None


def test_an_old_key_is_believed_after_a_rotation_until_it_is_revoked() -> None:
    address = make_address(RING, QUEUE, SIGNED)
    message_id = make_message_id(RING, "casepost.example", SIGNED.number, Role.SELLER)
    rotated = Keyring([OLD, NEW])
    assert find_address(rotated, address) == SIGNED
    assert find_message_id(rotated, message_id) == (SIGNED.number, Role.SELLER)
    assert make_address(rotated, QUEUE, SIGNED) == make_address(Keyring([NEW]), QUEUE, SIGNED)
    revoked = Keyring([Key(id=OLD.id, secret=OLD.secret, revoked=True), NEW])
    assert find_address(revoked, address) is None
    assert find_message_id(revoked, message_id) is None


def test_the_digest_that_tells_mails_apart_outlives_rotation_and_revocation() -> None:
    revoked = Key(id=OLD.id, secret=OLD.secret, revoked=True)
    assert (
        RING.digest("mail", "x")
        == Keyring([OLD, NEW]).digest("mail", "x")
        == Keyring([revoked, NEW]).digest("mail", "x")
    )
    assert RING.digest("mail", "x") != RING.digest("other", "x")


def test_a_keyring_without_a_valid_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one key"):
        Keyring([Key(id=1, secret=b"x" * 32, revoked=True)])


def test_the_local_part_fits_with_a_queue_of_twenty_octets() -> None:
    address = make_address(RING, "a-queue-of-20-octets@casepost.example", SIGNED)
    local = address.rpartition("@")[0]
    assert len(local) == 20 + 1 + TOKEN_CHARACTERS == 64
    assert find_address(RING, address) == SIGNED


def test_base32_that_is_not_canonical_is_rejected() -> None:
    before, token, behind = tokens_of(make_address(RING, QUEUE, SIGNED))
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    same_octets = [
        last
        for last in alphabet
        if last != token[-1]
        and base64.b32decode((token[:-1] + last).upper() + "=" * (-len(token) % 8)) == to_octets(token)
    ]
    assert same_octets  # base32 itself reads them as the same octets
    for last in same_octets:
        assert find_address(RING, before + token[:-1] + last + behind) is None


def test_a_token_of_one_purpose_is_none_of_another() -> None:
    octets = to_octets(tokens_of(make_address(RING, QUEUE, SIGNED))[1])
    assert RING.find_payload("address", octets) is not None
    assert RING.find_payload("message-id", octets) is None
    message_id = make_message_id(RING, "x.example", SIGNED.number, Role.SELLER)
    assert find_address(RING, f"support+{message_id.strip('<>')}") is None


def test_each_flipped_bit_of_a_message_id_is_rejected_and_no_two_are_the_same() -> None:
    message_id = make_message_id(RING, "casepost.example", SIGNED.number, Role.SELLER)
    token, _, domain = message_id.strip("<>").partition("@")
    octets = to_octets(token[1:])
    for bit in range(len(octets) * 8):
        flipped = bytearray(octets)
        flipped[bit // 8] ^= 1 << bit % 8
        assert find_message_id(RING, f"<a{to_token(bytes(flipped))}@{domain}>") is None, bit
    assert message_id != make_message_id(RING, "casepost.example", SIGNED.number, Role.SELLER)
    assert find_message_id(RING, f"  {message_id} ") == (SIGNED.number, Role.SELLER)


@pytest.mark.parametrize(
    "text",
    ["", "@", "support@casepost.example", "support+tag@casepost.example", "+", "a+b+c@x", "support+a@x", "\0@\0"],
)
def test_what_is_no_signed_address_is_none(text: str) -> None:
    assert find_address(RING, text) is None
    assert find_message_id(RING, text) is None
