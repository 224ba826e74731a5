"""`make bench` runs all benchmarks; `make bench ARGS="accept"` those named."""

import importlib
import sys

ALL = ("accept", "cold_start", "forgery", "mail_bomb")


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    chosen = sys.argv[1:] or ALL
    unknown = [name for name in chosen if name not in ALL]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(ALL)}")
    for name in chosen:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
