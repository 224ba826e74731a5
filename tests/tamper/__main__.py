"""`python -m tests.tamper`: a store is tampered with as its owner could, each time anew; each must be found and named.

Ends with 1 when one was not.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.tamper.store import Bench
from tests.tamper.trial import try_once


def main() -> int:
    """Print what was missed, and the sum by table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=0, help="of the first trial")
    options = arguments.parse_args()
    tried: Counter[str] = Counter()
    missed = unnamed = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        for seed in range(options.seed, options.seed + options.trials):
            trial = try_once(bench, seed)
            tried[trial.said.split()[0].rstrip(":")] += 1
            missed += not trial.found
            unnamed += bool(trial.found) and not trial.named
            if not trial.named:
                print(f"{seed}: {trial.said}: found {[f'{one.table} {one.row}' for one in trial.found[:5]]}")
        bench.close()
    print(f"{options.trials} tamperings, {options.trials - missed} found, {options.trials - missed - unnamed} named")
    print(", ".join(f"{table} {count}" for table, count in sorted(tried.items())))
    return 1 if missed or unnamed else 0


if __name__ == "__main__":
    sys.exit(main())
