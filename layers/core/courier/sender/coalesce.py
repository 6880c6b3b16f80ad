"""Requests of one moment made together: what is asked while an answer is under way goes with the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence


class Coalescer[I, R]:
    """Turns single requests into batches, one batch under way at a time.

    Args:
        work: Answers a batch, in its order. If it raises, each of the batch's requests does.
        gather_s: Seconds for which a batch waits for others to join it.
    """

    def __init__(self, work: Callable[[Sequence[I]], Awaitable[Sequence[R]]], gather_s: float = 0.0) -> None:
        self._work = work
        self._gather_s = gather_s
        self._waiting: list[tuple[I, asyncio.Future[R]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def submit(self, item: I) -> R:
        """The answer to one request."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._gather_s)
            taken, self._waiting = self._waiting, []
            try:
                answers = await self._work([item for item, _ in taken])
            except Exception as error:  # noqa: BLE001 - it is handed to everyone who waits
                for _, future in taken:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(taken, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
