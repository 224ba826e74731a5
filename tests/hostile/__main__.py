"""`python -m tests.hostile N`: N generated hostile mails and every corpus file through the SMTP port of a real service.

Prints the books, and ends with 1 when the service fell, a mail has no disposition or cost its child too much, or
honest mail beside it was hurt.
"""

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

import pytest

from tests.corpus_place import corpus
from tests.hostile.mails import SEED, Hostile, files_of, generate
from tests.hostile.run import run


def main() -> int:
    """Run and report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("count", type=int, help="generated mails")
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--first", type=int, default=0, help="number of the first mail")
    options = arguments.parse_args()
    files = _corpus()
    more = tuple(one.raw for one in files if len(one.raw) < 200_000)
    numbers = range(options.first, options.first + options.count)
    generated = (generate(number, seed=options.seed, more=more) for number in numbers)
    sys.stdout.write(f"{options.count:,} generated mails of seed {options.seed}, {len(files):,} files of the corpus\n")
    with tempfile.TemporaryDirectory(prefix="casepost-hostile-") as folder:
        books = run(Path(folder), itertools.chain(files, generated), progress=1_000)
    for line in (*books.lines(), *(f"WRONG: {fault}" for fault in books.faults())):
        sys.stdout.write(line + "\n")
    return 1 if books.faults() else 0


def _corpus() -> tuple[Hostile, ...]:
    try:
        return tuple(files_of(corpus()))
    except pytest.skip.Exception as absent:
        sys.stdout.write(f"{absent}\n")
        return ()


if __name__ == "__main__":
    sys.exit(main())
