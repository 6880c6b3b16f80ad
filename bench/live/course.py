"""Bots' traffic driven through real senders in real time."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from bench.live.services import Services
from bench.live.workers import LiveSurroundings, Workforce
from bench.model.mapping import Handler
from bench.model.outcome import Outcome
from bench.model.queue import Order
from bench.model.station import Station
from bench.model.telegram import Arrival, Network
from bench.model.traffic import Item
from bench.model.workers import bench_bot
from courier.contracts.control import Limits as Configured
from local.simulator.config import Limits
from local.simulator.figures import BotFigures
from local.simulator.flood import Refusal
from local.simulator.rules import Match, Rule
from local.simulator.worlds import World

if TYPE_CHECKING:
    from local.simulator.penalty import Scope

#: Seconds between two looks at whether this process gets to its work.
_LOOK_S = 0.005


@dataclass(frozen=True)
class LiveCourse:
    """What one bot is driven through; see `bench.model.course.Course`, whose names these are.

    Attributes:
        world: Seed of the hidden world that the bot lives in, in place of `limits`; None for no such world.
        is_calm: Whether that world has its limits alone, and none of its faults.
        network: All of its latency lies before the call's arrival.
        is_warm: Whether the senders have open connections at the beginning.
        limit_s: Real seconds after which it is broken off.
    """

    items: Sequence[Item]
    limits: Limits = field(default_factory=Limits)
    world: int | None = None
    is_calm: bool = False
    configured: Configured = field(default_factory=Configured)
    network: Network = field(default_factory=lambda: Network(0.0))
    order: Order = Order.GROUP_FIRST
    batches: int = 5
    jitter_s: float = 0.03
    is_warm: bool = True
    limit_s: float = 300.0

    @property
    def true_limits(self) -> Limits:
        """Telegram's, whatever they come from."""
        return self.limits if self.world is None else World.drawn(self.world).limits


@dataclass
class LiveOutcome(Outcome):
    """What became of it.

    Attributes:
        stalled_s: The longest time for which this process didn't get to its work, all bots together: where that is
            more than the allowance for late arrivals, it is the machine that is measured.
        cpu_s: Of this process, all bots together.
        figures: The simulator's own of the bot.
    """

    stalled_s: float = 0.0
    cpu_s: float = 0.0
    figures: BotFigures | None = None


def run_live(courses: Mapping[int, LiveCourse], services: Services, *, seed: int = 0) -> dict[int, LiveOutcome]:
    """Run courses of several bots side by side, on an empty Redis and a simulator that was reset.

    The outcomes stand on the simulator's own records; of a refused call these don't have the text.
    """
    prepare(courses, services, seed)
    services.empty_redis()
    run = asyncio.run(_together(courses, services))
    return {
        bot: LiveOutcome(
            arrivals(bot, services, run.began),
            around,
            station.queues,
            station.bills,
            run.stalled_s,
            run.cpu_s,
            services.simulator.bot_figures(bot),
        )
        for bot, (station, around) in run.stations.items()
    }


def prepare(courses: Mapping[int, LiveCourse], services: Services, seed: int) -> None:
    """Make the simulator what the courses say, whoever is to run them."""
    simulator = services.simulator
    simulator.reset()
    simulator.configure(seed=seed, bot_limits={bot: course.limits.model_dump() for bot, course in courses.items()})
    delays = [_delay(bot, course.network) for bot, course in courses.items() if course.network != Network(0.0)]
    if delays:
        simulator.add_faults(*delays)
    for bot, course in courses.items():
        if course.world is not None:
            simulator.put_into_world(bot, course.world, calm=course.is_calm)


def arrivals(bot: int, services: Services, began: float) -> list[Arrival]:
    """What the simulator saw of a bot, with times from `began` in epoch seconds."""
    seen = [
        Arrival(record.time - began, record.time - began, record.chat_id, record.text, None)
        for record in services.simulator.messages(bot_id=bot)
    ]
    for record in services.simulator.refusals(bot_id=bot):
        at, refusal = record.time - began, Refusal(cast("Scope", record.scope), record.retry_after, record.during)
        seen.append(Arrival(at, at, record.chat_id, "", refusal))
    return sorted(seen, key=lambda arrival: arrival.at)


def cpu_s() -> float:
    """Seconds of processor that this process has used: senders, queue models and what drives them."""
    times = os.times()
    return times.user + times.system


@dataclass
class _Run:
    """Began at, in epoch seconds as the simulator counts."""

    stations: dict[int, tuple[Station, LiveSurroundings]] = field(default_factory=dict)
    began: float = 0.0
    stalled_s: float = 0.0
    cpu_s: float = 0.0

    async def watch(self) -> None:
        """Note the longest stall, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOK_S
            await asyncio.sleep(_LOOK_S)
            self.stalled_s = max(self.stalled_s, loop.time() - due)


async def _together(courses: Mapping[int, LiveCourse], services: Services) -> _Run:
    loop, run = asyncio.get_running_loop(), _Run()
    for bot, course in courses.items():
        around = LiveSurroundings({bot: bench_bot(bot, limits=course.configured)}, loop=loop)
        run.stations[bot] = Station(bot, around, course.order), around
    async with Workforce.hired(services.redis_url, services.simulator.url) as force:
        crews = {bot: await _crew(course, run.stations[bot][1], force) for bot, course in courses.items()}
        run.began, before_s = time.time(), cpu_s()
        watch = asyncio.create_task(run.watch())
        await asyncio.gather(*(_drive(course, run.stations[bot][0], crews[bot]) for bot, course in courses.items()))
        watch.cancel()
        run.cpu_s = cpu_s() - before_s
    return run


async def _crew(course: LiveCourse, around: LiveSurroundings, force: Workforce) -> list[Handler]:
    """Workers for both lanes, made one after another: a crowd that connects at once would meet slow answers."""
    return [
        await force.worker(around, jitter_s=course.jitter_s, is_warm=course.is_warm) for _ in range(2 * course.batches)
    ]


async def _drive(course: LiveCourse, station: Station, crew: Sequence[Handler]) -> None:
    # What wasn't delivered in time is seen in the outcome.
    with suppress(TimeoutError):
        async with station.running(crew), asyncio.timeout(course.limit_s):
            await station.put(course.items)
            await station.emptied()


def _delay(bot: int, network: Network) -> Rule:
    match = Match(bot_id=bot)
    return Rule(action="latency", match=match, latency_ms=network.latency_s * 1000, jitter_ms=network.jitter_s * 1000)
