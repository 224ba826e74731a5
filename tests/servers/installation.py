"""casepost as operations.md installs it: with a user of its own, who may write to its folders and to nothing else."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from casepost.app import App
from casepost.config import load
from tests.servers.recipes import fill_in, snippets
from tests.service import ROOT, Service
from tests.sink import Sink

USER, GROUP = "nobody", "nogroup"


@cache
def open_python() -> tuple[str, str]:
    """A Python that any user may run, and the PYTHONPATH by which it finds casepost; skips where there is none.

    A developer's own Python often lies in a home that nobody else may enter.
    """
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    path = os.pathsep.join((str(ROOT), packages))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}", f"/usr/local/bin/python{version}"):
        # A shell between: setpriv itself keeps the rights of root until it has started something.
        tried = [*as_user(), "sh", "-c", f"exec {python} -c 'import json, sqlite3, casepost.app'"]
        environ = {"PATH": os.defpath, "PYTHONPATH": path}
        if not subprocess.run(tried, env=environ, capture_output=True, check=False, timeout=60, cwd="/").returncode:
            return python, path
    pytest.skip("no Python here may be run by another user")


def as_user() -> list[str]:
    """The words that let a command run as a user who owns nothing; skips where that cannot be."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can run a command as another user, by setpriv")
    return ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", "--clear-groups", "--no-new-privs"]


class Installation(Service):
    """A context manager: the service in `folder`, which the user may enter but not write to, below it `var` and `run`.

    `places` are what stands in place of the addresses and domains of operations.md; `config` is added to casepost.toml.
    """

    def __init__(self, folder: Path, sink: Sink, *, places: Mapping[str, str], config: str = "") -> None:
        super().__init__(folder, sink)
        python, path = open_python()
        for name in ("var", "run"):
            (folder / name).mkdir()
            shutil.chown(folder / name, USER)
        (folder / "var").chmod(0o700)
        # The folder of the socket is open to Postfix, as the unit for systemd and `adduser postfix casepost` make it.
        shutil.chown(folder / "run", USER, "postfix" if shutil.which("postfix") else None)
        (folder / "run").chmod(0o750)
        told = snippets("Behind Postfix, by LMTP")["casepost.toml"]
        (folder / "casepost.toml").write_text(f"{fill_in(told, places)}\n{config}")
        # A store that an earlier test has opened has left another umask behind.
        (folder / "casepost.toml").chmod(0o644)
        self.app = App(load(folder / "casepost.toml", {}), {})
        self.program = [*as_user(), "sh", "-c", 'exec "$0" "$@"', python, "-m", "casepost"]
        self.environ = {"PYTHONPATH": path, "CASEPOST_WEB__LISTEN": ""}
        self.script = folder / "casepost"
        self.faults = folder / "faults"
        self.faults.write_text("")
        self.faults.chmod(0o644)
        self.script.write_text(
            f'#!/bin/sh\n. "{self.faults}"\ncd /\nPYTHONPATH="{path}" exec "{python}" -m casepost "$@"\n'
        )
        self.script.chmod(0o755)
