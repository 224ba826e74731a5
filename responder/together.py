"""Writes of several mails that come up at the same moment share a transaction: one sync of the disk for all of them."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from store.database import Database

_T = TypeVar("_T")
_Act = Callable[[Connection], Any]


class Together:
    """What is asked for while a transaction runs is done in the next one; of one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[_Act, asyncio.Future[Any]]] = []
        self._drain: asyncio.Task[None] | None = None

    async def write(self, act: Callable[[Connection], _T]) -> _T:
        """What `act` returns, once it is committed; raises what it raised. It may be done twice, the first undone."""
        future: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        self._waiting.append((act, future))
        if self._drain is None:
            self._drain = asyncio.create_task(self._write_all())
        return await future

    async def _write_all(self) -> None:
        while self._waiting:
            now, self._waiting = self._waiting, []
            ends = await asyncio.to_thread(self._write_some, [act for act, _ in now])
            for (_, future), end in zip(now, ends, strict=True):
                if future.cancelled():
                    continue
                if isinstance(end, _Fault):
                    future.set_exception(end.error)
                else:
                    future.set_result(end)
        self._drain = None

    def _write_some(self, acts: Sequence[_Act]) -> list[Any]:
        try:
            with self._database.write() as connection:
                return [act(connection) for act in acts]
        except Exception as error:  # noqa: BLE001  each has its own end, and the fault of one is not that of the others
            if len(acts) == 1:
                return [_Fault(error)]
        return [end for act in acts for end in self._write_some([act])]


class _Fault:
    def __init__(self, error: Exception) -> None:
        self.error = error
