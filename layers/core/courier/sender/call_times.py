"""How long calls take in this process: what the next will take, and the least of which it can't have been late."""

from collections import deque
from itertools import islice

#: The newest call's share in what the next is taken to last.
_NEWEST_SHARE = 0.1
#: Mean deviations by which a call may take longer than usual, and its follower still be on time.
_DEVIATIONS = 3
#: Calls among which the quickest is sought. Many, since a busy machine slows dozens in a row.
_REMEMBERED = 200
#: If as many calls in a row took so much longer (seconds) than the quickest, the way to Telegram has changed.
_CHANGED_CALLS, _CHANGED_S = 30, 0.05
#: Seconds that a call is taken to last before one was measured.
_FIRST_S = 0.05


class CallTimes:
    """Durations of answered calls, in seconds.

    Attributes:
        quickest_s: What the quickest took; 0 before anything is known, since a first call opens a connection.
    """

    def __init__(self) -> None:
        self._mean_s, self._deviation_s = _FIRST_S, 0.0
        self.quickest_s = 0.0
        self._latest: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def expected_s(self) -> float:
        """What most calls stay below: a message that follows one in its chat would miss an earlier start."""
        return self._mean_s + _DEVIATIONS * self._deviation_s

    def learn(self, took_s: float) -> None:
        """A call was answered."""
        off_s = took_s - self._mean_s
        self._mean_s += _NEWEST_SHARE * off_s
        self._deviation_s += _NEWEST_SHARE * (abs(off_s) - self._deviation_s)
        self._latest.appendleft(took_s)
        self.quickest_s = min(self._latest)
        if len(self._latest) > _CHANGED_CALLS:
            recent = list(islice(self._latest, _CHANGED_CALLS))
            if min(recent) > self.quickest_s + _CHANGED_S:
                self._latest = deque(recent, maxlen=_REMEMBERED)
                self.quickest_s = min(recent)
