"""What a benchmark reads of one bot after its run."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.simulator.counters import Counters
from local.simulator.pace import BotPace

#: Milliseconds in which a call may have been on its way already when its penalty began.
GRACE_MS = 250


@dataclass(frozen=True, slots=True)
class BotFigures:
    """One bot since its last reset. Only calls that spend budgets count, so that `getMe` and the like don't.

    Times are epoch seconds of the simulator's clock, and the same moments as `time.monotonic()` has them for all
    processes of the machine (in process both are the caller's clock).
    """

    arrived: int
    #: Those with a result, also where their answer was lost.
    accepted: int
    #: 429s by scope: bot, chat, group; `fault` for rules. Wrapped ones count where they belong.
    refused: Mapping[str, int]
    during_penalty: int
    #: Of those: later than the grace after the penalty began or was extended last.
    late: int
    #: Later than the grace after the penalty began. Where calls extend a penalty, one who never stops calling is
    #: always close behind the last extension, and is seen only here.
    late_since_begin: int
    #: What rules and the bot's world did, by action: reset_before, reset_after, 5xx, 429_in_400.
    faults: Mapping[str, int]
    #: The most messages (an album counts its items) in any second.
    peak_arrived: int
    peak_accepted: int
    first_arrival: float | None
    last_acceptance: float | None
    first_arrival_monotonic: float | None
    last_acceptance_monotonic: float | None


def figures(counters: Counters, pace: BotPace | None, *, grace_ms: int = GRACE_MS, shift_s: float = 0.0) -> BotFigures:
    """The figures of one bot; `shift_s` leads from the simulator's clock to the monotonic one."""
    first, last = counters.first_arrival, counters.last_acceptance
    return BotFigures(
        arrived=counters.paced,
        accepted=counters.paced_accepted,
        refused=dict(counters.refused),
        during_penalty=counters.during_penalty,
        late=_over(counters.ms_since_extended, grace_ms),
        late_since_begin=_over(counters.ms_since_begun, grace_ms),
        faults=dict(counters.faults),
        peak_arrived=pace.peak_arrived if pace else 0,
        peak_accepted=pace.peak_accepted if pace else 0,
        first_arrival=first,
        last_acceptance=last,
        first_arrival_monotonic=None if first is None else first + shift_s,
        last_acceptance_monotonic=None if last is None else last + shift_s,
    )


def _over(counts: Mapping[int, int], grace_ms: int) -> int:
    return sum(count for ms, count in counts.items() if ms > grace_ms)
