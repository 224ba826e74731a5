"""Where the mails of other projects lie: beside the checkout, never in it. Tests on them skip where they are absent."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def corpus() -> Path:
    """The corpus folder; the running test is skipped where there is none (CASEPOST_CORPUS names another place)."""
    place = Path(os.environ.get("CASEPOST_CORPUS", _BESIDE))
    if not (place / "MANIFEST.tsv").is_file():
        pytest.skip(f"no corpus of other projects' mails at {place}")
    return place
