"""Requests of one moment are made together, one batch under way at a time."""

import asyncio
from collections.abc import Sequence

import pytest

from courier.sender.coalesce import Coalescer


class Worker:
    """Doubles numbers, when it is let; fails for batches with a negative one."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.under_way = 0
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()

    async def work(self, items: Sequence[int]) -> list[int]:
        assert self.under_way == 0
        self.under_way += 1
        self.batches.append(list(items))
        await self.gate.wait()
        self.under_way -= 1
        if min(items) < 0:
            raise ValueError("negative")
        return [2 * item for item in items]


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_asked_at_once_goes_at_once() -> None:
    worker = Worker()
    coalescer = Coalescer(worker.work)

    assert await asyncio.gather(*(coalescer.submit(n) for n in range(20))) == [2 * n for n in range(20)]

    assert worker.batches == [list(range(20))]


async def test_what_is_asked_meanwhile_goes_with_the_next() -> None:
    worker = Worker(is_open=False)
    coalescer = Coalescer(worker.work)
    first = asyncio.create_task(coalescer.submit(1))
    await settle()
    others = [asyncio.create_task(coalescer.submit(n)) for n in (2, 3)]
    await settle()

    worker.gate.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert worker.batches == [[1], [2, 3]]


async def test_one_after_another_is_no_batch() -> None:
    worker = Worker()
    coalescer = Coalescer(worker.work)

    assert [await coalescer.submit(n) for n in (1, 2)] == [2, 4]

    assert worker.batches == [[1], [2]]


async def test_an_error_is_everyones_in_its_batch_and_nobody_elses() -> None:
    worker = Worker(is_open=False)
    coalescer = Coalescer(worker.work)
    good = asyncio.create_task(coalescer.submit(1))
    await settle()
    bad = [asyncio.create_task(coalescer.submit(n)) for n in (2, -3)]
    await settle()
    worker.gate.set()

    assert await good == 2
    for one in bad:
        with pytest.raises(ValueError, match="negative"):
            await one
    assert await coalescer.submit(4) == 8


async def test_one_who_no_longer_waits_disturbs_no_one() -> None:
    worker = Worker(is_open=False)
    coalescer = Coalescer(worker.work)
    gone, here = (asyncio.create_task(coalescer.submit(n)) for n in (1, 2))
    await settle()
    gone.cancel()
    await settle()
    worker.gate.set()

    assert await here == 4
    assert gone.cancelled()
