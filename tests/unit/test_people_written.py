"""Whoever changes queues or staff says so: the transaction would go on with those that it has seen before."""

import ast
from pathlib import Path

import pytest

_STORE = Path(__file__).parents[2] / "store"
_TABLES = {"users", "queues", "user_addresses", "user_queues"}
_CHANGES = {"insert", "update", "delete"}
_UNSEEN = {"record_passed"}  # no one asks for what it changes


def _functions() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (path.name, node)
        for path in sorted(_STORE.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]


def _changes_people(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _CHANGES
        and any(isinstance(one, ast.Name) and one.id in _TABLES for one in node.args)
        for node in ast.walk(function)
    )


_CHANGERS = [(name, one) for name, one in _functions() if _changes_people(one) and one.name not in _UNSEEN]


@pytest.mark.parametrize(("name", "function"), _CHANGERS, ids=[one.name for _, one in _CHANGERS])
def test_people_are_looked_up_anew_after_a_change(name: str, function: ast.FunctionDef) -> None:
    called = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    assert "forget_people" in called, f"{name}: {function.name} has to call forget_people"


def test_the_changers_are_found() -> None:
    assert {"add_user", "adopt", "send_away", "remove_user"} <= {one.name for _, one in _CHANGERS}
