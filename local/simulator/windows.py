"""The two shapes of a rate limit: a sliding window and a token bucket."""

from bisect import bisect_right

#: Clocks count in fractions of a microsecond: who comes that much too early is on time.
_INSTANT = 1e-6
#: Outdated times are dropped in lots of at least so many, so that a hot window isn't moved on every call.
_TRIM = 64


class SlidingWindow:
    """Every event of the last `span` seconds, exact at any instant: an event leaves `span` after it came, not later.

    >>> window = SlidingWindow(1.0)
    >>> window.add(10.0); window.add(10.4)
    >>> window.count(10.9), window.count(11.0), window.free_at(10.9, cost=1, limit=2)
    (2, 1, 11.0)
    """

    __slots__ = ("_times", "span")

    def __init__(self, span: float) -> None:
        self.span = span
        self._times: list[float] = []

    def add(self, now: float, cost: int = 1) -> None:
        times = self._times
        if len(times) >= _TRIM and (stale := bisect_right(times, now - self.span)) * 2 > len(times):
            del times[:stale]
        if cost == 1:
            times.append(now)
        else:
            times.extend([now] * cost)

    def count(self, now: float, span: float | None = None) -> int:
        """Events of the last `span` seconds, which may be shorter than the window's own."""
        return len(self._times) - bisect_right(self._times, now - (span or self.span))

    def free_at(self, now: float, cost: int, limit: int) -> float:
        """When `cost` more events fit under `limit`: `now` if they do already.

        What exceeds the limit alone fits into the empty window, or an album could be impossible.
        """
        surplus = self.count(now) + min(cost, limit) - limit
        if surplus <= 0:
            return now
        first = len(self._times) - self.count(now)
        return self._times[first + surplus - 1] + self.span


class TokenBucket:
    """A burst at once, then one token after the other. Rate and size come with each call, for they can be changed.

    A cost over the burst waits for a full bucket and leaves a debt: an album to a chat has its price, and is possible.
    """

    __slots__ = ("_at", "_tokens")

    def __init__(self) -> None:
        self._at: float | None = None
        self._tokens = 0.0

    def wait(self, now: float, cost: int, rate: float, burst: int) -> float:
        """Seconds until `cost` can be taken."""
        wait = (min(cost, burst) - self._level(now, rate, burst)) / rate
        return wait if wait > _INSTANT else 0.0

    def take(self, now: float, cost: int, rate: float, burst: int) -> None:
        self._tokens = self._level(now, rate, burst) - cost
        self._at = now

    def _level(self, now: float, rate: float, burst: int) -> float:
        if self._at is None:
            return float(burst)
        return min(float(burst), self._tokens + (now - self._at) * rate)
