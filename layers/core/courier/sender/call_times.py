"""How long calls take in this process: what the next will take, and how late the last one may have arrived."""

#: The newest call's share in what the next is taken to last.
_NEWEST_SHARE = 0.2
#: How fast the quickest call is forgotten, so that a network that became slower isn't taken for lateness for ever.
_FORGETTING = 0.02
#: Seconds that a call is taken to last before one was measured.
_FIRST_S = 0.05


class CallTimes:
    """Durations of answered calls, in seconds.

    Attributes:
        typical_s: What the next call is likely to take.
        quickest_s: What the quickest took; 0 before anything is known, since a first call waits for its connection.
    """

    def __init__(self) -> None:
        self.typical_s = _FIRST_S
        self.quickest_s = 0.0

    def learn(self, took_s: float) -> None:
        """A call was answered."""
        self.typical_s += _NEWEST_SHARE * (took_s - self.typical_s)
        quickest_s = self.quickest_s or took_s
        self.quickest_s = min(took_s, quickest_s + _FORGETTING * (took_s - quickest_s))
