"""What the fork server loads before it forks a reader: the reader's modules, the language model, the topic words."""

import os

# One thread each for the numeric library of the language model: it would start one a core, in every child.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from ingest.read import reader  # noqa: F401  loaded here, so that no child has to
from ingest.read.language import warm_up
from ingest.topics import load_rules

warm_up()
load_rules()
