"""Which duplicates are explained, from hand-made calls."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from bench.model.mapping import WorkerDiedError
from bench.model.mortal import Call, Life
from bench.model.ordeal import Survival
from bench.model.reaper import Executioner
from bench.model.telegram import Arrival
from bench.model.workers import Surroundings
from tests.unit.bench.virtual import virtual


def call(started: float, *, lost: bool = False, heard: bool = True, died_at: float | None = None) -> Call:
    arrival = Arrival(started, started + 0.1, 1, "1", None, is_lost=lost)
    return Call(Life(died_at=died_at), started, "1", "1", arrival, started + 0.2 if heard else None)


def survival(*calls: Call, flushes: Sequence[float] = (), kills: Sequence[float] = ()) -> Survival:
    arrivals = [each.arrival for each in calls if each.arrival]
    return Survival(arrivals, Surroundings({}), {}, {}, calls, kills, flushes, 50.0)


@pytest.mark.parametrize(
    ("first", "flushes", "cause"),
    [
        (call(0), (), {}),
        (call(0, lost=True), (), {"lost answer": 1}),
        (call(0, heard=False, died_at=0.15), (), {"kill": 1}),
        (call(0, died_at=0.22), (), {"kill": 1}),
        (call(0, died_at=5), (), {}),
        (call(0), (3.0,), {"flush": 1}),
        (call(0), (0.1,), {}),
        (call(0), (11.0,), {}),
    ],
    ids=["none", "lost", "died-deaf", "died-before-its-mark", "died-later", "flush", "flush-before", "flush-after"],
)
def test_a_repeat_is_explained_by_what_hid_the_first(
    first: Call, flushes: Sequence[float], cause: dict[str, int]
) -> None:
    found = survival(first, call(10), flushes=flushes)
    assert found.duplicates() == 1
    assert found.explained() == cause


def test_one_cause_explains_one_repeat() -> None:
    found = survival(call(0, lost=True), call(10), call(20))
    assert found.duplicates() - found.explained().total() == 1


def test_recovery_counts_from_the_last_blow() -> None:
    assert survival(kills=(1.0, 20.0), flushes=(12.0,)).recovery_s == 30
    assert survival().recovery_s == 50


@virtual
async def test_somebody_at_work_dies_in_every_span() -> None:
    executioner = Executioner(random.Random(1))  # noqa: S311

    async def works(_records: Sequence[dict[str, Any]], _remaining_s: float) -> Sequence[str]:
        await asyncio.sleep(1)
        return []

    def make(life: Life) -> Any:
        async def handle(records: Sequence[dict[str, Any]], remaining_s: float) -> Sequence[str]:
            life.step()
            return await works(records, remaining_s)

        return handle

    async def worker() -> int:
        handler, died = executioner.mortal(make), 0
        for _ in range(60):
            try:
                await handler([], 15)
            except WorkerDiedError:
                died += 1
        return died

    killing = asyncio.create_task(executioner.work(5.0, 40.0))
    died = await worker()
    killing.cancel()
    assert died == len(executioner.kills) >= 4
