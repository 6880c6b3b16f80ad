"""One bot's two queues and their mappings, fed with what applications want sent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.model.mapping import Bill, Handler, Mapping
from bench.model.queue import FifoQueue, Order
from bench.model.traffic import Item
from bench.model.workers import STACK, Surroundings
from courier.queues.names import Lane, QueueNames


class Station:
    """All that stands between an application and the senders of one bot.

    Attributes:
        queues: The bot's, known to its surroundings by name.
        bills: What each lane's invocations come to.
    """

    def __init__(self, bot_id: int, around: Surroundings, order: Order = Order.GROUP_FIRST) -> None:
        self._bot_id = bot_id
        names = QueueNames(STACK)
        self.queues = {lane: FifoQueue(names.bot(bot_id, lane), order=order) for lane in Lane}
        self.bills = {lane: Bill() for lane in Lane}
        around.queues |= {queue.name: queue for queue in self.queues.values()}

    @asynccontextmanager
    async def running(self, handlers: Sequence[Handler]) -> AsyncIterator[None]:
        """Let these workers take what is there, half of them for each lane; they end with the block.

        That may be in the middle of a batch.
        """
        half = len(handlers) // 2
        shares = {Lane.REGULAR: handlers[:half], Lane.BROADCAST: handlers[half:]}
        mappings = {lane: Mapping(queue, shares[lane]) for lane, queue in self.queues.items()}
        self.bills = {lane: mapping.bill for lane, mapping in mappings.items()}
        tasks = [asyncio.create_task(mapping.run()) for mapping in mappings.values()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        # A mapping works until it is cancelled; whatever else ends it is a fault of the bench, not of what it measures.
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def put(self, items: Sequence[Item]) -> None:
        """Put each message at its time, counted from now; those of one moment at once, as a request of ten does."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for item in sorted(items, key=lambda item: item.at):
            if began + item.at > loop.time():
                await asyncio.sleep(began + item.at - loop.time())
            self.queues[item.lane].put(item.body(self._bot_id), str(item.chat))

    async def emptied(self) -> None:
        """Wait until nothing is left."""
        for queue in self.queues.values():
            await queue.empty.wait()
