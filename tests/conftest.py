"""Fixtures that most tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service import Service
from tests.sink import Sink

pytest_plugins = ["tests.postgresql", "tests.servers.fixtures", "tests.edge"]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A server that keeps every mail it is sent."""
    with Sink() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, sink: Sink) -> Iterator[Service]:
    """A running casepost whose mail goes to `sink`."""
    with Service(tmp_path, sink) as running:
        yield running
