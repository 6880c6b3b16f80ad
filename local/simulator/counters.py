"""What a bot's calls came to."""

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from local.simulator.flood import Refusal
from local.simulator.pace import BotPace


@dataclass(slots=True)
class Counters:
    """One bot's calls, by method and by their end. Methods are named as the Bot API names them."""

    calls: Counter[str] = field(default_factory=Counter)
    #: Calls with a result, also where it was kept from the client.
    accepted: int = 0
    #: 429s by what caused them: bot, chat, group; `fault` for those asked for.
    refused: Counter[str] = field(default_factory=Counter)
    #: Those of them that came while their scope was being held.
    during_penalty: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    #: Of the calls that spend budgets: how many came and got a result, when the first came and the last got one.
    paced: int = 0
    paced_accepted: int = 0
    first_arrival: float | None = None
    last_acceptance: float | None = None
    #: Calls during a penalty by milliseconds, rounded up, since it began, and since it began or was extended last.
    #: Counted so, because what is late is for the reader to say, and a penalty has only so many milliseconds.
    ms_since_begun: Counter[int] = field(default_factory=Counter)
    ms_since_extended: Counter[int] = field(default_factory=Counter)

    def arrive(self, now: float) -> None:
        """A call that spends budgets has come."""
        self.paced += 1
        if self.first_arrival is None:
            self.first_arrival = now

    def accept(self, now: float) -> None:
        """One that came at `now` has a result."""
        self.paced_accepted += 1
        self.last_acceptance = now

    def refuse(self, refusal: Refusal, scope: str, *, wrapped: bool = False) -> None:
        self.refused[scope] += 1
        if wrapped:
            self.faults["429_in_400"] += 1
        if refusal.during is not None:
            self.during_penalty += 1
            self.ms_since_begun[_up(refusal.during)] += 1
            self.ms_since_extended[_up(refusal.since_extended or 0.0)] += 1

    def failed(self, code: int) -> None:
        self.errors[str(code)] += 1

    def add(self, other: "Counters") -> None:
        self.calls += other.calls
        self.accepted += other.accepted
        self.refused += other.refused
        self.during_penalty += other.during_penalty
        self.errors += other.errors
        self.faults += other.faults

    def to_json(self) -> dict[str, Any]:
        return {
            "calls": dict(self.calls),
            "accepted": self.accepted,
            "refused": dict(self.refused),
            "during_penalty": self.during_penalty,
            "errors": dict(self.errors),
            "faults": dict(self.faults),
        }


def _up(seconds: float) -> int:
    """Whole milliseconds; the clock's last digit makes none."""
    return math.ceil(seconds * 1000 - 1e-3)


def peaks(pace: BotPace | None) -> dict[str, Any]:
    """The most that came, and that was accepted, in any second; and the busiest chats of any second and minute."""
    pace = pace or BotPace()
    return {
        "arrived_per_second": pace.peak_arrived,
        "accepted_per_second": pace.peak_accepted,
        "chat_per_second": _chat_peak(pace.chat_second),
        "chat_per_minute": _chat_peak(pace.chat_minute),
    }


def _chat_peak(peak: tuple[int, int] | None) -> dict[str, int] | None:
    return {"chat_id": peak[0], "count": peak[1]} if peak else None
