"""An event loop whose time is jumped over instead of waited for: an hour of pacing in seconds, the same each time.

Everything that such a loop runs must answer without input or output of its own: blocking calls are made in place, and
what is left to do is only ever a matter of time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any


class StuckError(RuntimeError):
    """Everything waits for something that no passing of time brings."""


class _Jump(selectors.SelectSelector):
    """Where a loop would wait, its clock goes forward instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing is ever ready here but what time makes so."""
        if timeout is None:
            raise StuckError("all tasks wait, and none of them for a moment in time")
        self.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, which begins at 0."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds since this loop began, of virtual time."""
        return self._jump.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Made in place: a thread would answer in another time."""
        del executor
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            future.set_exception(error)
        return future


def run_virtual[T](main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time.

    Raises:
        StuckError: if it waits for what never comes.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
