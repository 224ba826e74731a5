"""`python -m bench.regress` counts, prints the table and ends with 1 where a count has grown; `--write` keeps it."""

import argparse
import sys
from collections.abc import Sequence

from bench.regress.callgrind import CountingFailed, count_instructions, find_missing
from bench.regress.kept import FAULTS, KEPT, Counts, Verdict, compare, here, load_counts, write_counts

_ROW = "{:<12} {:>13} {:>13} {:>8}  {}\n"


def main() -> int:
    """The status of the process: 0 as kept or kept anew, 1 more than kept, 2 nothing could be counted."""
    parser = argparse.ArgumentParser(prog="python -m bench.regress", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep what is counted now")
    write = parser.parse_args().write
    missing = find_missing()
    if missing is not None:
        sys.stderr.write(f"not counted: {missing}\n")
        return 2
    try:
        counts = Counts(made_with=here(), instructions=count_instructions())
    except CountingFailed as error:
        sys.stderr.write(f"not counted: {error}\n")
        return 2
    verdicts = compare(counts, load_counts() if KEPT.exists() else Counts(made_with=here(), instructions={}))
    sys.stdout.write(show(verdicts))
    if write:
        write_counts(counts)
        return 0
    return judge(counts, load_counts(), verdicts) if KEPT.exists() else 1


def judge(counts: Counts, kept: Counts, verdicts: Sequence[Verdict]) -> int:
    """0 or 1 by the verdicts; counts of another Python or architecture say nothing, which is said, and are 0."""
    if counts.made_with != kept.made_with:
        sys.stdout.write(f"not judged: kept are counts of {kept.made_with}, these are of {counts.made_with}\n")
        return 0
    return int(any(one.word in FAULTS for one in verdicts))


def show(verdicts: Sequence[Verdict]) -> str:
    """The table for a person."""
    lines = [_ROW.format("work", "instructions", "kept", "change", "")]
    for one in verdicts:
        change = "" if one.change is None else f"{one.change:+.1%}"
        lines.append(_ROW.format(one.name, _figure(one.count), _figure(one.kept), change, one.word))
    return "".join(line.rstrip(" \n") + "\n" for line in lines)


def _figure(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


if __name__ == "__main__":
    sys.exit(main())
