"""Who dies when: workers that are ended in the middle of an invocation, and replaced by fresh ones."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.mapping import Handler, WorkerDiedError
from tests.support.mortal import Life


@dataclass(frozen=True)
class Kill:
    """When a worker dies: in which of all invocations, after so many steps in the outside world or milliseconds."""

    invocation: int
    steps: int | None = None
    ms: int | None = None


class Reaper:
    """Counts the invocations of all workers, and ends those that are due."""

    def __init__(self, kills: Sequence[Kill]) -> None:
        self._kills = {kill.invocation: kill for kill in kills}
        self._invocations = 0

    def mortal(self, make: Callable[[Life], Handler]) -> Handler:
        """A worker that is replaced by a fresh one when it has died."""
        life = Life()
        handler: Handler | None = None

        async def handle(records: Sequence[dict[str, Any]], remaining_s: float) -> Sequence[str]:
            nonlocal life, handler
            if handler is None or life.dead.is_set():
                life = Life()
                handler = make(life)
            return await self._run(life, handler, records, remaining_s)

        return handle

    async def _run(
        self, life: Life, handler: Handler, records: Sequence[dict[str, Any]], remaining_s: float
    ) -> Sequence[str]:
        self._invocations += 1
        kill = self._kills.get(self._invocations)
        life.steps_left = kill.steps if kill else None
        loop = asyncio.get_running_loop()
        timer = loop.call_later(kill.ms / 1000, life.die) if kill and kill.ms is not None else None
        work = asyncio.ensure_future(handler(records, remaining_s))
        death = asyncio.ensure_future(life.dead.wait())
        try:
            await asyncio.wait({work, death}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # It took longer than Lambda lets it.
            life.die()
            raise
        finally:
            death.cancel()
            if timer is not None:
                timer.cancel()
            if life.dead.is_set():
                work.cancel()
        if life.dead.is_set():
            raise WorkerDiedError
        return work.result()
