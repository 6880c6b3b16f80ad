"""Every minute: downloads whose execution crashed, hangs, or wasn't started, are started again or given up."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from courier.download.interest import Interest, Swept
from courier.telemetry import count, log

#: Metrics by what was done.
_FIGURES = {
    "again": "DownloadsStartedAgain",
    "given_up": "DownloadsGivenUp",
    "ended": "DownloadsLookedAfter",
    "failed": "DownloadsNotLookedAfter",
}


@dataclass(frozen=True, slots=True)
class Sweep:
    """What the sweep function runs.

    Attributes:
        clock: Seconds since 1970.
    """

    interest: Interest
    clock: Callable[[], float] = field(default=time.time)

    def run(self) -> Swept:
        """Look after all downloads whose deadline has passed."""
        swept = self.interest.sweep(self.clock())
        numbers = asdict(swept)
        if any(numbers.values()):
            log().info("downloads looked after", **numbers)
        count({_FIGURES[name]: number for name, number in numbers.items()})
        return swept
