"""The edge's list of addresses is read anew for as long as it runs, whatever goes wrong in between."""

import asyncio
from pathlib import Path

import pytest

import casepost.edge
from casepost.edge import Directory
from store.store import Store


def test_a_fault_of_the_database_ends_no_reading_of_the_queues(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casepost.edge, "_REFRESH", 0.001)
    tries: list[int] = []

    def fail_twice() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("database disk image is malformed")

    directory = Directory(store.cases)
    monkeypatch.setattr(directory, "refresh", fail_twice)

    async def run() -> None:
        task = asyncio.create_task(directory.keep_fresh())
        while len(tries) < 5:
            await asyncio.sleep(0.001)
        assert not task.done()
        task.cancel()

    asyncio.run(asyncio.wait_for(run(), 20))
