"""The schema: what the migrations make is what the program expects, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import ledger_tables, tables
from store.people import load_queues
from store.schema import HEADS, Tree, migrations_folder
from store.store import Store, open_store
from tests.casework import NOW

TREES: list[Tree] = ["ledger", "cases"]
_METADATA = {"ledger": ledger_tables.metadata, "cases": tables.metadata}


@pytest.mark.parametrize("tree", TREES)
def test_the_migrated_schema_is_the_one_the_program_expects(store: Store, tree: Tree) -> None:
    database = store.ledger_database if tree == "ledger" else store.cases
    own = set(_METADATA[tree].tables)

    def is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compare_to: object) -> bool:
        return kind != "table" or name in own

    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_type": True, "version_table": f"{tree}_schema"}
        )
        assert compare_metadata(context, _METADATA[tree]) == []
        assert context.get_current_revision() == HEADS[tree]


@pytest.mark.parametrize("tree", TREES)
def test_the_newest_revision_is_the_one_the_program_names(tree: Tree) -> None:
    assert ScriptDirectory(str(migrations_folder(tree))).get_current_head() == HEADS[tree]


def test_opening_twice_changes_nothing(empty_url: str, tmp_path: Path) -> None:
    first = open_store(tmp_path, empty_url, clock=lambda: NOW)
    second = open_store(tmp_path, empty_url, clock=lambda: NOW)
    assert first.keyring.sign("x", b"y") == second.keyring.sign("x", b"y")
    first.close()
    second.close()
    third = open_store(tmp_path, empty_url, clock=lambda: NOW)
    assert first.keyring.sign("x", b"y") == third.keyring.sign("x", b"y")
    with third.cases.read() as connection:
        assert load_queues(connection) == ()
    third.close()


def test_what_is_kept_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    open_store(tmp_path / "var", "", clock=lambda: NOW).close()
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    for name in ("cases.db", "ledger.db"):
        assert (tmp_path / "var" / name).stat().st_mode & 0o777 == 0o600
