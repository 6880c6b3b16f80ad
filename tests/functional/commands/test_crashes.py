"""A worker that dies between any two steps, and what a second delivery makes of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis

from courier.commands.processing import FIRST_PAUSE_S, MOST_TRIES
from courier.errors import StateUnavailableError
from courier.queues.records import Record
from tests.functional.commands.conftest import World, make_world
from tests.functional.conftest import make_bench
from tests.support.queues import record
from tests.support.updates import queued, said


class Killed(BaseException):
    """No handler of errors sees a SIGKILL."""


class Dies:
    """Stands before a part, and ends the worker at one of its methods: before the call, or after it."""

    def __init__(self, part: Any, method: str, *, is_after: bool, error: BaseException | None = None) -> None:
        self._part = part
        self._method = method
        self._is_after = is_after
        self._error = error or Killed()
        self.is_armed = True

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        return self._deadly(found) if name == self._method and self.is_armed else found

    def _deadly(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def kill() -> None:
            self.is_armed = False
            raise self._error

        async def later(*args: Any, **kwargs: Any) -> Any:
            if self._is_after:
                await call(*args, **kwargs)
            kill()

        def now(*args: Any, **kwargs: Any) -> Any:
            if self._is_after:
                call(*args, **kwargs)
            kill()

        return later if self._method in {"learn", "send", "forward", "take", "access"} else now


STEPS = [
    ("processed", "begin"),
    ("known", "learn"),
    ("gate", "access"),
    ("dispatcher", "take"),
    ("processed", "keep"),
    ("mailer", "send"),
    ("forwarder", "forward"),
    ("events", "tell"),
    ("processed", "done"),
]
CASES = [(part, method, is_after) for part, method in STEPS for is_after in (False, True)]


def chat() -> list[Record]:
    return [
        queued(said(1, ".say one")),
        queued(said(2, ".twice two")),
        queued(said(3, "hello")),
        queued(said(4, ".say x")),
    ]


def dying(world: World, part: str, method: str, *, is_after: bool, error: BaseException | None = None) -> World:
    dies = Dies(getattr(world.parts, part), method, is_after=is_after, error=error)
    deadly: dict[str, Any] = {part: dies}
    parts = replace(world.parts, **deadly)
    return replace(world, parts=parts)


@pytest.mark.parametrize(("part", "method", "is_after"), CASES)
async def test_a_crash_anywhere_costs_no_reply_and_doubles_none(
    world: World, part: str, method: str, is_after: bool
) -> None:
    mortal = dying(world, part, method, is_after=is_after)
    with pytest.raises(Killed):
        await mortal.take(*chat())

    assert await mortal.take(*chat()) == []

    assert world.queues.texts() == ["one", "two 1", "two 2", "x"]
    assert world.queues.updates() == [1, 2, 3, 4]
    assert {event.update_id for event in world.bus.updates()} == {1, 2, 3, 4}


@pytest.mark.parametrize(("part", "method", "is_after"), CASES)
async def test_state_that_fails_anywhere_is_waited_for_in_order(
    world: World, part: str, method: str, is_after: bool
) -> None:
    failing = dying(world, part, method, is_after=is_after, error=StateUnavailableError("gone"))
    records = chat()

    assert await failing.take(*records) == [one.message_id for one in records]
    assert set(world.other.hidden.values()) == {5}
    assert await failing.take(*records) == []

    assert world.queues.texts() == ["one", "two 1", "two 2", "x"]
    assert world.queues.updates() == [1, 2, 3, 4]
    row = world.row("update", "update#1#1")
    assert row is not None
    assert row["tries"] == {"N": "1" if (method, is_after) != ("begin", True) else "2"}


async def test_a_command_isnt_carried_out_again_once_its_outcome_is_kept(world: World) -> None:
    """Whoever was told something is told the same again, also if it would be another now."""
    mortal = dying(world, "mailer", "send", is_after=False)
    with pytest.raises(Killed):
        await mortal.take(queued(said(1, ".spend")))
    await world.redis.flushall()

    assert await mortal.take(queued(said(1, ".spend"))) == []

    assert world.queues.texts() == ["1 of 50"]
    assert await world.redis.keys("*") == [], "nothing was spent once more"


async def test_a_replay_after_a_flush_and_with_a_fresh_queue_says_nothing_twice(world: World, table: Any) -> None:
    records = chat()
    await world.take(*records)
    await world.redis.flushall()
    world.queues.forget()
    another = make_world(table, world.redis)

    assert await world.take(*records) == []
    assert await another.take(*chat()) == []

    assert world.queues.texts() == ["one", "two 1", "two 2", "x"]
    assert world.queues.updates() == [1, 2, 3, 4]
    assert (another.queues.texts(), another.queues.updates(), another.bus.told) == ([], [], [])


@pytest.mark.parametrize("is_flushed", [False, True])
async def test_what_is_queued_twice_is_delivered_once(world: World, redis: Redis, is_flushed: bool) -> None:
    """A crash after the replies, noticed when SQS has forgotten their names: the sender knows them by theirs."""
    mortal = dying(world, "mailer", "send", is_after=True)
    with pytest.raises(Killed):
        await mortal.take(queued(said(1, ".say one")))
    if not is_flushed:
        world.queues.forget()
    await mortal.take(queued(said(1, ".say one")))
    bench = make_bench(redis)

    for entry in world.queues.held["courier-bot-1.fifo"]:
        await bench.send(record(entry["MessageBody"], group=entry["MessageGroupId"]))

    assert bench.telegram.texts() == ["one"]


async def test_an_update_that_fails_is_tried_five_times_and_its_chat_goes_on(world: World) -> None:
    bad, later, neighbour = queued(said(1, ".boom")), queued(said(2, ".say late")), queued(said(3, ".say hi", 6))

    for tried in range(1, MOST_TRIES):
        assert await world.take(bad, later, neighbour) == [bad.message_id, later.message_id]
        assert world.other.hidden[bad.receipt] == FIRST_PAUSE_S * 2 ** (tried - 1)
        assert world.queues.texts() == ["hi"]
    assert await world.take(bad, later) == []

    assert world.queues.texts() == ["hi", "late"]
    assert world.other.reasons() == ["failed 5 times: ZeroDivisionError boom"]
    assert await world.take(bad) == []
    assert len(world.other.letters) == 1


async def test_an_update_that_kills_its_worker_is_found_out_and_its_neighbours_are_answered(world: World) -> None:
    """From its third try on it is alone; after the fifth it is given up."""
    bad, neighbours = queued(said(1, ".say bad")), [queued(said(n, f".say {n}", n)) for n in range(10, 14)]

    orders: list[list[int]] = []

    async def take(telegram_id: int, raw: Any, given: Any) -> bool:
        orders[-1].append(raw["update_id"])
        if raw["update_id"] == 1:
            raise Killed
        return await world.parts.dispatcher.take(telegram_id, raw, given)

    deadly: Any = type("Deadly", (), {"take": staticmethod(take)})()
    mortal = replace(world, parts=replace(world.parts, dispatcher=deadly))
    for tried in range(MOST_TRIES):
        fresh = queued(said(20 + tried, f".say {20 + tried}", 20 + tried))
        orders.append([])
        with pytest.raises(Killed):
            await mortal.take(bad, *neighbours, fresh)

    # While nobody knew, it came among the others; then last, behind those that came with it.
    assert [order[-1] for order in orders[2:]] == [1, 1, 1]
    assert all(20 + tried in order for tried, order in enumerate(orders[2:], start=2))

    assert sorted(world.queues.texts()) == ["10", "11", "12", "13", "20", "21", "22", "23", "24"]
    assert await mortal.take(bad) == []
    assert world.other.reasons() == ["its worker ended before it did, 5 times"]
    assert 1 not in world.queues.updates()
