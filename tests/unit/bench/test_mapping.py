import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bench.model.mapping import Mapping, WorkerDiedError
from bench.model.queue import FifoQueue
from tests.unit.bench.virtual import virtual

type Records = Sequence[dict[str, Any]]


class Worker:
    """Answers its first batch as it is told, later ones with success."""

    def __init__(self, first: Exception | float | set[str]) -> None:
        self.first: Exception | float | set[str] = first
        self.batches: list[list[str]] = []
        self.at: list[float] = []

    async def handle(self, records: Records, remaining_s: float) -> Sequence[str]:
        assert remaining_s == 15
        self.at.append(asyncio.get_running_loop().time())
        self.batches.append([record["body"] for record in records])
        if len(self.batches) > 1:
            return []
        match self.first:
            case Exception():
                raise self.first
            case float():
                await asyncio.sleep(self.first)
                return []
            case stay:
                return [record["messageId"] for record in records if record["body"] in stay]


async def worked(worker: Worker, *bodies: str) -> Mapping:
    """What became of a queue of messages whose group is their first letter."""
    queue = FifoQueue("q.fifo", visibility_s=30)
    for body in bodies:
        queue.put(body, body[0])
    mapping = Mapping(queue, [worker.handle])
    running = asyncio.create_task(mapping.run())
    async with asyncio.timeout(600):
        await queue.empty.wait()
    running.cancel()
    return mapping


@virtual
async def test_what_a_batch_answers_stays_and_the_rest_is_deleted() -> None:
    worker = Worker({"a2"})
    mapping = await worked(worker, "a1", "a2", "b1")
    assert worker.batches == [["a1", "a2", "b1"], ["a2"]]
    assert (mapping.bill.invocations, mapping.bill.crashed) == (2, 0)


@pytest.mark.parametrize("error", [RuntimeError("a fault"), WorkerDiedError()])
def test_a_batch_that_raises_or_dies_comes_back_whole_after_the_queues_timeout(error: Exception) -> None:
    @virtual
    async def test() -> None:
        worker = Worker(error)
        mapping = await worked(worker, "a1", "b1")
        assert worker.batches == [["a1", "b1"]] * 2
        assert worker.at[1] - worker.at[0] == pytest.approx(30, abs=0.1)
        assert mapping.bill.crashed == 1
        assert mapping.bill.last_error == repr(error)

    test()


@virtual
async def test_an_invocation_is_cut_off_at_its_timeout_and_billed_until_then() -> None:
    worker = Worker(100.0)
    mapping = await worked(worker, "a1")
    assert worker.batches == [["a1"]] * 2
    assert mapping.bill.crashed == 1
    assert mapping.bill.seconds == pytest.approx(15)


@virtual
async def test_as_many_batches_are_under_way_as_there_are_workers() -> None:
    queue, busy, most = FifoQueue("q.fifo"), 0, 0

    async def handle(records: Records, remaining_s: float) -> Sequence[str]:
        nonlocal busy, most
        del records, remaining_s
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(1)
        busy -= 1
        return []

    for number in range(100):
        queue.put("x", f"{number}")
    running = asyncio.create_task(Mapping(queue, [handle] * 3).run())
    await queue.empty.wait()
    running.cancel()
    assert most == 3
