"""How long calls take in this process: what the next will take, and the least of which it can't have been late."""

from collections import deque
from itertools import islice

#: The newest call's share in what the next is taken to last.
_NEWEST_SHARE = 0.2
#: Calls among which the quickest is sought. Many, since a busy machine slows dozens in a row.
_REMEMBERED = 200
#: If as many calls in a row took so much longer (seconds) than the quickest, the way to Telegram has changed.
_CHANGED_CALLS, _CHANGED_S = 30, 0.05
#: Seconds that a call is taken to last before one was measured.
_FIRST_S = 0.05


class CallTimes:
    """Durations of answered calls, in seconds.

    Attributes:
        typical_s: What the next call is likely to take.
        quickest_s: What the quickest took; 0 before anything is known, since a first call opens a connection.
    """

    def __init__(self) -> None:
        self.typical_s = _FIRST_S
        self.quickest_s = 0.0
        self._latest: deque[float] = deque(maxlen=_REMEMBERED)

    def learn(self, took_s: float) -> None:
        """A call was answered."""
        self.typical_s += _NEWEST_SHARE * (took_s - self.typical_s)
        self._latest.appendleft(took_s)
        self.quickest_s = min(self._latest)
        if len(self._latest) > _CHANGED_CALLS:
            recent = list(islice(self._latest, _CHANGED_CALLS))
            if min(recent) > self.quickest_s + _CHANGED_S:
                self._latest = deque(recent, maxlen=_REMEMBERED)
                self.quickest_s = min(recent)
