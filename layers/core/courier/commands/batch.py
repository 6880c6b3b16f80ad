"""A batch of updates: groups side by side, each group in its order, and no longer than the function may run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from courier.commands.processing import Hold
from courier.commands.threads import calling
from courier.queues.records import BatchResponse, Record, failures
from courier.queues.returning import HidesMessages, hide
from courier.telemetry import correlated, log

#: Seconds kept at an invocation's end: to note what was left, and to bring it back.
CLOSING_S = 8.0
#: Seconds without which no update is begun.
BEGIN_S = 4.0
#: Seconds until what there was no time for is handed out again: at once would be to the same worker, while it ends.
NO_TIME_S = 1

type Held = dict[Record, int]


@dataclass(frozen=True, slots=True)
class _End:
    """What is left of a group, and why."""

    left: Sequence[Record] = ()
    hold: Hold | None = None


class Processes(Protocol):
    """What becomes of an update; see `courier.commands.processing`."""

    async def process(self, record: Record, *, is_alone: bool = False) -> Hold | None: ...


class CommandsBatch:
    """Processes batches of updates."""

    def __init__(self, processor: Processes, queues: HidesMessages) -> None:
        self._processor = processor
        self._queues = queues

    async def handle(self, records: Sequence[Record], remaining_s: float) -> BatchResponse:
        """Process what can be; the rest, and what stands behind it in its group, stays in the queue.

        Args:
            records: In the queue's order.
            remaining_s: Seconds until Lambda ends the invocation.
        """
        deadline = asyncio.get_running_loop().time() + remaining_s - CLOSING_S
        groups: dict[str, list[Record]] = {}
        for record in records:
            groups.setdefault(record.group, []).append(record)
        ends = await asyncio.gather(*(self._run(group, deadline) for group in groups.values()))
        held: Held = {}
        for end in ends:
            is_suspect = end.hold is not None and end.hold.is_suspect
            # What a worker could take down with it is done by now: all others are, or wait.
            last = await self._run(end.left, deadline, is_alone=True) if is_suspect else end
            if last.hold is not None:
                held |= dict.fromkeys(last.left, last.hold.seconds)
        if held:
            await calling(hide, self._queues, held)
        return failures([record.message_id for record in records if record in held])

    async def _run(self, group: Sequence[Record], deadline: float, *, is_alone: bool = False) -> _End:
        """Process a group in its order, as far as it goes."""
        for place, record in enumerate(group):
            with correlated(record.correlation_id):
                hold = await self._one(record, deadline, is_alone=is_alone)
            if hold is not None:
                return _End(group[place:], hold)
        return _End()

    async def _one(self, record: Record, deadline: float, *, is_alone: bool) -> Hold | None:
        if asyncio.get_running_loop().time() > deadline - BEGIN_S:
            log().info("update waits: no time is left", after_s=NO_TIME_S)
            return Hold(NO_TIME_S)
        try:
            async with asyncio.timeout_at(deadline):
                return await self._processor.process(record, is_alone=is_alone)
        except TimeoutError:
            log().warning("update waits: it wasn't done in time", after_s=NO_TIME_S)
            return Hold(NO_TIME_S)
