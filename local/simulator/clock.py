"""The simulator's time: epoch seconds that never step back, injectable so that tests of limits needn't wait."""

import time
from collections.abc import Callable

#: Epoch seconds. Everything that depends on time asks one of these.
type Clock = Callable[[], float]


def steady_clock() -> Clock:
    """A clock that starts at the wall's time and goes on monotonically: a corrected wall would break the windows."""
    offset = time.time() - time.perf_counter()
    return lambda: offset + time.perf_counter()


class ManualClock:
    """A clock that stands until it is moved.

    >>> clock = ManualClock(100.0)
    >>> clock.advance(0.5)
    >>> clock()
    100.5
    """

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds
