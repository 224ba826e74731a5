"""`python -m tests.power_cut`: a real service at work, and the power cut at hundreds of points of what it wrote.

Ends with 1 when a mail is lost that had its 250, a database does not open or the books do not agree.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.power_cut.cuts import cut_at_many_points
from tests.power_cut.service_run import record_service


def main() -> int:
    """Print how it went; 1 when something must not be."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, default=400, help="where the power is cut")
    arguments.add_argument("--mails", type=int, default=120)
    arguments.add_argument("--clients", type=int, default=4)
    arguments.add_argument("--seed", type=int, default=29)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        recorder = record_service(folder, mails=options.mails, clients=options.clients, seed=options.seed)
        report = cut_at_many_points(
            recorder.acts(), folder / "disk", points=options.points, seed=options.seed, tell=_tell
        )
    for point, fault in report.faults[:50]:
        sys.stdout.write(f"fault: at act {point}: {fault}\n")
    sys.stdout.write(
        f"\n{report.acts:,} acts, {report.promised} mails promised, {report.cuts} power cuts, "
        f"faults {len(report.faults)} {dict(report.kinds()) or ''}\n"
    )
    return 1 if report.faults else 0


def _tell(done: int) -> None:
    sys.stdout.write(f"\r{done} power cuts")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
