"""`remove_bot`: the bot sends what is queued, then goes with all it has, and nothing that was accepted vanishes.

A removal lasts for minutes, and no invocation waits for it: the row says how far it came, and the message comes back to
look again. Each step can be repeated, so a crash anywhere costs only time.
"""

import time
from typing import Any, Protocol

from courier.contracts.control import RemoveBot
from courier.control.leftovers import AT_ONCE
from courier.control.news import BotNews
from courier.control.parts import Clock, KeepsBots, KeepsTokens, KeepsWebhooks
from courier.errors import RefusedMessageError, TryLaterError
from courier.queues.names import Lane
from courier.state.bots import Bot, Status
from courier.telemetry import log

#: SQS: its counts are right when nothing happened for a minute. Until then a queue only seems empty.
QUIET_S = 60
#: Seconds between two looks: few at first, then an eighth of the time that it takes already, so that half a day of
#: draining and half a day of hidden messages together stay under SQS's thousand receives.
FIRST_PAUSE_S = 5
LONGEST_PAUSE_S = 120
#: Seconds for which the row of a bot that is gone is kept: longer than any process remembers it.
TOMBSTONE_S = 7 * 24 * 3600


class TakesQueuesAway(Protocol):
    """The queues of a bot."""

    def arns(self, bot_id: int) -> dict[Lane, str]: ...
    def held(self, bot_id: int) -> int: ...
    def delete(self, bot_id: int) -> None: ...


class TakesMappingsAway(Protocol):
    """What leads queues to the sender."""

    def delete(self, queue_arn: str) -> None: ...


class BuriesLeftovers(Protocol):
    """Moves a queue's messages to the dead letters."""

    def bury(self, queue_arn: str) -> int: ...


class BotRemover:
    """Removes bots."""

    def __init__(
        self,
        *,
        bots: KeepsBots,
        tokens: KeepsTokens,
        queues: TakesQueuesAway,
        mappings: TakesMappingsAway,
        leftovers: BuriesLeftovers,
        webhooks: KeepsWebhooks,
        news: BotNews,
        clock: Clock = time.time,
    ) -> None:
        self._bots = bots
        self._tokens = tokens
        self._queues = queues
        self._mappings = mappings
        self._leftovers = leftovers
        self._webhooks = webhooks
        self._news = news
        self._clock = clock

    async def remove(self, wanted: RemoveBot) -> None:
        """Begin a removal, or go on with it.

        Raises:
            RefusedMessageError: if there is no such bot.
            TryLaterError: until it is gone.
            StateUnavailableError: if AWS didn't answer; the next try goes on from here.
        """
        bot = self._bots.row(wanted.bot_id)
        if bot is None:
            raise RefusedMessageError(f"data.bot_id: no bot {wanted.bot_id} is known; there is nothing to remove")
        if bot.status == Status.REMOVED:
            return
        if bot.status != Status.REMOVING:
            bot = self._begin(await self._unheard(bot), wanted)
        elif wanted.purge and bot.is_draining:
            bot = self._changed(bot, is_draining=False, empty_since=None)
        self.go_on(bot)

    def go_on(self, bot: Bot) -> None:
        """Take a removal as far as it goes now; see `remove`."""
        if bot.is_draining:
            bot = self._look(bot, self._queues.held(bot.bot_id))
            if self._now < (bot.drain_until or 0) and not self._is_quiet(bot):
                raise TryLaterError(f"bot {bot.bot_id} sends what is queued", after_s=self._pause(bot))
            # From now on nothing is sent, and the minute of quiet begins anew: what came in last may be in flight.
            bot = self._changed(bot, is_draining=False, empty_since=None)
        arns = self._queues.arns(bot.bot_id).values()
        for arn in arns:
            self._mappings.delete(arn)
        buried = [self._leftovers.bury(arn) for arn in arns]
        if sum(buried):
            log().warning("leftovers of a removed bot are dead letters", bot_id=bot.bot_id, messages=sum(buried))
        bot = self._look(bot, sum(buried) + self._queues.held(bot.bot_id))
        if not self._is_quiet(bot):
            after_s = 1 if max(buried) >= AT_ONCE else self._pause(bot)
            raise TryLaterError(f"bot {bot.bot_id} goes when its queues are empty", after_s=after_s)
        self._finish(bot)

    @property
    def _now(self) -> int:
        return int(self._clock())

    async def _unheard(self, bot: Bot) -> Bot:
        """The bot without its webhook. A Bot API that is away holds up no removal: what it sends later meets a 404."""
        try:
            return await self._webhooks.withdraw(bot)
        except TryLaterError as error:
            log().warning("webhook left with Telegram", bot_id=bot.bot_id, reason=str(error))
            return bot.model_copy(update={"webhook": None})

    def _begin(self, bot: Bot, wanted: RemoveBot) -> Bot:
        """A bot that doesn't send has nothing to wait for: what it holds becomes dead letters."""
        now = self._now
        log().info("bot is being removed", bot_id=bot.bot_id, status=bot.status, purge=wanted.purge)
        return self._changed(
            bot,
            status=Status.REMOVING,
            reason="remove_bot",
            since=now,
            is_draining=bot.status == Status.ACTIVE and not wanted.purge,
            drain_until=now + wanted.drain_s,
            empty_since=None,
        )

    def _look(self, bot: Bot, held: int) -> Bot:
        """Note since when the queues have been empty."""
        if held:
            return self._changed(bot, empty_since=None) if bot.empty_since is not None else bot
        return self._changed(bot, empty_since=self._now) if bot.empty_since is None else bot

    def _is_quiet(self, bot: Bot) -> bool:
        return bot.empty_since is not None and self._now >= bot.empty_since + QUIET_S

    def _pause(self, bot: Bot) -> int:
        now = self._now
        pauses = [max(FIRST_PAUSE_S, min((now - bot.since) // 8, LONGEST_PAUSE_S))]
        if bot.empty_since is not None:
            pauses.append(bot.empty_since + QUIET_S - now)
        if bot.is_draining and bot.drain_until is not None:
            pauses.append(bot.drain_until - now)
        return max(1, min(pauses))

    def _finish(self, bot: Bot) -> None:
        self._queues.delete(bot.bot_id)
        self._tokens.delete(bot.bot_id)
        self._news.removed(bot)
        now = self._now
        gone = {"status": Status.REMOVED, "since": now, "empty_since": None, "expires_at": now + TOMBSTONE_S}
        self._changed(bot, **gone, added_untold=None, stopped_untold=None)
        log().info("bot removed", bot_id=bot.bot_id, after_s=now - bot.since)

    def _changed(self, bot: Bot, **changes: Any) -> Bot:
        changed = bot.model_copy(update=changes)
        self._bots.put(changed)
        return changed
