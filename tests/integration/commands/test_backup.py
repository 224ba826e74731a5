"""`casepost backup`, `restore` and `verify` on the command line."""

import shutil
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from casepost.app import App
from casepost.cli import make_app
from store.tables import outbox
from tests.command_line import MAIL, Run, arrival, take_in, write_replies

LARGE = MAIL % (b"large", b"A large one") + b"x" * 70 * 5000


@pytest.fixture
def played(app: App) -> App:
    """An installation with two cases, one of a large mail, whose replies wait to leave."""
    take_in(app, MAIL % (b"1", b"Where is it?"))
    take_in(app, LARGE)
    assert len(write_replies(app)) == 4
    return app


def test_what_was_backed_up_is_restored_whole_with_its_mail_held(run: Run, played: App, folder: Path) -> None:
    (played.config.data_dir / "outbox").mkdir(exist_ok=True)
    played.store.ledger.add([arrival(played, MAIL % (b"2", b"Not read yet"), "support@casepost.example")])
    made = run("backup", folder / "b.tar", "--json")
    assert (made.code, made.json["damaged"], made.json["blobs"]) == (0, [], 2)
    assert (folder / "b.tar").stat().st_mode & 0o777 == 0o600
    assert not list(folder.glob(".b.tar*"))
    refused = run("restore", folder / "b.tar")
    assert refused.code == 1
    assert "is not empty" in refused.err
    played.close()
    shutil.move(folder / "var", folder / "gone")
    done = run("restore", folder / "b.tar", "--json")
    assert done.code == 0
    assert done.json["held"] == 6  # the four that waited, and two for the mail that nobody had read yet
    assert done.json["left"] == 0
    assert run("verify", "--json").json["findings"] == []
    again = make_app(folder / "casepost.toml")
    with again.store.cases.read() as connection:
        assert set(connection.execute(sa.select(outbox.c.state)).scalars()) == {"held"}
    again.close()
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder / "var", *(folder / "var").rglob("*")])
    assert "restored from a backup of" in run("delivery", "list").out


@pytest.mark.parametrize("spoil", ["cut", "flip", "other"])
def test_a_spoilt_backup_is_refused_and_leaves_nothing(run: Run, played: App, folder: Path, spoil: str) -> None:
    file = folder / "b.tar"
    assert run("backup", file).code == 0
    octets = bytearray(file.read_bytes())
    if spoil == "cut":
        octets = octets[: len(octets) // 2]
    elif spoil == "flip":
        octets[len(octets) // 3] ^= 1
    else:
        with tarfile.open(file, "w") as tar:
            tar.add(folder / "casepost.toml", "x")
        octets = bytearray(file.read_bytes())
    file.write_bytes(octets)
    played.close()
    shutil.move(folder / "var", folder / "gone")
    refused = run("restore", file)
    assert refused.code == 1
    assert "backup" in refused.err
    assert not (folder / "var").exists()
    assert not (folder / "var.restoring").exists()


def test_a_damaged_large_mail_is_named_and_all_else_is_backed_up(run: Run, played: App, folder: Path) -> None:
    blob = next(path for path in (played.config.data_dir / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"x")
    made = run("backup", folder / "b.tar")
    assert made.code == 1
    assert blob.name in made.err
    found = run("verify")
    assert found.code == 1
    assert "FAULT" in found.out
    assert (folder / "b.tar").exists()


def test_nothing_to_back_up_is_said(run: Run, folder: Path) -> None:
    shutil.rmtree(folder / "var")
    refused = run("backup", folder / "b.tar")
    assert refused.code == 1
    assert "nothing was ever taken in here" in refused.err


def test_on_postgresql_its_own_means_are_named(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEPOST_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/x")
    refused = run("backup", folder / "b.tar")
    assert refused.code == 2
    assert "pg_dump" in refused.err
    assert "--after-dump" in refused.err


def test_verify_says_the_head_and_proves_it_later(run: Run, played: App) -> None:
    played.store  # noqa: B018  opened
    assert run("run-due").code == 0
    first = run("verify", "--json")
    assert first.json["whole"] is True
    head = first.json["head"]
    assert run("verify", "--expect", head).code == 0
    wrong = run("verify", "--expect", head.partition(":")[0] + ":" + "0" * 64)
    assert wrong.code == 1
    assert "made anew" in wrong.out
    assert run("verify", "--expect", "nonsense").code == 2
