"""Hostile mails through the real SMTP port: the service stays up, each has its final word, honest mail is not hurt.

`python -m tests.hostile 20000` sends more of them, and every mail of other projects.
"""

from pathlib import Path

import pytest

from tests.hostile.mails import SEED, generate
from tests.hostile.run import run

_COUNT = 2_000


@pytest.mark.timeout(600)
def test_two_thousand_hostile_mails_are_each_read_at_little_cost_and_hurt_nobody(tmp_path: Path) -> None:
    books = run(tmp_path, (generate(number, seed=SEED) for number in range(_COUNT)))
    assert books.sent == _COUNT
    assert books.accepted > _COUNT // 2  # the others have lines that no mail server takes
    assert books.faults() == []
