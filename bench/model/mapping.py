"""A Lambda event source mapping in memory: so many batches at a time, each to a worker of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.queue import FifoQueue

#: Seconds between a receive and the handler, and between its answer and the deletion: SQS's and Lambda's own work.
_WAY_S = 0.01
#: A batch's records in Lambda's form, and seconds that the invocation may last; its answer names what stays.
type Handler = Callable[[Sequence[dict[str, Any]], float], Awaitable[Sequence[str]]]


@dataclass(slots=True)
class Bill:
    """What Lambda would bill.

    Attributes:
        crashed: Invocations that ended without an answer: raised, killed, or out of time.
        last_error: The newest of their reasons, for who wonders.
    """

    invocations: int = 0
    seconds: float = 0.0
    crashed: int = 0
    last_error: str = ""


class Mapping:
    """Feeds one queue's batches to workers, until it is cancelled.

    Args:
        handlers: One for each batch that may be under way at a time.
        timeout_s: The function's.
    """

    def __init__(self, queue: FifoQueue, handlers: Sequence[Handler], *, timeout_s: float = 15.0) -> None:
        self._queue = queue
        self._handlers = handlers
        self._timeout_s = timeout_s
        self.bill = Bill()

    async def run(self) -> None:
        """Work for ever."""
        async with asyncio.TaskGroup() as pollers:
            for handler in self._handlers:
                pollers.create_task(self._poll(handler))

    async def _poll(self, handler: Handler) -> None:
        while True:
            await self._queue.available()
            records = self._queue.receive()
            if not records:
                continue
            await asyncio.sleep(_WAY_S)
            stay = await self._invoke(handler, records)
            await asyncio.sleep(_WAY_S)
            for record in records:
                if record["messageId"] not in stay:
                    self._queue.delete(record["receiptHandle"])

    async def _invoke(self, handler: Handler, records: Sequence[dict[str, Any]]) -> set[str]:
        """What stays in the queue; all of it when the handler fails, dies or doesn't end in time."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self.bill.invocations += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                return set(await handler(records, self._timeout_s))
        except Exception as error:  # noqa: BLE001 - as Lambda does: the batch comes back, whatever it was
            self.bill.crashed += 1
            self.bill.last_error = repr(error)
            return {record["messageId"] for record in records}
        finally:
            self.bill.seconds += loop.time() - began


class WorkerDiedError(Exception):
    """A worker was killed in the middle of its batch."""
