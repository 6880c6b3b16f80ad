"""What a benchmark consists of: scenarios, the figures that they measure, and what they are held against.

A scenario is a module of `bench.scenarios` with a `SCENARIO`, listed in `bench.catalogue`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bench.cost import Traffic
from bench.live.services import Services

#: Share of a target that a quick run may miss: it is short, so that beginning and end weigh more.
_SLACK = 0.05


class Clock(StrEnum):
    """By which time a figure was measured: jumped over and the same each time, or this machine's."""

    VIRTUAL = "virtual"
    REAL = "real"


class Comparison(StrEnum):
    """How a value stands to its target."""

    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True)
class Target:
    """What a value must be.

    >>> Target(Comparison.AT_LEAST, 0.97).is_met(0.96)
    False
    """

    comparison: Comparison
    number: float

    def is_met(self, value: float) -> bool:
        """Whether a value will do; what is no number never does."""
        return value >= self.number if self.comparison is Comparison.AT_LEAST else value <= self.number


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        unit: Empty for counts; `%` for a ratio, which is kept as a fraction.
        target: None for what is only told.
        predecessor: What the program had that this one follows, in the same unit.
    """

    what: str
    value: float
    clock: Clock
    unit: str = ""
    target: Target | None = None
    predecessor: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        return None if self.target is None else self.target.is_met(self.value)


@dataclass
class Context:
    """What scenarios run in.

    Attributes:
        is_quick: Short courses, in virtual time where that is possible, and targets with some slack.
        traffics: Measured quantities that cost money, for the scenarios that come later.
        notes: What a reader must know of figures that aren't there.
    """

    seed: int
    is_quick: bool
    services: Services
    traffics: list[Traffic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def redis_url(self) -> str:
        """Of a Valkey that the scenario may empty."""
        return self.services.redis_url

    def sized(self, full: int, quick: int) -> int:
        """The size of a course."""
        return quick if self.is_quick else full

    def at_least(self, number: float) -> Target:
        """A lower bound, with the slack of a quick run."""
        return Target(Comparison.AT_LEAST, number * (1 - _SLACK) if self.is_quick else number)

    def at_most(self, number: float) -> Target:
        """An upper bound, with the slack of a quick run; 0 stays 0."""
        return Target(Comparison.AT_MOST, number * (1 + _SLACK) if self.is_quick else number)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One benchmark.

    Attributes:
        name: A word, by which it is asked for.
        shows: What a reader learns from it, in a sentence.
        is_quick: Whether it is part of a quick run.
    """

    name: str
    title: str
    shows: str
    run: Callable[[Context], list[Figure]]
    is_quick: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a scenario: figures, or why there are none.

    Attributes:
        failure: Why it couldn't be carried out; empty if it was.
        took_s: Seconds on this machine.
    """

    scenario: Scenario
    figures: Sequence[Figure]
    failure: str
    took_s: float

    @property
    def is_good(self) -> bool:
        """Whether it ran, and met its targets."""
        return not self.failure and all(figure.is_met is not False for figure in self.figures)

    def to_json(self) -> dict[str, Any]:
        """As it stands in `results.json`."""
        return {
            "name": self.scenario.name,
            "title": self.scenario.title,
            "shows": self.scenario.shows,
            "failure": self.failure or None,
            "took_s": round(self.took_s, 2),
            "figures": [_figure_to_json(figure) for figure in self.figures],
        }


def _figure_to_json(figure: Figure) -> dict[str, Any]:
    target = figure.target
    return {
        "what": figure.what,
        "value": figure.value,
        "unit": figure.unit,
        "clock": figure.clock.value,
        "target": {"comparison": target.comparison.value, "number": target.number} if target else None,
        "predecessor": figure.predecessor,
        "met": figure.is_met,
    }
