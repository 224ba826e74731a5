"""`python -m tests.conversations`: how many mails of generated conversations come to the right case.

Plays 5,000 conversations as they are, and a tenth of that for each two of address, ids and tag destroyed.
"""

import argparse
import sys
import time

from tests.conversations.people import ADDRESS, EVIDENCE, IDS, TAG
from tests.conversations.player import Score
from tests.conversations.world import play

LEAST = 0.999


def main() -> int:
    """Print the figures; 1 when too many mails, or any in a stranger's case, went wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=5_000, help="conversations")
    arguments.add_argument("--seed", type=int, default=4)
    options = arguments.parse_args()
    holds = _run("as they are", options.count, options.seed, frozenset())
    for left in (ADDRESS, IDS, TAG):
        holds &= _run(f"only the {left} left", options.count // 10, options.seed + 1, EVIDENCE - {left})
    return 0 if holds else 1


def _run(what: str, count: int, seed: int, destroyed: frozenset[str]) -> bool:
    began = time.perf_counter()
    score = play(count, seed=seed, destroyed=destroyed)
    seconds = time.perf_counter() - began
    mails = sum(score.total.values())
    sys.stdout.write(
        f"{what}: {count:,} conversations, {mails:,} mails, {score.ratio:.5f} right, "
        f"{score.strangers} into a stranger's case, {seconds / mails * 1e3:.1f} ms a mail\n"
    )
    _print_situations(score)
    sys.stdout.flush()
    return score.ratio >= LEAST and score.strangers == 0


def _print_situations(score: Score) -> None:
    for situation, total in sorted(score.total.items()):
        sys.stdout.write(f"  {situation}: {total - score.wrong[situation]:,} of {total:,}\n")
    for line in score.failing[:20]:
        sys.stdout.write(f"  failed: {line}\n")


if __name__ == "__main__":
    sys.exit(main())
