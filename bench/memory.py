"""Memory: of the whole service while twenty connections send 25 MB each, and of the child that reads such a mail.

What is measured is what processes have alone and their share of what they have together (PSS), so that forked processes
count what they share once. The service idle has taken a few mails before; a reader stands against a process of its own
that has read the same octets and lets mail-parser take them apart.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.load import write_load
from bench.mails import Size, make_mails
from bench.ours import Casepost
from bench.resident import MEGABYTE, Watch, find_descendants, measure_resident
from bench.scale import scaled
from bench.sunk import QuickSink

_CONNECTIONS = 20
_FEW = 8
_THEIRS = """
import pathlib, sys
import mailparser
raw = pathlib.Path(sys.argv[1]).read_bytes()
mailparser.parse_from_bytes(raw)
"""


def main() -> None:
    """Print the megabytes that are added while mails come, those of a reader, and those of mail-parser."""
    with (
        tempfile.TemporaryDirectory() as place,
        QuickSink(Path(place)) as sink,
        Casepost(Path(place) / "casepost", sink_port=sink.port) as casepost,
    ):
        reader = _measure_service(casepost, Path(place))
        sys.stdout.write(f"  {casepost.check_books()}\n")
        theirs = _measure_mailparser(Path(place))
        sys.stdout.write(
            "child that reads a 25 MB mail\n"
            f"  casepost        {reader / MEGABYTE:.0f} MB\n"
            f"  mail-parser     {theirs / MEGABYTE:.0f} MB\n"
            f"  ratio           {reader / theirs:.3g}\n"
        )
        sys.stdout.flush()


def _measure_service(casepost: Casepost, folder: Path) -> int:
    """Prints the service's; octets of the largest of its readers."""
    path, service = folder / "mails", casepost.service.process
    assert service is not None
    write_load(path, make_mails(Size.KB_20, _FEW, seed=1))
    casepost.take(path, connections=2)
    casepost.wait_until_quiet()
    time.sleep(1)
    pids = find_descendants(service.pid)
    idle = measure_resident(pids)
    readers = [pid for pid in pids if "forkserver" in Path(f"/proc/{pid}/cmdline").read_text()]
    mails = scaled(_CONNECTIONS)
    write_load(path, make_mails(Size.MB_25, mails, seed=2))
    with Watch(service.pid) as sending:
        casepost.take(path, connections=mails)
    with Watch(service.pid) as reading:
        casepost.wait_until_quiet()
    sys.stdout.write(
        f"resident memory while {mails} connections send 25 MB each\n"
        f"  idle            {idle / MEGABYTE:.0f} MB\n"
        f"  at most         {sending.most / MEGABYTE:.0f} MB\n"
        f"  over idle       {(sending.most - idle) / MEGABYTE:.0f} MB\n"
    )
    sys.stdout.flush()
    return max(max(sending.each.get(pid, 0), reading.each.get(pid, 0)) for pid in readers)


def _measure_mailparser(folder: Path) -> int:
    path = folder / "mail"
    path.write_bytes(next(make_mails(Size.MB_25, 1, seed=3)).raw)
    process = subprocess.Popen([sys.executable, "-c", _THEIRS, str(path)])
    with Watch(process.pid) as watch:
        process.wait()
    return watch.most
