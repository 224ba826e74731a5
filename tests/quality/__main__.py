"""`make score`: how well mails are read, by set and measure, with the names of those that fail.

Prints the table, and with `--write` also puts it into docs/quality.md.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quality import corpus_measures
from tests.quality.gold import load_labels, score
from tests.quality.measure import Measure

ROOT = Path(__file__).resolve().parents[2]
SETS = {"gold": "labelled mails the rules were made with", "held_out": "labelled mails made apart from the rules"}
PAGE = ROOT / "docs" / "quality.md"
_LONGEST_LINE = 118
_MARK = "<!-- measured: make score ARGS=--write -->"


def main() -> int:
    """Print all measures; 1 when one is below what is asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="put the tables into docs/quality.md too")
    options = arguments.parse_args()
    tables = [(f"{name}: {words}", measure_set(ROOT / "tests" / "mails" / name)) for name, words in SETS.items()]
    try:
        tables.append(("corpus: mails of other projects", corpus_measures.measure_all()))
    except pytest.skip.Exception as absent:
        tables.append((f"corpus: {absent}", []))
    text = "\n".join(line for title, measures in tables for line in _write(title, measures))
    sys.stdout.write(text)
    if options.write:
        head, _, _ = PAGE.read_text(encoding="utf-8").partition(_MARK)
        PAGE.write_text(f"{head}{_MARK}\n\n{text}", encoding="utf-8")
    return 0 if all(one.holds for _, measures in tables for one in measures) else 1


def measure_set(folder: Path) -> list[Measure]:
    """The measures of a set, read by the command `casepost parse` itself."""
    labels = load_labels(folder)
    command = [sys.executable, "-m", "casepost", "parse", *(str(folder / f"{name}.eml") for name in labels)]
    printed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout.decode()
    results = {Path(one["file"]).stem: one for one in map(json.loads, printed.splitlines())}
    return score(labels, results)


def _write(title: str, measures: list[Measure]) -> Iterator[str]:
    yield f"### {title}\n\n| measure | right | of | ratio | at least |\n|---|---|---|---|---|"
    for one in measures:
        least = f"{one.least:.2f}" if one.least is not None else ""
        mark = "" if one.holds else " **below**"
        yield f"| {one.name} | {one.right} | {one.total} | {one.ratio:.3f}{mark} | {least} |"
    failing = [_shorten(f"- {one.name}: {name}") for one in measures for name in one.failing]
    yield "\n" + ("Failing:\n\n" + "\n".join(failing) if failing else "None fails.") + "\n"


def _shorten(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"


if __name__ == "__main__":
    sys.exit(main())
