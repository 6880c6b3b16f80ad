"""`mend_bot`: queues, mappings and webhook become what the bot's row says.

What a crash left half-done is finished, and what is noted there to be told is told.
"""

import time
from typing import Protocol

from courier.contracts.control import MendBot
from courier.control.news import BotNews
from courier.control.parts import Clock, KeepsBots, KeepsTokens, KeepsWebhooks, Plumbing
from courier.state.bots import Bot, Status
from courier.telemetry import log

#: On the row of a bot whose `add_bot` ended before its token was stored.
NO_TOKEN = "its token was never stored: send add_bot once more"  # noqa: S105 - words, no token


class GoesOnRemoving(Protocol):
    """Removals that have begun."""

    def go_on(self, bot: Bot) -> None: ...


class BotMender:
    """Mends bots. It comes through the control queue like all that changes a bot, so nothing else does at that time."""

    def __init__(
        self,
        *,
        bots: KeepsBots,
        tokens: KeepsTokens,
        plumbing: Plumbing,
        removals: GoesOnRemoving,
        webhooks: KeepsWebhooks,
        news: BotNews,
        clock: Clock = time.time,
    ) -> None:
        self._bots = bots
        self._tokens = tokens
        self._plumbing = plumbing
        self._removals = removals
        self._webhooks = webhooks
        self._news = news
        self._clock = clock

    async def mend(self, wanted: MendBot) -> None:
        """Make the world what the row says.

        Raises:
            TryLaterError: if that takes longer, as a removal does.
            StateUnavailableError: if AWS didn't answer.
        """
        bot = self._bots.row(wanted.bot_id)
        if bot is None or bot.status == Status.REMOVED:
            log().info("nothing to mend", bot_id=wanted.bot_id)
        elif bot.status == Status.REMOVING:
            self._removals.go_on(bot)
        elif bot.status == Status.ADDING:
            self._finish_adding(bot)
        else:
            bot = self._news.tell(bot)
            self._plumbing.fit(bot)
            if bot.status != Status.STOPPED:
                await self._webhooks.mend(bot)
            log().info("bot mended", bot_id=bot.bot_id, status=bot.status)

    def _finish_adding(self, bot: Bot) -> None:
        """The token was checked before it was stored, so a stored one is all that is needed."""
        stored = self._tokens.get(bot.bot_id)
        if stored is None:
            if bot.reason != NO_TOKEN:
                log().error("half-made bot", bot_id=bot.bot_id, reason=NO_TOKEN)
                self._bots.put(bot.model_copy(update={"reason": NO_TOKEN}))
            return
        done = {"status": Status.ACTIVE, "reason": None, "token_version": stored[1], "since": int(self._clock())}
        active = bot.model_copy(update={**done, "added_untold": self._news.happened()})
        self._plumbing.fit(active)
        self._bots.put(active)
        self._news.tell(active)
        log().warning("half-made bot finished", bot_id=bot.bot_id)
