"""What is asked for: the table of needs walked by its own examples."""

import pytest

from cases.missing import NEEDS, PICTURE, Need, find_missing
from ingest.identifiers.kinds import KINDS
from ingest.topics import TOPICS

NEEDLESS = {"payments", "account", "other"}


def ask(topic: str, said: frozenset[str]) -> tuple[str, ...]:
    return find_missing(topic, said - {PICTURE}, has_picture=PICTURE in said)


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.topic)
def test_nothing_is_asked_for_that_is_told(need: Need) -> None:
    assert need.enough
    assert [said for said in need.enough if ask(need.topic, said)] == []


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.topic)
def test_what_the_topic_needs_is_asked_for(need: Need) -> None:
    assert frozenset() in need.not_enough
    assert [ask(need.topic, said) for said in need.not_enough] == [(need.asks_for,)] * len(need.not_enough)


def test_each_topic_either_has_one_need_or_none_at_all() -> None:
    assert sorted([need.topic for need in NEEDS] + sorted(NEEDLESS)) == sorted(TOPICS)


@pytest.mark.parametrize("topic", sorted(NEEDLESS | {"invented"}))
def test_a_topic_without_a_need_asks_for_nothing(topic: str) -> None:
    assert find_missing(topic, ()) == ()


def test_the_table_names_kinds_that_can_be_found() -> None:
    kinds = {kind.name for kind in KINDS} | {"phone", PICTURE}
    named = {name for need in NEEDS for name in (need.asks_for, *need.told_by, *frozenset().union(*need.not_enough))}
    assert named - kinds == set()
