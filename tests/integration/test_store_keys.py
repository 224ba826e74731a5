"""Signing keys: made once, kept, revoked, and replaced when none is left; on both databases."""

from datetime import timedelta

import sqlalchemy as sa

from cases.reference import Role, SignedAddress, find_address, make_address
from store.keys import load_keyring
from store.people_tables import signing_keys
from store.store import Store
from tests.casework import NOW, NUMBER, SUPPORT

SIGNED = SignedAddress(role=Role.SELLER, number=NUMBER, subject_id=1)


def test_every_start_finds_the_same_key(store: Store) -> None:
    again = load_keyring(store.cases, now=NOW)
    assert find_address(again, make_address(store.keyring, SUPPORT.address, SIGNED)) == SIGNED


def test_a_newer_key_signs_and_the_older_is_believed_until_it_is_revoked(store: Store) -> None:
    old = make_address(store.keyring, SUPPORT.address, SIGNED)
    with store.cases.write() as connection:
        later = NOW + timedelta(days=1)
        connection.execute(sa.insert(signing_keys).values(id=2, secret=b"n" * 32, created_at=later))
    rotated = load_keyring(store.cases, now=NOW)
    assert find_address(rotated, old) == SIGNED
    new = make_address(rotated, SUPPORT.address, SIGNED)
    with store.cases.write() as connection:
        connection.execute(sa.update(signing_keys).where(signing_keys.c.id == 1).values(revoked_at=NOW))
    revoked = load_keyring(store.cases, now=NOW)
    assert (find_address(revoked, old), find_address(revoked, new)) == (None, SIGNED)
    assert revoked.digest("mail", "x") == store.keyring.digest("mail", "x")


def test_when_the_last_key_is_revoked_a_new_one_is_made(store: Store) -> None:
    old = make_address(store.keyring, SUPPORT.address, SIGNED)
    with store.cases.write() as connection:
        connection.execute(sa.update(signing_keys).values(revoked_at=NOW))
    keyring = load_keyring(store.cases, now=NOW)
    assert find_address(keyring, old) is None
    assert find_address(load_keyring(store.cases, now=NOW), make_address(keyring, SUPPORT.address, SIGNED)) == SIGNED
