"""The bots as the sender knows them: rows and tokens, a few seconds old at most."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from courier.deadlines import on_thread
from courier.errors import StateUnavailableError
from courier.state.bots import Bot

#: Seconds for which a row is believed. State, token and limits may be known five seconds late; reading takes some.
FRESH_S = 4.0


class ReadsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Bot | None: ...
    def stop(self, bot: Bot, reason: str) -> bool: ...
    def hold(self, bot_id: int, until: int) -> None: ...


class ReadsTokens(Protocol):
    """Tokens with their versions."""

    def get(self, bot_id: int) -> tuple[str, int] | None: ...


@dataclass(frozen=True, slots=True)
class _Known:
    bot: Bot | None
    read_at: float


class Directory:
    """Bots by id; calls to AWS are made on threads, so that other work goes on.

    Args:
        clock: Seconds since 1970, as rows count them.
    """

    def __init__(self, bots: ReadsBots, tokens: ReadsTokens, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._bots = bots
        self._tokens = tokens
        self._known: dict[int, _Known] = {}
        self._token: dict[int, tuple[str, int]] = {}
        self._reading: dict[int, asyncio.Task[Bot | None]] = {}

    async def bot(self, bot_id: int) -> Bot | None:
        """The bot's row.

        Raises:
            StateUnavailableError: if it is too old and can't be read.
        """
        known = self._known.get(bot_id)
        if known is not None and asyncio.get_running_loop().time() - known.read_at <= FRESH_S:
            return known.bot
        if bot_id not in self._reading:
            self._reading[bot_id] = asyncio.create_task(self._read(bot_id))
        # Shielded: whoever asks first may be cancelled, and others wait for the same answer.
        return await asyncio.shield(self._reading[bot_id])

    async def _read(self, bot_id: int) -> Bot | None:
        read_at = asyncio.get_running_loop().time()
        try:
            bot = await on_thread(self._bots.get, bot_id)
        finally:
            del self._reading[bot_id]
        self._known[bot_id] = _Known(bot, read_at)
        return bot

    async def token(self, bot: Bot) -> str:
        """The bot's token, read again only when the row names another version.

        Raises:
            StateUnavailableError: if there is none, or it can't be read.
        """
        held = self._token.get(bot.bot_id)
        if held is None or held[1] < bot.token_version:
            held = await on_thread(self._tokens.get, bot.bot_id)
            if held is None:
                raise StateUnavailableError(f"bot {bot.bot_id} has no token")
            self._token[bot.bot_id] = held
        return held[0]

    def held_s(self, bot: Bot) -> int:
        """Whole seconds for which Telegram still holds a bot, as its row says."""
        return bot.held_s(self._clock())

    async def hold(self, bot: Bot, seconds: float) -> None:
        """Remember a long penalty of a bot where a loss of Redis can't reach it.

        Raises:
            StateUnavailableError: if the row can't be written.
        """
        await on_thread(self._bots.hold, bot.bot_id, math.ceil(self._clock() + seconds))
        self._known.pop(bot.bot_id, None)

    async def stop(self, bot: Bot, reason: str) -> bool:
        """Stop a bot whose token was refused; what it can't say now, the next refusal says again.

        Returns:
            Whether it was this call that stopped it.

        Raises:
            StateUnavailableError: if the row can't be written.
        """
        self._known.pop(bot.bot_id, None)
        self._token.pop(bot.bot_id, None)
        return await on_thread(self._bots.stop, bot, reason)
