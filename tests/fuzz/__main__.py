"""`python -m tests.fuzz MINUTES`: octets of strangers into every way in, each target for its share of the time.

Prints the seed, how it stands every ten seconds, and each fault with the smallest example as a literal for a test;
ends with 1 when there was one. With `--target` that one gets all the time, and `--seed` plays a run again.
"""

import argparse
import random
import sys

from tests.fuzz.run import Tried, fuzz
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Run and report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("minutes", type=float, help="for all targets together")
    arguments.add_argument("--seed", type=int, default=None, help="of the first round (any, and printed)")
    arguments.add_argument("--target", choices=[one.name for one in TARGETS], help="only that one")
    options = arguments.parse_args()
    seed = random.randrange(10**9) if options.seed is None else options.seed
    chosen = [one for one in TARGETS if options.target in (None, one.name)]
    seconds = options.minutes * 60 / len(chosen)
    _print(f"seed {seed}, {seconds:,.0f} s for each of {len(chosen)} targets")
    results = []
    for target in chosen:
        _print(f"{target.name}: {target.holds}")
        results.append(fuzz(target, seed=seed, seconds=seconds, tell=_print))
    _summarise(results)
    return 1 if any(one.findings for one in results) else 0


def _summarise(results: list[Tried]) -> None:
    _print(f"seed {results[0].seed}: {sum(one.tried for one in results):,} tried")
    for one in results:
        _print(one.line())
        for finding in one.findings:
            _print(f"  FAULT {finding.place}, {one.again[finding.place]} times more: {finding.error}")
            _print(f"    {finding.example!r}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
