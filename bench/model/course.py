"""One bot's traffic driven through real senders in virtual time."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.model.clock import run_virtual
from bench.model.mapping import Bill, Mapping
from bench.model.queue import FifoQueue, Order
from bench.model.redis import VirtualRedis
from bench.model.telegram import Arrival, Faults, ModelTelegram, Network
from bench.model.traffic import Item
from bench.model.workers import Surroundings, bench_bot, worker
from courier.contracts.control import Limits as Configured
from courier.queues.names import Lane
from local.simulator.config import Limits

BOT_ID = 1
#: A refused call that was started so long (seconds) after its scope's 429 was answered should have known: invariant 1.
KNOWN_AFTER_S = 0.05


@dataclass(frozen=True)
class Course:
    """What is driven.

    Attributes:
        limits: Telegram's, of which the sender knows nothing but what its answers say.
        configured: What the bot's row says.
        batches: Batches of one queue that are under way at a time.
        limit_s: Virtual seconds after which it is broken off.
    """

    items: Sequence[Item]
    limits: Limits = field(default_factory=Limits)
    configured: Configured = field(default_factory=Configured)
    network: Network = field(default_factory=Network)
    faults: Faults = field(default_factory=Faults)
    order: Order = Order.GROUP_FIRST
    batches: int = 5
    jitter_s: float = 0.03
    seed: int = 0
    limit_s: float = 3600.0


@dataclass
class Result:
    """What became of it.

    Attributes:
        makespan_s: From the first message's queueing to the last acceptance.
    """

    arrivals: list[Arrival]
    around: Surroundings
    queues: dict[Lane, FifoQueue]
    bills: dict[Lane, Bill]
    redis_commands: int
    makespan_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.makespan_s = max((arrival.at for arrival in self.accepted()), default=0.0)

    def accepted(self) -> list[Arrival]:
        """In the order of arrival."""
        return [arrival for arrival in self.arrivals if arrival.refusal is None]

    def refused(self) -> list[Arrival]:
        """The 429s."""
        return [arrival for arrival in self.arrivals if arrival.refusal is not None]

    def lost(self, items: Sequence[Item]) -> list[Item]:
        """What never arrived."""
        there = {(arrival.chat, arrival.text) for arrival in self.accepted()}
        return [item for item in items if (item.chat, item.text) not in there]

    def duplicates(self) -> int:
        """Messages that arrived more than once, each time counted."""
        return len(self.accepted()) - len({(arrival.chat, arrival.text) for arrival in self.accepted()})

    def disordered(self) -> list[int]:
        """Chats whose messages first arrived in another order than they were numbered."""
        seen: dict[int, list[int]] = defaultdict(list)
        for arrival in self.accepted():
            if arrival.chat is not None and int(arrival.text) not in seen[arrival.chat]:
                seen[arrival.chat].append(int(arrival.text))
        return [chat for chat, texts in seen.items() if texts != sorted(texts)]


def drive(course: Course, redis_url: str, before: Callable[["Stage"], None] | None = None) -> Result:
    """Run a course in virtual time, on an empty Redis.

    Args:
        before: Sees the stage before the first message is put.
    """
    return run_virtual(_drive(course, redis_url, before))


@dataclass
class Stage:
    """A course under way."""

    telegram: ModelTelegram
    redis: VirtualRedis
    around: Surroundings


async def _drive(course: Course, redis_url: str, before: Callable[[Stage], None] | None) -> Result:
    redis = VirtualRedis(redis_url)
    redis.flush()
    telegram = ModelTelegram(course.limits, course.network, course.faults, course.seed)
    around = Surroundings({BOT_ID: bench_bot(BOT_ID, limits=course.configured)})
    queues = {
        Lane.REGULAR: FifoQueue(f"courier-bot-{BOT_ID}.fifo", order=course.order),
        Lane.BROADCAST: FifoQueue(f"courier-bot-{BOT_ID}-broadcast.fifo", order=course.order),
    }
    around.queues = {queue.name: queue for queue in queues.values()}
    mappings = {
        lane: Mapping(queue, [worker(around, redis, telegram, jitter_s=course.jitter_s) for _ in range(course.batches)])
        for lane, queue in queues.items()
    }
    if before is not None:
        before(Stage(telegram, redis, around))
    tasks = [asyncio.create_task(mapping.run()) for mapping in mappings.values()]
    try:
        # What wasn't delivered in time is seen in the result.
        with suppress(TimeoutError):
            async with asyncio.timeout(course.limit_s):
                await _put(course.items, queues)
                for queue in queues.values():
                    await queue.empty.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        redis.close()
    bills = {lane: mapping.bill for lane, mapping in mappings.items()}
    return Result(telegram.arrivals, around, queues, bills, redis.commands)


async def _put(items: Sequence[Item], queues: dict[Lane, FifoQueue]) -> None:
    loop = asyncio.get_running_loop()
    for item in sorted(items, key=lambda item: item.at):
        await asyncio.sleep(max(0.0, item.at - loop.time()))
        queues[item.lane].put(item.body(BOT_ID), str(item.chat))
