"""Bots' traffic driven through real senders in virtual time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.model.clock import run_virtual
from bench.model.outcome import Outcome
from bench.model.queue import Order
from bench.model.redis import VirtualRedis
from bench.model.station import Station
from bench.model.telegram import Faults, ModelTelegram, Network
from bench.model.traffic import Item
from bench.model.workers import Surroundings, bench_bot, worker, workers
from courier.contracts.control import Limits as Configured
from local.simulator.config import Limits
from local.simulator.worlds import World

BOT_ID = 1


@dataclass(frozen=True)
class Course:
    """What is driven.

    Attributes:
        limits: Telegram's, of which the sender knows nothing but what its answers say.
        world: Its hidden limits and faults, in place of `limits`.
        configured: What the bot's row says.
        batches: Batches of one queue that are under way at a time.
        limit_s: Virtual seconds after which it is broken off.
    """

    items: Sequence[Item]
    limits: Limits = field(default_factory=Limits)
    world: World | None = None
    configured: Configured = field(default_factory=Configured)
    network: Network = field(default_factory=Network)
    faults: Faults = field(default_factory=Faults)
    order: Order = Order.GROUP_FIRST
    batches: int = 5
    jitter_s: float = 0.03
    seed: int = 0
    limit_s: float = 3600.0


@dataclass
class Result(Outcome):
    """What became of it."""

    redis_commands: int = 0


@dataclass
class Stage:
    """A course under way."""

    telegram: ModelTelegram
    redis: VirtualRedis
    around: Surroundings


def drive(course: Course, redis_url: str, before: Callable[[Stage], None] | None = None) -> Result:
    """Run a course in virtual time, on an empty Redis.

    Args:
        before: Sees the stage before the first message is put.
    """
    return drive_together({BOT_ID: course}, redis_url, before)[BOT_ID]


def drive_together(
    courses: Mapping[int, Course], redis_url: str, before: Callable[[Stage], None] | None = None
) -> dict[int, Result]:
    """Run courses of several bots side by side, all on one Redis; commands are counted for all of them together."""
    return run_virtual(_together(courses, redis_url, before))


async def _together(
    courses: Mapping[int, Course], redis_url: str, before: Callable[[Stage], None] | None
) -> dict[int, Result]:
    redis = VirtualRedis(redis_url)
    redis.flush()
    try:
        driven = await asyncio.gather(*(_drive(bot_id, course, redis, before) for bot_id, course in courses.items()))
    finally:
        redis.close()
    for result in driven:
        result.redis_commands = redis.commands
    return dict(zip(courses, driven, strict=True))


async def _drive(bot_id: int, course: Course, redis: VirtualRedis, before: Callable[[Stage], None] | None) -> Result:
    telegram = ModelTelegram(course.limits, course.network, course.faults, course.seed, world=course.world)
    around = Surroundings({bot_id: bench_bot(bot_id, limits=course.configured)})
    station = Station(bot_id, around, course.order)
    if before is not None:
        before(Stage(telegram, redis, around))
    crew = workers(2 * course.batches, lambda: worker(around, redis, telegram, jitter_s=course.jitter_s))
    # What wasn't delivered in time is seen in the result.
    with suppress(TimeoutError):
        async with (
            station.running(crew),
            asyncio.timeout(course.limit_s),
        ):
            await station.put(course.items)
            await station.emptied()
    return Result(telegram.arrivals, around, station.queues, station.bills)
