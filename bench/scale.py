"""How much a benchmark does, and with how many processes, by variables of the environment.

BENCH_SCALE=0.1 is a tenth of the mails, for a first look; BENCH_ROUNDS are the rounds that count; BENCH_PROCESSES is
`[smtp] processes` of the casepost that is measured.
"""

import os

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
PROCESSES = int(os.environ.get("BENCH_PROCESSES", "1"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))


def scaled(mails: int, *, at_least: int = 4) -> int:
    """So many of `mails` as the scale says."""
    return max(at_least, round(mails * SCALE))
