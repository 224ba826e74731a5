"""The process that is counted: `python -m bench.regress.counted MARKS FOLDER`, which is started under callgrind.

Each work is done twice before it counts, so that what is imported, compiled and cached once does not. The garbage
collector is off meanwhile: when it comes depends on what was done before.
"""

import ctypes
import gc
import sys
from pathlib import Path

from bench.regress.works import WARM_UPS, make_works
from store.store import open_store
from tests.casework import NOW


def main() -> None:
    """Do all works; for each a file is written that has its name and its count."""
    marks = ctypes.CDLL(sys.argv[1])
    store = open_store(Path(sys.argv[2]), "", clock=lambda: NOW)
    works = make_works(store)
    for work in works:
        for once in work.rounds[:WARM_UPS]:
            once()
    gc.collect()
    gc.disable()
    marks.counting_on()
    for work in works:
        marks.begin()
        for once in work.rounds[WARM_UPS:]:
            once()
        marks.end(work.name.encode())
    store.close()


if __name__ == "__main__":
    main()
