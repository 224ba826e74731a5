"""One process that works as the worker of `casepost serve` does, without its readers: `… worker CONFIG`."""

import logging
import signal
import sys
import threading
from pathlib import Path
from typing import cast

from casepost.app import App
from casepost.config import load
from casepost.worker import Worker
from ingest.files.picture_pool import PicturePool
from ingest.read.pool import ReaderPool


def main(config: str) -> None:
    """Until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    app = App(load(Path(config), {}), {})
    nobody = object()  # no mail comes in and no picture waits: nobody is ever asked to read or to look
    Worker(app, cast("ReaderPool", nobody), cast("PicturePool", nobody)).run(stop, lambda: None)
    app.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
