import asyncio
import time

import pytest

from bench.model.clock import StuckError, run_virtual


def test_an_hour_passes_at_once() -> None:
    async def sleep() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    began = time.perf_counter()
    assert run_virtual(sleep()) == 3600
    assert time.perf_counter() - began < 5


def test_the_same_tasks_end_in_the_same_order_each_time() -> None:
    async def course() -> list[tuple[int, float]]:
        ended = []

        async def task(number: int) -> None:
            for _ in range(5):
                await asyncio.sleep((number * 7 % 5 + 1) / 10)
            ended.append((number, asyncio.get_running_loop().time()))

        await asyncio.gather(*map(task, range(20)))
        return ended

    first = run_virtual(course())
    assert first == run_virtual(course())
    assert [when for _, when in first] == sorted(when for _, when in first)


def test_who_waits_for_nothing_is_told_so() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        run_virtual(wait())


def test_a_thread_is_no_other_time() -> None:
    async def through_a_thread() -> float:
        assert await asyncio.to_thread(lambda: 5) == 5
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        return asyncio.get_running_loop().time()

    assert run_virtual(through_a_thread()) == 0
