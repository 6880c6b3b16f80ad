"""Many bots' queues emptied by a fixed crew of senders as fast as they can: what messages cost, not their pace.

Stands for the event source mappings where an emulator would be the limit: batches have SQS's shape and are answered
as Lambda's are, but a sender gets its next batch at once, from whichever bot's turn it is.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bench.live.course import cpu_s
from bench.live.services import Services
from bench.live.workers import LiveSurroundings, Workforce
from bench.model.mapping import Handler
from bench.model.queue import FifoQueue
from bench.model.station import Station
from bench.model.traffic import Item
from bench.model.workers import bench_bot
from courier.contracts.control import Limits as Configured
from courier.queues.names import Lane

#: Limits that nothing here reaches: the highest that a bot may be given.
_UNBOUND = Configured(bot_per_second=1000)
#: Seconds that an invocation may last.
_INVOCATION_S = 15.0


@dataclass(frozen=True, slots=True)
class Pumped:
    """What it took.

    Attributes:
        cpu_s: This process's; Valkey and the simulator have their own.
        receives: Messages that were handed out, each time counted.
    """

    seconds: float
    cpu_s: float
    receives: int


def pump(bots: int, items: Sequence[Item], services: Services, *, senders: int = 5) -> Pumped:
    """Send these messages for each of so many bots, without regard to Telegram's limits."""
    return asyncio.run(_pump(bots, items, services, senders))


async def _pump(bots: int, items: Sequence[Item], services: Services, senders: int) -> Pumped:
    loop = asyncio.get_running_loop()
    rows = {bot: bench_bot(bot, limits=_UNBOUND) for bot in range(1, bots + 1)}
    around = LiveSurroundings(rows, loop=loop)
    stations = {bot: Station(bot, around) for bot in rows}
    for station in stations.values():
        await station.put(items)
    queues = [station.queues[Lane.REGULAR] for station in stations.values()]
    async with Workforce.hired(services.redis_url, services.simulator.url) as force:
        crew = [await force.worker(around) for _ in range(senders)]
        began, cpu_before = time.perf_counter(), cpu_s()
        turns = deque(queues)
        async with asyncio.timeout(_INVOCATION_S * 20), asyncio.TaskGroup() as group:
            for sender in crew:
                group.create_task(_work(sender, turns))
        return Pumped(time.perf_counter() - began, cpu_s() - cpu_before, sum(queue.received for queue in queues))


async def _work(sender: Handler, turns: deque[FifoQueue]) -> None:
    while turns:
        queue = turns.popleft()
        records = queue.receive()
        if records:
            stay = set(await sender(records, _INVOCATION_S))
            for record in records:
                if record["messageId"] not in stay:
                    queue.delete(record["receiptHandle"])
        else:
            # All that it has is in another sender's hands, or waits.
            await asyncio.sleep(0.01)
        if queue.left:
            turns.append(queue)
