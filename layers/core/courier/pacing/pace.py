"""When a message may start: reservations and penalties, in Redis, shared by every worker of a bot.

Keys carry the hash tag of the bot's Telegram id, so that two bots with one token share one pace. See `reserve.lua` and
`penalise.lua` for what they hold.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from courier.pacing.slots import Ask, Late, Penalties, Slot, Wait
from courier.queues.names import Lane
from courier.state.bots import Bot
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds that a message of the regular lane may sleep for the bot's rate. Five batches of ten need the third window at
#: 30 a second, which begins after two whole ones, jitter included.
RATE_WAIT_S = 2.2
#: Seconds that a message group may sleep for its chats, since the batch lasts about that long anyway.
CHAT_WAIT_S = 0.3
#: Chats that meet a 429 within `WIDEN_WITHIN_S` seconds make it the whole bot's.
WIDEN_CHATS = 3
WIDEN_WITHIN_S = 5.0
#: Seconds of a bot's penalty from which on it is kept in the table too.
DURABLE_S = 60.0


def pace_script(name: str) -> LuaScript:
    """One of the scripts of the pace, with what they have in common."""
    return LuaScript("courier.pacing", f"{name}.lua", "shared.lua")


class Pacer:
    """Reservations and penalties of bots.

    Args:
        jitter_s: Seconds by which calls may arrive later than planned without breaking a window.
    """

    def __init__(self, redis: RunsCommands, jitter_s: float) -> None:
        self._redis = redis
        self._jitter_ms = round(jitter_s * 1000)
        self._reserve, self._penalise, self._late = pace_script("reserve"), pace_script("penalise"), pace_script("late")
        #: Seconds that a call may be late before that is accounted for. Windows allow for more: the rest is for what
        #: can't be measured here.
        self.late_s = jitter_s / 3
        #: Seconds that the event loop's clock is behind Redis's. A slow answer makes it too small, never too large.
        self._behind = 0.0
        #: The latest start that Telegram took, by bot, on Redis's clock: the bot can't have been held then.
        self._taken_ms: dict[int, int] = {}

    async def reserve(self, bot: Bot, lane: Lane, asks: Sequence[Ask], call_s: float) -> list[Slot]:
        """Ask for starts, in one atomic step; the answer stands in the asks' order.

        Args:
            call_s: Seconds that a call takes at present.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        chats = list(dict.fromkeys(ask.chat for ask in asks))
        numbers = {chat: number for number, chat in enumerate(chats, start=1)}
        keys = [_bot_key(bot, "pace"), _bot_key(bot, "hold"), _bot_key(bot, "doubt")]
        for chat in chats:
            keys += [_chat_key(bot, "c", chat), _chat_key(bot, "h", chat)]
        args: list[int] = [
            int(lane is Lane.BROADCAST),
            self._jitter_ms,
            *_limits(bot),
            round(RATE_WAIT_S * 1000),
            round(CHAT_WAIT_S * 1000),
            round(call_s * 1000),
            self._taken_ms.get(bot.telegram_id, 0),
        ]
        for ask in asks:
            args += [numbers[ask.chat], _kind(ask.chat, is_group=ask.is_group), ask.chain, ask.cost, ask.missed_ms]
        now_ms, *answers = await self._reserve(self._redis, keys, args)
        now = self._heard(now_ms)
        return [
            Slot(Wait(wait), now + ms / 1000, now_ms + ms) for wait, ms in zip(answers[::2], answers[1::2], strict=True)
        ]

    async def correct(self, bot: Bot, lane: Lane, calls: Sequence[Late]) -> None:
        """Move starts to when their calls can have arrived at the latest, so that the next ones keep their distance.

        Those of calls that weren't made are taken back.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        chats = list(dict.fromkeys(call.chat for call in calls if call.chat))
        args: list[str | int] = [int(lane is Lane.BROADCAST)]
        for call in calls:
            arrived_ms = 0 if call.late_s is None else call.slot.stamp_ms + round(call.late_s * 1000)
            args += [chats.index(call.chat) + 1 if call.chat else 0, call.cost, call.slot.stamp_ms, arrived_ms]
        keys = [_bot_key(bot, "pace"), *(_chat_key(bot, "c", chat) for chat in chats)]
        await self._late(self._redis, keys, args)

    def taken(self, bot: Bot, slot: Slot) -> None:
        """Telegram took a call that was started then."""
        self._taken_ms[bot.telegram_id] = max(slot.stamp_ms, self._taken_ms.get(bot.telegram_id, 0))

    async def penalise(
        self,
        bot: Bot,
        chat: str,
        seconds: float,
        *,
        start_ms: int = 0,
        is_group: bool = False,
        cost: int = 1,
        is_probe: bool = False,
    ) -> Penalties:
        """Note a 429, learn from it, and say whom it holds.

        Args:
            start_ms: The start of the refused call on Redis's clock; 0 for now.
            is_probe: Whether it was to end a doubt.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        keys = [_bot_key(bot, "pace"), _bot_key(bot, "hold"), _chat_key(bot, "h", chat), _chat_key(bot, "c", chat)]
        keys.append(_bot_key(bot, "doubt"))
        args: list[str | int] = [round(seconds * 1000), chat, int(is_group), start_ms]
        args += [self._taken_ms.get(bot.telegram_id, 0), cost, WIDEN_CHATS, round(WIDEN_WITHIN_S * 1000)]
        args += [*_limits(bot), int(is_probe), self._jitter_ms]
        is_bot, ends_ms = await self._penalise(self._redis, keys, args)
        ends = self._local(ends_ms)
        return Penalties(ends if is_bot else 0.0, {chat: ends})

    async def trust(self, bot: Bot) -> None:
        """End a doubt: a call was taken that was started in it.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        await self._redis.execute_command("DEL", _bot_key(bot, "doubt"))

    async def penalties(self, bot: Bot, chats: Sequence[str]) -> Penalties:
        """What holds the bot and these chats now.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        keys = [_bot_key(bot, "hold"), _bot_key(bot, "doubt"), *(_chat_key(bot, "h", chat) for chat in chats)]
        whole, doubt, *each = await self._redis.execute_command("MGET", *keys)
        return Penalties(
            self._local(whole),
            {chat: self._local(ends) for chat, ends in zip(chats, each, strict=True) if ends},
            self._local(doubt),
        )

    def _heard(self, now_ms: int) -> float:
        now = asyncio.get_running_loop().time()
        self._behind = now_ms / 1000 - now
        return now

    def _local(self, ends_ms: Any) -> float:
        return int(ends_ms) / 1000 - self._behind if ends_ms else 0.0


def _limits(bot: Bot) -> list[int]:
    """Messages of the bot in a second, milliseconds and burst of a chat, messages of a group in a minute."""
    limits = bot.limits
    return [limits.bot_per_second, round(1000 / limits.chat_per_second), limits.chat_burst, limits.group_per_minute]


def _kind(chat: str, *, is_group: bool) -> int:
    return int(is_group) if chat else 2


def _bot_key(bot: Bot, what: str) -> str:
    return f"{KEY_VERSION}:{{{bot.telegram_id}}}:{what}"


def _chat_key(bot: Bot, what: str, chat: str) -> str:
    return f"{KEY_VERSION}:{{{bot.telegram_id}}}:{what}:{chat}"
