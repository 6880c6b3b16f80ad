"""Hidden worlds: limits and faults that nobody is told, drawn from a seed, for a sender to find out by itself.

Published figures are an average of what Telegram does. A sender that is right only for those is right nowhere, so
a test or a benchmark puts its bots into worlds of which it knows nothing but the seed.
"""

import random
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from local.simulator.config import Limits

#: What is drawn lies between the two, both included. Seconds, and calls per second or minute.
_BOT_PER_SECOND = (12, 40)
_CHAT_PER_SECOND = (0.5, 2.0)
_CHAT_BURST = (1, 5)
_GROUP_PER_MINUTE = (10, 25)
_BOT_PENALTY_S = (2.0, 6.0)
_PENALTY_GROWTH = (1.3, 2.0)
_PENALTY_MEMORY_S = 30.0
_PENALTY_MAX_S = 120.0
#: Calls that are on their way when a penalty begins can't be called off: they are refused, and prolong nothing.
_PENALTY_GRACE_S = 0.5
#: Whether a world has a fault at all; one in sixteen has none of the four.
_HAS_FAULT = 0.5
_PROBABILITY = (0.001, 0.015)
_WRAPPED_SHARE = (0.1, 0.6)
_STORM_AFTER_S = (1.0, 12.0)
_STORM_LASTS_S = (2.0, 6.0)
_STORM_SHARE = (0.3, 0.9)


class Storm(BaseModel):
    """A span in which Telegram's servers answer 500 or 502."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Seconds from the world's first call to its begin, and from there to its end.
    after_s: float = Field(ge=0)
    lasts_s: float = Field(gt=0)
    #: Share of the span's calls that it hits.
    share: float = Field(ge=0, le=1)

    def rages(self, age_s: float) -> bool:
        """Whether it is on, so many seconds after the world's first call."""
        return self.after_s <= age_s < self.after_s + self.lasts_s


class WorldFaults(BaseModel):
    """What goes wrong in a world, as probabilities per call. The defaults are a world in which nothing does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Share of the real 429s that come as a 400 around the same `retry_after`; above 0 all of media groups' do.
    wrapped: float = Field(default=0.0, ge=0, le=1)
    #: Accepted, and then the connection is reset instead of an answer.
    lost_answer: float = Field(default=0.0, ge=0, le=1)
    #: Reset before anything was accepted.
    reset_before: float = Field(default=0.0, ge=0, le=1)
    storm: Storm | None = None


class World(BaseModel):
    """One world: its limits and its faults. What happens to which call follows from its seed, too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 0
    limits: Limits = Limits()
    faults: WorldFaults = WorldFaults()

    @classmethod
    def drawn(cls, seed: int, *, calm: bool = False) -> Self:
        """The world of a seed: always the same one. A calm one has the same limits, and no faults.

        >>> World.drawn(7) == World.drawn(7), World.drawn(7).limits == World.drawn(7, calm=True).limits
        (True, True)
        >>> World.drawn(7, calm=True).faults == WorldFaults()
        True
        """
        # A text, since seeds that differ by their sign alone would be one.
        draw = random.Random(f"world {seed}")  # noqa: S311
        limits = _draw_limits(draw)
        return cls(seed=seed, limits=limits, faults=WorldFaults() if calm else _draw_faults(draw))


def _draw_limits(draw: random.Random) -> Limits:
    return Limits(
        bot_per_second=draw.randint(*_BOT_PER_SECOND),
        chat_per_second=round(draw.uniform(*_CHAT_PER_SECOND), 2),
        chat_burst=draw.randint(*_CHAT_BURST),
        group_per_minute=draw.randint(*_GROUP_PER_MINUTE),
        bot_penalty_s=round(draw.uniform(*_BOT_PENALTY_S), 1),
        chat_penalty_s=None,
        penalty_growth=round(draw.uniform(*_PENALTY_GROWTH), 2),
        penalty_memory_s=_PENALTY_MEMORY_S,
        penalty_max_s=_PENALTY_MAX_S,
        penalty_grace_s=_PENALTY_GRACE_S,
        penalty_extends=True,
    )


def _draw_faults(draw: random.Random) -> WorldFaults:
    return WorldFaults(
        wrapped=_maybe(draw, _WRAPPED_SHARE),
        lost_answer=_maybe(draw, _PROBABILITY),
        reset_before=_maybe(draw, _PROBABILITY),
        storm=_draw_storm(draw) if draw.random() < _HAS_FAULT else None,
    )


def _maybe(draw: random.Random, between: tuple[float, float]) -> float:
    return round(draw.uniform(*between), 4) if draw.random() < _HAS_FAULT else 0.0


def _draw_storm(draw: random.Random) -> Storm:
    return Storm(
        after_s=round(draw.uniform(*_STORM_AFTER_S), 1),
        lasts_s=round(draw.uniform(*_STORM_LASTS_S), 1),
        share=round(draw.uniform(*_STORM_SHARE), 2),
    )
