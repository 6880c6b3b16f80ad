"""What happens to bots, told on the event bus: at least once, and without holding up a bot for it.

The write that makes a bot active, or stops it, notes on the bot's row that this is still to be told; so it is noted
exactly as often as it happened, whoever wrote and whatever crashed then. Control tells it and takes the note away; what
couldn't be told, and what the sender stopped, the sweep finds within a minute.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from courier.contracts.events import BotAdded, BotRemoved, BotStopped, DomainEvent
from courier.control.parts import Clock
from courier.errors import StateUnavailableError
from courier.state.bot import Bot, News
from courier.telemetry import current_correlation_id, log


class TakesEvents(Protocol):
    """The event bus."""

    def put(self, events: Sequence[DomainEvent]) -> None: ...


class NotesTold(Protocol):
    """The bots' rows, as far as news are noted on them."""

    def told(self, bot_id: int, name: str, news: News) -> None: ...


class BotNews:
    """Tells what happened to bots."""

    def __init__(self, bus: TakesEvents, bots: NotesTold, clock: Clock = time.time) -> None:
        self._bus = bus
        self._bots = bots
        self._clock = clock

    def happened(self, reason: str | None = None) -> News:
        """What a row should note that changes now."""
        return News(at=self._clock(), correlation_id=current_correlation_id() or "", reason=reason)

    def tell(self, bot: Bot) -> Bot:
        """Tell what is noted on a row. What can't be told now stays there, and the sweep has it told.

        Returns:
            The bot as its row is then.
        """
        for name, event in _noted(bot):
            news: News = getattr(bot, name)
            try:
                self._bus.put([event])
                self._bots.told(bot.bot_id, name, news)
            except StateUnavailableError as error:
                log().warning("event waits", event=event.DETAIL_TYPE, bot_id=bot.bot_id, reason=str(error))
                break
            log().info("event told", event=event.DETAIL_TYPE, bot_id=bot.bot_id, of=event.correlation_id)
            bot = bot.model_copy(update={name: None})
        return bot

    def removed(self, bot: Bot) -> None:
        """Tell that a bot is gone, and what is noted besides; before its row says so, since nothing looks at it then.

        Raises:
            StateUnavailableError: if that can't be told now; the removal goes on from here when it can.
        """
        now = self.happened()
        gone = BotRemoved(
            correlation_id=now.correlation_id, occurred_at=now.at, bot_id=bot.bot_id, username=bot.username
        )
        self._bus.put([*(event for _, event in _noted(bot)), gone])
        log().info("event told", event=gone.DETAIL_TYPE, bot_id=bot.bot_id, of=gone.correlation_id)


def _noted(bot: Bot) -> Iterable[tuple[str, DomainEvent]]:
    """The events that a row says are still to be told, by the row's field, in the order in which they happened."""
    found: list[tuple[str, DomainEvent]] = []
    if (news := bot.added_untold) is not None:
        added = BotAdded(
            correlation_id=news.correlation_id, occurred_at=news.at, bot_id=bot.bot_id, username=bot.username
        )
        found.append(("added_untold", added))
    if (news := bot.stopped_untold) is not None:
        stopped = BotStopped(
            correlation_id=news.correlation_id,
            occurred_at=news.at,
            bot_id=bot.bot_id,
            username=bot.username,
            reason=news.reason,
        )
        found.append(("stopped_untold", stopped))
    return sorted(found, key=lambda one: one[1].occurred_at)
