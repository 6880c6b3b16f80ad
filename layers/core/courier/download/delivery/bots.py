"""The bots in whose names users are answered: rows and tokens, a few seconds old at most."""

import math
import time
from collections.abc import Callable
from typing import Protocol

from courier.errors import StateUnavailableError
from courier.state.bot import Bot, Status
from courier.telemetry import log

#: Seconds for which a row is believed.
FRESH_S = 4.0


class ReadsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Bot | None: ...
    def stop(self, bot: Bot, reason: str) -> bool: ...
    def hold(self, bot_id: int, until: int) -> None: ...


class ReadsTokens(Protocol):
    """Tokens with their versions."""

    def get(self, bot_id: int) -> tuple[str, int] | None: ...


class Bots:
    """Bots by id. Calls block.

    Args:
        clock: Seconds since 1970, as rows count them.
    """

    def __init__(self, bots: ReadsBots, tokens: ReadsTokens, clock: Callable[[], float] = time.time) -> None:
        self._bots = bots
        self._tokens = tokens
        self._clock = clock
        self._known: dict[int, tuple[Bot | None, float]] = {}
        self._held: dict[int, tuple[str, int]] = {}

    def get(self, bot_id: int) -> Bot | None:
        """A bot; None of one that is gone, or was never there.

        Raises:
            StateUnavailableError: if it can't be read.
        """
        bot, read_at = self._known.get(bot_id, (None, -math.inf))
        if not 0 <= self._clock() - read_at <= FRESH_S:
            bot, read_at = self._bots.get(bot_id), self._clock()
            self._known[bot_id] = bot, read_at
        return None if bot is None or bot.status == Status.REMOVED else bot

    def token(self, bot: Bot) -> str:
        """The bot's token.

        Raises:
            StateUnavailableError: if there is none, or it can't be read.
        """
        held = self._held.get(bot.bot_id)
        if held is None or held[1] < bot.token_version:
            held = self._tokens.get(bot.bot_id)
            if held is None:
                raise StateUnavailableError(f"bot {bot.bot_id} has no token")
            self._held[bot.bot_id] = held
        return held[0]

    def held_s(self, bot: Bot) -> int:
        """Whole seconds for which Telegram still holds a bot, as its row says."""
        return bot.held_s(self._clock())

    def hold(self, bot: Bot, seconds: float) -> None:
        """Remember a long penalty of a bot where a loss of Redis can't reach it."""
        self._known.pop(bot.bot_id, None)
        try:
            self._bots.hold(bot.bot_id, math.ceil(self._clock() + seconds))
        except StateUnavailableError as error:
            log().warning("a long penalty is known to Redis alone", reason=str(error))

    def stop(self, bot: Bot, reason: str) -> None:
        """Stop a bot whose token Telegram refuses; what can't be said now, the next refusal says again."""
        self._known.pop(bot.bot_id, None)
        self._held.pop(bot.bot_id, None)
        try:
            if self._bots.stop(bot, f"Telegram refuses the token: {reason}"):
                log().error("bot stopped", bot_id=bot.bot_id, reason=reason)
        except StateUnavailableError as error:
            log().warning("the bot isn't marked as stopped yet", bot_id=bot.bot_id, reason=str(error))
