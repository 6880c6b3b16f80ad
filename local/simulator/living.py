"""A world in action: what it does to each call of the bot that lives in it."""

import random

from local.simulator.rules import Rule, Stage
from local.simulator.worlds import World

_RESET = Rule(action="reset_before")
_LOST = Rule(action="reset_after")
_STORM = (Rule(action="5xx", code=500), Rule(action="5xx", code=502))
#: Its flood refusals are those that Telegram is known to wrap.
_ALBUM = "sendmediagroup"


class LivingWorld:
    """One bot's life in a world. Faults come as the rules that a test could ask for itself, each at its stage.

    Every kind has draws of its own: how often one is asked for must not shift when another strikes.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        #: When the first call came, from which a storm is counted.
        self.began: float | None = None
        self._wraps, self._resets, self._loses, self._storms = (
            random.Random(f"{kind} {world.seed}")  # noqa: S311
            for kind in ("wraps", "resets", "loses", "storms")
        )

    def arrive(self, now: float) -> None:
        if self.began is None:
            self.began = now

    def draw(self, stage: Stage, now: float) -> Rule | None:
        """What strikes a call at this stage of its way; nothing as a rule."""
        faults = self.world.faults
        if stage == "after":
            return _LOST if self._loses.random() < faults.lost_answer else None
        if stage == "delay":
            return None
        age_s = now - (now if self.began is None else self.began)
        if faults.storm and faults.storm.rages(age_s) and self._storms.random() < faults.storm.share:
            return self._storms.choice(_STORM)
        return _RESET if self._resets.random() < faults.reset_before else None

    def wraps(self, method: str) -> bool:
        """Whether a refusal of this call is told in a 400. It is a real one all the same."""
        share = self.world.faults.wrapped
        return share > 0 and (method.lower() == _ALBUM or self._wraps.random() < share)
