"""A child does not run the script by which the program was started."""

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import sys
from pathlib import Path
Path(sys.argv[1]).open("a").write("run\\n")
if __name__ == "__main__":
    from ingest.read.pool import ReaderPool
    with ReaderPool() as pool:
        print(pool.read(b"Subject: Hello\\r\\n\\r\\nHello\\r\\n").subject, __file__ == sys.argv[0])
"""


def test_a_child_does_not_run_the_program_s_own_script(tmp_path: Path) -> None:
    script, runs = tmp_path / "casepost", tmp_path / "runs"
    script.write_text(_SCRIPT)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script), str(runs)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
    )
    assert (done.stdout, done.stderr) == ("Hello True\n", "")
    assert runs.read_text() == "run\n"
