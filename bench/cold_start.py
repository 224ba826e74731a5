"""Cold start of the pipe command, as a mail server calls it for each mail, against an empty Python."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import Contest, run
from tests.service import QUEUE, ROOT

_MAIL = b"From: a@x.example\r\nSubject: cold start\r\n\r\nHello.\r\n"


def main() -> None:
    """Print the time of both, in milliseconds, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "casepost.toml"
        config.write_text('data_dir = "var"\n')
        ingest = ["-m", "casepost", "ingest", "--config", str(config), "--recipient", QUEUE]
        run(
            Contest(
                name="casepost ingest of one mail, cold",
                unit="ms",
                ours=lambda: _milliseconds(ingest),
                theirs=lambda: _milliseconds(["-c", "pass"]),
                theirs_name="python -c pass",
            )
        )


def _milliseconds(arguments: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], input=_MAIL, check=True, cwd=ROOT)
    return (time.perf_counter() - began) * 1000
