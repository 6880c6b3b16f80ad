"""A world without HTTP and without waiting: limits and faults for whoever brings a clock of its own.

>>> world = InProcessWorld(World.drawn(7, calm=True))
>>> world.answer(1000.0, bot_id=1, chat_id=10)
Outcome(ending='accepted', retry_after=None, scope=None, wrapped=False, during=None, code=None)
"""

from dataclasses import dataclass
from typing import Literal

from local.simulator.config import Limits
from local.simulator.counters import Counters
from local.simulator.figures import GRACE_MS, BotFigures, figures
from local.simulator.flood import Flood, Refusal
from local.simulator.living import LivingWorld
from local.simulator.penalty import Scope
from local.simulator.rules import Rule
from local.simulator.worlds import World

type Ending = Literal["accepted", "refused", "lost_answer", "reset", "server_error"]

_ACCEPTED: frozenset[Ending] = frozenset({"accepted", "lost_answer"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended. A sender sees `ending`, `retry_after`, `wrapped` and `code`; the rest is for who watches.

    A lost answer and a reset look alike to it: the connection is gone, and only the first was accepted.
    """

    ending: Ending
    retry_after: int | None = None
    scope: Scope | None = None
    #: Told as a 400 with the 429 in its description, instead of as a 429.
    wrapped: bool = False
    #: Seconds since the penalty began, for a refusal during one.
    during: float | None = None
    #: Of a server error: 500 or 502.
    code: int | None = None

    @property
    def is_accepted(self) -> bool:
        return self.ending in _ACCEPTED


class InProcessWorld:
    """One world; each bot in it has a life of its own, the one that it would have behind HTTP."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.flood = Flood(self._limits_for)
        self._lives: dict[int, LivingWorld] = {}
        self._counters: dict[int, Counters] = {}

    def answer(
        self, now: float, bot_id: int, chat_id: int | None, method: str = "sendMessage", cost: int = 1
    ) -> Outcome:
        """What becomes of a paced call that arrives at `now` (seconds, which never go back).

        As behind HTTP: penalties come first, then faults before acceptance, then limits, then lost answers.
        """
        life, counters = self._bot(bot_id)
        life.arrive(now)
        counters.arrive(now)
        if refusal := self.flood.arrive(bot_id, chat_id, cost, now):
            return _refused(life, counters, refusal, method)
        if rule := life.draw("before", now):
            counters.faults[rule.action] += 1
            return _failed(rule)
        if refusal := self.flood.spend(bot_id, chat_id, cost, now):
            return _refused(life, counters, refusal, method)
        lost = life.draw("after", now)
        counters.accept(now)
        if lost:
            counters.faults[lost.action] += 1
            return Outcome("lost_answer")
        return Outcome("accepted")

    def figures(self, bot_id: int, *, grace_ms: int = GRACE_MS) -> BotFigures:
        return figures(self._bot(bot_id)[1], self.flood.bots.get(bot_id), grace_ms=grace_ms)

    def _limits_for(self, _bot_id: int) -> Limits:
        return self.world.limits

    def _bot(self, bot_id: int) -> tuple[LivingWorld, Counters]:
        life = self._lives.get(bot_id)
        if life is None:
            life = self._lives[bot_id] = LivingWorld(self.world)
            self._counters[bot_id] = Counters()
        return life, self._counters[bot_id]


def _refused(life: LivingWorld, counters: Counters, refusal: Refusal, method: str) -> Outcome:
    wrapped = life.wraps(method)
    counters.refuse(refusal, refusal.scope, wrapped=wrapped)
    return Outcome("refused", refusal.retry_after, refusal.scope, wrapped=wrapped, during=refusal.during)


def _failed(rule: Rule) -> Outcome:
    return Outcome("server_error", code=rule.code) if rule.action == "5xx" else Outcome("reset")
