"""Octets that look like mail: words of it in any order, mails by a grammar, and our own mails changed."""

import random

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.hostile import words
from tests.hostile.grammar import Grammar
from tests.hostile.mails import mutate

_MAX_OCTETS = 150_000
_FIELDS = tuple(b"\r\n" + name + b": " for name in words.NAMES)
_FRAME = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"; boundary=b\r\n\r\n",
    b"; charset=",
    b"=",
    b" ",
)
_WORDS = tuple(
    dict.fromkeys(
        (
            *_FRAME,
            *_FIELDS,
            *words.TYPES,
            *words.ENCODINGS,
            *words.CHARSETS,
            *words.TRICKS,
            *words.LINES,
            *words.HTML,
            *words.DATES,
        )
    )
)
# What pictures, documents and archives do to those who open them is not looked for here.
_FILES = (b"order-id;qty\n302-1234567-7654321;1\n", b"MZ" + bytes(40), b"\x00\x01\x02\xff", b"%PDF-1.7\n")
_OWN = tuple(raw for raw in words.own_mails() if len(raw) < 6_000)


def pieces(*more: bytes, most: int = 40) -> SearchStrategy[bytes]:
    """Words of mail and a few octets of any kind, in any order; `more` come as often as all others."""
    known = st.sampled_from(more) | st.sampled_from(_WORDS) if more else st.sampled_from(_WORDS)
    return st.lists(known | st.binary(max_size=4), max_size=most).map(b"".join)


def grown() -> SearchStrategy[bytes]:
    """Mails by the grammar of the hostile ones."""
    return st.randoms(use_true_random=False).map(_grow)


def mutants(of: tuple[bytes, ...] = _OWN) -> SearchStrategy[bytes]:
    """Whole mails with something left out, repeated, put in or cut off."""
    return st.builds(_mutate, st.sampled_from(of), st.randoms(use_true_random=False))


def _grow(chance: random.Random) -> bytes:
    return Grammar(chance, _FILES).mail()[:_MAX_OCTETS]


def _mutate(raw: bytes, chance: random.Random) -> bytes:
    return mutate(raw, chance)[:_MAX_OCTETS]
