"""Generated conversations come to the right cases; `python -m tests.conversations` plays thousands."""

import pytest

from ingest.evidence import Kind
from ingest.thread import PLACEMENTS, Placement, Standing
from tests.conversations.people import ADDRESS, EVIDENCE, IDS, TAG
from tests.conversations.world import play

LEAST = 0.999


def test_conversations_through_bad_clients_and_relays_come_to_their_cases() -> None:
    score = play(100, seed=1)
    assert sum(score.total.values()) > 500
    assert (score.strangers, score.failing) == (0, [])
    assert score.ratio >= LEAST


@pytest.mark.parametrize("left", sorted(EVIDENCE))
def test_with_any_two_of_address_ids_and_tag_destroyed_the_third_is_enough(left: str) -> None:
    score = play(25, seed=2, destroyed=EVIDENCE - {left})
    assert sum(score.total.values()) > 60
    assert (score.strangers, score.failing) == (0, [])


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ((Kind.SIGNED_ADDRESS, Standing.PARTICIPANT), ADDRESS),
        ((Kind.OUR_MESSAGE_ID, Standing.PARTICIPANT), IDS),
        ((Kind.KNOWN_MESSAGE_ID, Standing.PARTICIPANT), IDS),
        ((Kind.REFERRED_ID, Standing.PARTICIPANT), IDS),
        ((Kind.TAG, Standing.PARTICIPANT), TAG),
    ],
)
def test_the_conversations_need_every_kind_of_evidence(
    monkeypatch: pytest.MonkeyPatch, cell: tuple[Kind, Standing], left: str
) -> None:
    monkeypatch.setitem(PLACEMENTS, cell, Placement.LINKED)
    assert play(15, seed=3, destroyed=EVIDENCE - {left}).ratio < LEAST
