"""`make bench` runs all benchmarks; `make bench ARGS="accept_20k"` those named."""

import importlib
import signal
import sys

ALL = (
    "accept_20k",
    "accept_8m",
    "cold_start",
    "first_mail",
    "forgery",
    "growth",
    "import_mbox",
    "latency",
    "mail_bomb",
    "memory",
    "reading",
    "slow_disk",
    "whole",
)


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    chosen = sys.argv[1:] or ALL
    unknown = [name for name in chosen if name not in ALL]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(ALL)}")
    # As an exception it passes through all that has to be stopped, servers among them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in chosen:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
