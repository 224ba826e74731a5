"""An installation of its own for each test, and the program's own entry to run commands in this process."""

import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from casepost.app import App
from casepost.cli import main, make_app
from tests.command_line import CONFIG, Ended, Run


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose tables are made: copying it is quicker than making them for every test."""
    folder = tmp_path_factory.mktemp("installation")
    (folder / "casepost.toml").write_text(CONFIG)
    make_app(folder / "casepost.toml").store.close()
    return folder


@pytest.fixture
def folder(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with casepost.toml, which is the current one."""
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEPOST_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process, by the program's own entry."""

    def run_command(*arguments: object, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", ["casepost", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        sys.stdout.flush()
        printed = capfd.readouterr()
        return Ended(code=code, out=printed.out, err=printed.err)

    return run_command


@pytest.fixture
def app(folder: Path) -> Iterator[App]:
    """The same installation, seen from inside."""
    app = make_app(folder / "casepost.toml")
    yield app
    app.close()
