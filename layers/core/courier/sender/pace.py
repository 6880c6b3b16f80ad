"""When a message may start: reservations and penalties, in Redis, shared by every worker of a bot.

Keys carry the hash tag of the bot's Telegram id, so that two bots with one token share one pace. See `reserve.lua` and
`penalise.lua` for what they hold.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from courier.queues.names import Lane
from courier.state.bots import Bot
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds that a message of the regular lane may sleep for the bot's rate; five batches of ten need 1.7 at 30 a second.
RATE_WAIT_S = 2.0
#: Seconds that a message group may sleep for its chats, since the batch lasts about that long anyway.
CHAT_WAIT_S = 0.3
#: Chats that meet a 429 within `WIDEN_WITHIN_S` seconds make it the whole bot's.
WIDEN_CHATS = 3
WIDEN_WITHIN_S = 5.0


class Wait(IntEnum):
    """What a message waits for, as `reserve.lua` numbers it."""

    NOTHING = 0
    CHAT = 1
    RATE = 2
    CHAT_PENALTY = 3
    BOT_PENALTY = 4


@dataclass(frozen=True, slots=True)
class Ask:
    """A start that is asked for.

    Attributes:
        chat: A number or `@name` as text; empty for a call that is under no chat's limits.
        chain: Number of the message group within the batch; its messages start one after another.
        cost: Messages that the call counts as; 0 spends nothing, but waits for the bot's penalty.
    """

    chat: str
    is_group: bool
    chain: int
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """The answer to an ask.

    Attributes:
        wait: NOTHING if the start is reserved.
        at: The start, or when asking again makes sense, on the event loop's clock in seconds.
        stamp_ms: The same on Redis's clock, by which the start is found there.
    """

    wait: Wait
    at: float
    stamp_ms: int


@dataclass(frozen=True, slots=True)
class Late:
    """A call that arrived later than its start was reserved for, by at most so many seconds."""

    chat: str
    slot: Slot
    late_s: float


@dataclass(frozen=True, slots=True)
class Penalties:
    """Which scopes may not be called, with the ends on the event loop's clock in seconds."""

    bot: float
    chats: dict[str, float]


class Pacer:
    """Reservations and penalties of bots.

    Args:
        jitter_s: Seconds by which calls may arrive later than planned without breaking a window.
    """

    def __init__(self, redis: RunsCommands, jitter_s: float) -> None:
        self._redis = redis
        self._jitter_ms = round(jitter_s * 1000)
        self._reserve = LuaScript("courier.sender", "reserve.lua")
        self._penalise = LuaScript("courier.sender", "penalise.lua")
        self._late = LuaScript("courier.sender", "late.lua")
        #: Seconds that a call may be late before that is accounted for. Windows allow for more: the rest is for what
        #: can't be measured here.
        self.late_s = jitter_s / 3
        #: Seconds that the event loop's clock is behind Redis's. A slow answer makes it too small, never too large.
        self._behind = 0.0

    async def reserve(self, bot: Bot, lane: Lane, asks: Sequence[Ask], call_s: float) -> list[Slot]:
        """Ask for starts, in one atomic step; the answer stands in the asks' order.

        Args:
            call_s: Seconds that a call takes at present.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        chats = list(dict.fromkeys(ask.chat for ask in asks if ask.chat))
        numbers = {"": 0} | {chat: number for number, chat in enumerate(chats, start=1)}
        keys = [_bot_key(bot, "pace"), _bot_key(bot, "hold")]
        for chat in chats:
            keys += [_chat_key(bot, "c", chat), _chat_key(bot, "h", chat)]
        args: list[int] = [
            int(lane is Lane.BROADCAST),
            bot.limits.bot_per_second,
            self._jitter_ms,
            round(1000 / bot.limits.chat_per_second),
            bot.limits.chat_burst,
            bot.limits.group_per_minute,
            round(RATE_WAIT_S * 1000),
            round(CHAT_WAIT_S * 1000),
            round(call_s * 1000),
        ]
        for ask in asks:
            args += [numbers[ask.chat], int(ask.is_group), ask.chain, ask.cost]
        now_ms, *answers = await self._reserve(self._redis, keys, args)
        now = self._heard(now_ms)
        return [
            Slot(Wait(wait), now + ms / 1000, now_ms + ms) for wait, ms in zip(answers[::2], answers[1::2], strict=True)
        ]

    async def correct(self, bot: Bot, lane: Lane, calls: Sequence[Late]) -> None:
        """Move starts to when their calls can have arrived at the latest, so that the next ones keep their distance.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        chats = list(dict.fromkeys(call.chat for call in calls if call.chat))
        args: list[str | int] = [int(lane is Lane.BROADCAST)]
        for call in calls:
            arrived_ms = call.slot.stamp_ms + round(call.late_s * 1000)
            args += [chats.index(call.chat) + 1 if call.chat else 0, call.slot.stamp_ms, arrived_ms]
        keys = [_bot_key(bot, "pace"), *(_chat_key(bot, "c", chat) for chat in chats)]
        await self._late(self._redis, keys, args)

    async def penalise(self, bot: Bot, chat: str, seconds: float) -> Penalties:
        """Note a 429, and say whom it holds.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        keys = [_bot_key(bot, "pace"), _bot_key(bot, "hold"), _chat_key(bot, "h", chat)]
        args: list[str | int] = [round(seconds * 1000), chat, WIDEN_CHATS, round(WIDEN_WITHIN_S * 1000)]
        is_bot, ends_ms = await self._penalise(self._redis, keys, args)
        ends = self._local(ends_ms)
        return Penalties(ends if is_bot else 0.0, {chat: ends})

    async def penalties(self, bot: Bot, chats: Sequence[str]) -> Penalties:
        """What holds the bot and these chats now.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        keys = [_bot_key(bot, "hold"), *(_chat_key(bot, "h", chat) for chat in chats)]
        whole, *each = await self._redis.execute_command("MGET", *keys)
        return Penalties(
            self._local(whole),
            {chat: self._local(ends) for chat, ends in zip(chats, each, strict=True) if ends},
        )

    def _heard(self, now_ms: int) -> float:
        now = asyncio.get_running_loop().time()
        self._behind = now_ms / 1000 - now
        return now

    def _local(self, ends_ms: Any) -> float:
        return int(ends_ms) / 1000 - self._behind if ends_ms else 0.0


def _bot_key(bot: Bot, what: str) -> str:
    return f"{KEY_VERSION}:{{{bot.telegram_id}}}:{what}"


def _chat_key(bot: Bot, what: str, chat: str) -> str:
    return f"{KEY_VERSION}:{{{bot.telegram_id}}}:{what}:{chat}"
