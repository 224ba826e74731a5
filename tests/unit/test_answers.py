"""Answers of a thread that come together wake the loop once, and none of them is lost."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from casepost.answers import Answers


def _answer_all(futures: Sequence["Future[int]"]) -> None:
    for number, one in enumerate(futures):
        one.set_result(number)


def test_answers_that_come_together_wake_the_loop_once() -> None:
    async def scene() -> tuple[list[int], int]:
        loop, wakes = asyncio.get_running_loop(), 0
        truly = loop.call_soon_threadsafe

        def counted(*arguments: object) -> asyncio.Handle:
            nonlocal wakes
            wakes += 1
            return truly(*arguments)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign, assignment]
        answers, futures = Answers(), [Future[int]() for _ in range(60)]
        waiting = [asyncio.ensure_future(answers.of(one)) for one in futures]
        await asyncio.sleep(0)
        commit = threading.Thread(target=_answer_all, args=(futures,))
        commit.start()
        commit.join()  # the loop stands meanwhile, as one that is busy
        return list(await asyncio.gather(*waiting)), wakes

    assert asyncio.run(scene()) == (list(range(60)), 1)


def test_no_answer_is_lost_between_two_wake_ups() -> None:
    async def scene() -> int:
        answers, futures = Answers(), [Future[int]() for _ in range(3000)]
        commits = threading.Thread(target=_answer_all, args=(futures,))
        waiting = [asyncio.ensure_future(answers.of(one)) for one in futures]
        await asyncio.sleep(0)
        commits.start()
        return sum(await asyncio.wait_for(asyncio.gather(*waiting), 20))

    assert asyncio.run(scene()) == sum(range(3000))


def test_an_error_and_an_answer_that_is_there_already_arrive() -> None:
    async def scene() -> int:
        answers, failed, done = Answers(), Future[int](), Future[int]()
        failed.set_exception(OSError("no room"))
        done.set_result(7)
        with pytest.raises(OSError, match="no room"):
            await answers.of(failed)
        return await answers.of(done)

    assert asyncio.run(scene()) == 7


def test_who_no_longer_waits_takes_back_what_has_not_begun() -> None:
    async def scene() -> bool:
        answers, future = Answers(), Future[int]()
        waiting = asyncio.ensure_future(answers.of(future))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return future.cancelled()

    assert asyncio.run(scene())
