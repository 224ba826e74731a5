r"""Threat 62, patterns that take for ever: `\s+$` on 50 KB of blanks took 8 s elsewhere, `On.*wrote:` 10 s.

`python -m tests.hostile.pumps` times 200 pumps of each extractor and their growth; here are some, and far wider bounds.
"""

import itertools

import pytest

from tests.hostile.pumps import EXTRACTORS, pumped, pumps, seconds

_SIZE, _PUMPS, _STEP = 50_000, 4, 16
# What a careless pattern starts at again and again, in every alphabet: `<[^>]*>` on "<", `\s+$` on blanks.
_OPENERS = (("<", "x"), ("(", "x"), (" ", "x"), ("\n", "x"))
# A hundred times what the slowest takes; what grows by the square takes minutes.
_MOST_SECONDS = 2.0


@pytest.mark.parametrize("name", EXTRACTORS)
def test_62_a_pumped_text_costs_an_extractor_next_to_nothing(name: str) -> None:
    extractor = EXTRACTORS[name]
    chosen = itertools.islice(pumps(extractor, _PUMPS * _STEP), 0, None, _STEP)
    slow = [
        (piece, end, taken)
        for piece, end in (*_OPENERS, *chosen)
        if (taken := seconds(extractor.work, pumped(piece, end, _SIZE))) > _MOST_SECONDS
    ]
    assert slow == []
