"""Who dies when: workers that are ended in the middle of an invocation, and replaced by fresh ones."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.model.mapping import Handler, WorkerDiedError
from bench.model.mortal import Life

#: Steps that are left to who dies in the middle of its work: those of a batch of ten and some.
_STEPS = 12


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


class Executioner(Reaper):
    """Ends whoever is at work, from time to time: at once, or after the next few steps in the outside world.

    Args:
        draw: Chooses who, when exactly, and where.
    """

    def __init__(self, draw: random.Random) -> None:
        super().__init__(())
        self._draw = draw
        self._busy: list[Life] = []
        self._at_work = asyncio.Event()
        self._condemned: list[Life] = []

    @property
    def kills(self) -> list[float]:
        """When workers died."""
        return [life.died_at for life in self._condemned if life.died_at is not None]

    async def work(self, every_s: float, until_s: float) -> None:
        """One death in each span of so many seconds; none is begun later than `until_s`."""
        loop = asyncio.get_running_loop()
        due = self._draw.uniform(0, every_s)
        while due < until_s:
            await asyncio.sleep(due - loop.time())
            await self._at_work.wait()
            life = self._draw.choice(self._busy)
            if life not in self._condemned:
                self._condemned.append(life)
            if self._draw.random() < 0.5:  # noqa: PLR2004 - one half each
                life.die()
            else:
                life.steps_left = self._draw.randint(0, _STEPS)
            due = max(due + every_s, loop.time())

    async def _run(
        self, life: Life, handler: Handler, records: Sequence[dict[str, Any]], remaining_s: float
    ) -> Sequence[str]:
        self._busy.append(life)
        self._at_work.set()
        try:
            return await super()._run(life, handler, records, remaining_s)
        finally:
            self._busy.remove(life)
            if not self._busy:
                self._at_work.clear()
