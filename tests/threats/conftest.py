"""What tests of threats share: one running service a module, and a case office without processes.

Tests on the shared service write from addresses of their own, so that none sees what another one sent.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.model import Reminders
from store.seeding import QueueSeed
from store.store import open_store, seed_store
from tests.casework import AGENT, NOW, RETURNS, SUPPORT
from tests.office import Office
from tests.service import Service
from tests.sink import Sink

_SEEDS = (QueueSeed(queue=SUPPORT, agents=(AGENT,)), QueueSeed(queue=RETURNS, agents=("rita@office.example",)))


@pytest.fixture(scope="module")
def shared_sink() -> Iterator[Sink]:
    """A server that keeps every mail it is sent, the same for all tests of a module."""
    with Sink() as running:
        yield running


@pytest.fixture(scope="module")
def shared_service(tmp_path_factory: pytest.TempPathFactory, shared_sink: Sink) -> Iterator[Service]:
    """A running casepost whose mail goes to `shared_sink`, the same for all tests of a module."""
    with Service(tmp_path_factory.mktemp("service"), shared_sink) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A case office on SQLite, with the queues support (agent Ada) and returns (agent Rita)."""
    store = open_store(tmp_path / "var", "", clock=lambda: NOW)
    seed_store(store, _SEEDS, Reminders(), clock=lambda: NOW)
    yield Office(store)
    store.close()
