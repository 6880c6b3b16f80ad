"""Everything goes wrong at once, in virtual time: workers die, Redis forgets, calls fail; and what became of it."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from bench.model.clock import run_virtual
from bench.model.expiring import ExpiringRedis
from bench.model.mapping import Handler
from bench.model.mortal import Call, Hands, Life, Line, WatchedTelegram, Wire
from bench.model.outcome import Outcome
from bench.model.reaper import Executioner
from bench.model.station import Station
from bench.model.telegram import Network
from bench.model.traffic import Item
from bench.model.workers import Surroundings, bench_bot, worker
from local.simulator.config import Limits
from local.simulator.worlds import World

type Cause = Literal["lost answer", "kill", "flush"]

_BOT_ID = 1
#: Seconds in which a sender marks what was answered: who dies within them leaves no mark.
_MARKED_S = 0.05
#: Seconds that Redis takes each way.
_LAG_S = 0.001


@dataclass(frozen=True)
class Ordeal:
    """What is driven, and what befalls it.

    Attributes:
        world: Its faults are resets, lost answers and a storm of 5xx.
        kill_every_s: A worker that is at work dies so often, at an arbitrary point.
        kills_until_s: No worker dies later.
        flushes: When Redis loses everything.
        workers: For each of the two lanes.
    """

    items: Sequence[Item]
    world: World
    kill_every_s: float = 5.0
    kills_until_s: float = 40.0
    flushes: Sequence[float] = ()
    workers: int = 5
    seed: int = 0
    limit_s: float = 3600.0
    network: Network = field(default_factory=Network)


@dataclass
class Survival(Outcome):
    """What became of it.

    Attributes:
        calls: Those that reached Telegram's limits or not, with whose life each was.
        kills: When workers died.
        drained_s: When the queues were empty; infinity if they never were.
    """

    calls: Sequence[Call] = ()
    kills: Sequence[float] = ()
    flushes: Sequence[float] = ()
    drained_s: float = float("inf")

    @property
    def recovery_s(self) -> float:
        """From the last death or flush to the drained queues."""
        return self.drained_s - max((*self.kills, *self.flushes), default=0.0)

    def explained(self) -> Counter[Cause]:
        """The duplicates that nobody could avoid, by what hid from the sender that a call had been carried out.

        Its answer was lost, the worker died before it could write it down, or Redis lost what was written.
        """
        copies = defaultdict[tuple[str, str], list[Call]](list)
        for call in self.calls:
            if call.is_accepted:
                copies[call.chat, call.key].append(call)
        causes = Counter[Cause]()
        for same in copies.values():
            last_s = max(call.started for call in same)
            hidden = [cause for call in same if (cause := self._cause(call, last_s))]
            causes.update(hidden[: len(same) - 1])
        return causes

    def _cause(self, call: Call, last_s: float) -> Cause | None:
        """Why who sent it again, at last at `last_s`, couldn't know of this call."""
        heard, died = call.heard_at, call.life.died_at
        if call.arrival is not None and call.arrival.is_lost:
            return "lost answer"
        if heard is None or (died is not None and died <= heard + _MARKED_S):
            return "kill"
        return "flush" if any(heard <= at <= last_s for at in self.flushes) else None


def endure(ordeal: Ordeal, redis_url: str) -> Survival:
    """Drive it on an empty Redis."""
    return run_virtual(_endure(ordeal, redis_url))


async def _endure(ordeal: Ordeal, redis_url: str) -> Survival:
    redis = ExpiringRedis(redis_url)
    redis.flush()
    telegram = WatchedTelegram(Limits(), ordeal.network, seed=ordeal.seed, world=ordeal.world)
    around, calls = Surroundings({_BOT_ID: bench_bot(_BOT_ID)}), list[Call]()
    station = Station(_BOT_ID, around)
    # Who dies, and where, is no secret.
    executioner = Executioner(random.Random(f"kills {ordeal.seed}"))  # noqa: S311

    def born(life: Life) -> Handler:
        return worker(Hands.of(around, life), Wire(life, redis, (), _LAG_S), Line(life, telegram, calls))

    crew = [executioner.mortal(born) for _ in range(2 * ordeal.workers)]
    fate = [
        asyncio.create_task(executioner.work(ordeal.kill_every_s, ordeal.kills_until_s)),
        asyncio.create_task(_flush(redis, ordeal.flushes)),
    ]
    drained_s = float("inf")
    try:
        # What wasn't delivered in time is seen in the outcome.
        with suppress(TimeoutError):
            async with station.running(crew), asyncio.timeout(ordeal.limit_s):
                await station.put(ordeal.items)
                await station.emptied()
                drained_s = asyncio.get_running_loop().time()
    finally:
        for task in fate:
            task.cancel()
        await asyncio.gather(*fate, return_exceptions=True)
        redis.close()
    return Survival(
        telegram.arrivals,
        around,
        station.queues,
        station.bills,
        calls,
        executioner.kills,
        [at for at in ordeal.flushes if at < drained_s],
        drained_s,
    )


async def _flush(redis: ExpiringRedis, moments: Sequence[float]) -> None:
    loop = asyncio.get_running_loop()
    for at in sorted(moments):
        await asyncio.sleep(max(0.0, at - loop.time()))
        redis.flush()
