"""The simulator itself: everything it knows, apart from how it is spoken to."""

import random
import time
from typing import Any

from local.simulator.bots import Bots
from local.simulator.clock import Clock, steady_clock
from local.simulator.config import Limits, Settings
from local.simulator.counters import Counters, peaks
from local.simulator.deliveries import Deliveries
from local.simulator.faults import Faults
from local.simulator.figures import GRACE_MS, BotFigures, figures
from local.simulator.flood import Flood
from local.simulator.journal import Accepted, Journal, Refused
from local.simulator.living import LivingWorld
from local.simulator.messages import Messages
from local.simulator.rules import Rule
from local.simulator.worlds import World

#: Messages, and records of each journal, that are kept.
HISTORY = 200_000


class Simulator:
    """One Telegram: its bots, chats and messages, its limits, its faults."""

    def __init__(self, settings: Settings | None = None, *, clock: Clock | None = None, history: int = HISTORY) -> None:
        self._initial = self.settings = settings or Settings()
        self.clock = clock or steady_clock()
        self.accepted = Journal[Accepted](history)
        self.refused = Journal[Refused](history)
        self.messages = Messages(history)
        self.bots = Bots()
        self.deliveries = Deliveries(self, history)
        self.reset()

    def reset(self) -> None:
        """Back to the start: nobody known, nothing sent, no faults, no worlds, the first settings."""
        self.settings = self._initial
        self.flood = Flood(self._limits_for)
        self.faults = Faults()
        #: The hidden world of each bot that was put into one.
        self.worlds: dict[int, LivingWorld] = {}
        self._random = random.Random(self.settings.seed)  # noqa: S311
        self.accepted.clear()
        self.refused.clear()
        self.messages.clear()
        self.bots.clear()
        self.deliveries.clear()

    def _limits_for(self, bot_id: int) -> Limits:
        living = self.worlds.get(bot_id)
        return living.world.limits if living else self.settings.limits_for(bot_id)

    def put_into_world(self, bot_id: int, world: World) -> None:
        """From now on the world's limits are the bot's, whatever the settings say, and its faults come on top."""
        self.worlds[bot_id] = LivingWorld(world)

    def leave_world(self, bot_id: int | None = None) -> None:
        """Back to the settings: one bot, or all."""
        for each in [bot_id] if bot_id is not None else list(self.worlds):
            self.worlds.pop(each, None)

    def forget_bot(self, bot_id: int) -> None:
        """Begin anew with a bot: no figures, pace or penalties, and its world as before the first call.

        Its messages, its webhook and its tokens stay, and so do the journals, whose numbers have no gaps.
        """
        self.flood.forget(bot_id)
        if bot := self.bots.find(bot_id):
            bot.counters = Counters()
        if living := self.worlds.get(bot_id):
            self.put_into_world(bot_id, living.world)

    def figures(self, bot_id: int, *, grace_ms: int = GRACE_MS) -> BotFigures:
        """What a bot came to since it was forgotten last; of one that never called: nothing."""
        bot = self.bots.find(bot_id)
        shift_s = time.monotonic() - self.clock()
        counters = bot.counters if bot else Counters()
        return figures(counters, self.flood.bots.get(bot_id), grace_ms=grace_ms, shift_s=shift_s)

    def configure(self, changes: dict[str, Any]) -> Settings:
        """Lay changes over the settings; a seed starts the draws anew."""
        self.settings = self.settings.patched(changes)
        if "seed" in changes:
            self._random = random.Random(self.settings.seed)  # noqa: S311
        return self.settings

    def add_fault(self, rule: Rule) -> int:
        return self.faults.add(rule, self.settings.seed)

    def way_in(self, bot_id: int, chat_id: int | None, method: str) -> float:
        """Seconds that a call takes until it has arrived."""
        jitter_ms = self._random.random() * self.settings.jitter_ms
        rules_ms = self.faults.draw_delay(bot_id, chat_id, method) if self.faults.active else 0.0
        return (self.settings.latency_ms / 2 + jitter_ms + rules_ms) / 1000

    def way_out(self) -> float:
        return self.settings.latency_ms / 2000

    def counters(self) -> dict[str, Any]:
        """All counters, in total and by bot, with each bot's peaks."""
        total = Counters()
        bots = {}
        for bot in self.bots:
            total.add(bot.counters)
            bots[str(bot.id)] = {**bot.counters.to_json(), "peaks": peaks(self.flood.bots.get(bot.id))}
        return {"total": total.to_json(), "bots": bots}
