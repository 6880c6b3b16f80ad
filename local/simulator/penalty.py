"""The time after a 429 in which a scope is answered with nothing else."""

import math
from typing import Literal

from local.simulator.config import Limits

type Scope = Literal["bot", "chat", "group"]


class Penalty:
    """One scope's penalty: when it began and was extended, when it is over, how many times longer it has grown."""

    __slots__ = ("_base", "_growth", "extended", "scope", "since", "until")

    def __init__(self) -> None:
        self.scope: Scope = "chat"
        self.since = -math.inf
        #: When it began or was extended last: the newest moment at which somebody was told of it.
        self.extended = -math.inf
        self.until = -math.inf
        self._base = 1.0
        self._growth = 1.0

    def begin(self, scope: Scope, seconds: float, now: float, limits: Limits) -> int:
        """Start a penalty of at least `seconds`; whole seconds, since `retry_after` can say nothing finer.

        It grows with every one that follows within `penalty_memory_s` of the last one's end.
        """
        # A product, since it goes to infinity where a power of thousands of calls would be an error.
        self._growth = self._growth * limits.penalty_growth if now - self.until <= limits.penalty_memory_s else 1.0
        if now >= self.until:
            self.since = now
        self.extended = now
        self.scope, self._base = scope, seconds
        grown = min(seconds * self._growth, limits.penalty_max_s)
        self.until = max(self.until, now + _whole(grown))
        return _whole(self.until - now)

    def offend(self, now: float, limits: Limits) -> int:
        """A call during the penalty: what it is told. With `penalty_extends` it has started the penalty anew."""
        if limits.penalty_extends and now - self.since >= limits.penalty_grace_s:
            return self.begin(self.scope, self._base, now, limits)
        return _whole(self.until - now)


def _whole(seconds: float) -> int:
    """Whole seconds, at least one; a microsecond over is none of them."""
    return max(1, math.ceil(seconds - 1e-6))
