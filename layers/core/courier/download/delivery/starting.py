"""When an upload may start: the sender's own reservation, so that both keep one pace.

Telegram counts a file's message when it has the whole request. So a file's last bytes are held back, and wait for the
start; until then the upload spends nothing of the bot's rate.
"""

import asyncio
import math
from dataclasses import dataclass

from courier.errors import RateLimitedError, StateUnavailableError, TryLaterError
from courier.pacing.pace import Pacer
from courier.pacing.places import chat_key, is_group
from courier.pacing.slots import Ask, Late, Slot, Wait
from courier.queues.names import Lane
from courier.state.bot import Bot
from courier.telemetry import log

#: Seconds that the last bytes may wait: Bot API servers close a connection that is idle for a minute.
GATE_S = 30.0
#: Seconds that the rest of a call takes once it has its start, as the pace wants to know for what follows it.
CALL_S = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """The chat of a call.

    Attributes:
        chat: As keys name it.
    """

    chat: str
    is_group: bool

    @classmethod
    def of(cls, chat_id: int | str) -> "Place":
        """As the sender sees it."""
        return cls(chat_key(chat_id), is_group(chat_id))


@dataclass(frozen=True, slots=True)
class Starting:
    """Starts of single calls."""

    pacer: Pacer

    async def look(self, bot: Bot, place: Place) -> None:
        """See, before a file sets out, that a start could be had within the time that its last bytes may wait.

        Raises:
            TryLaterError: if none could.
            StateUnavailableError: if Redis can't be asked.
        """
        slot = await self._reserve(bot, place, 0)
        left_s = slot.at - asyncio.get_running_loop().time()
        await self._give_back(bot, place, slot)
        if left_s > GATE_S:
            raise _later(left_s)

    async def wait(self, bot: Bot, place: Place) -> Slot:
        """Wait until the call may start.

        Raises:
            TryLaterError: if that is later than the last bytes may wait.
            StateUnavailableError: if Redis can't be asked.
        """
        clock = asyncio.get_running_loop().time
        until, missed_ms = clock() + GATE_S, 0
        while True:
            slot = await self._reserve(bot, place, missed_ms)
            if slot.at > until:
                await self._give_back(bot, place, slot)
                raise _later(slot.at - clock())
            await asyncio.sleep(max(0.0, slot.at - clock()))
            if slot.is_start and not await self._held_s(bot, place) and clock() - slot.at <= self.pacer.late_s:
                return slot
            missed_ms = slot.stamp_ms if slot.is_start else 0

    async def taken(self, bot: Bot, slot: Slot) -> None:
        """Telegram took the call."""
        self.pacer.taken(bot, slot)
        if slot.wait is Wait.PROBE:
            try:
                await self.pacer.trust(bot)
            except StateUnavailableError as error:
                log().warning("a doubt passes by itself", reason=str(error))

    async def refused(self, bot: Bot, place: Place, slot: Slot | None, error: RateLimitedError) -> bool:
        """Note a 429.

        Returns:
            Whether it holds the whole bot.
        """
        try:
            found = await self.pacer.penalise(
                bot,
                place.chat,
                error.retry_after_s,
                start_ms=slot.stamp_ms if slot else 0,
                is_group=place.is_group,
                is_probe=slot is not None and slot.wait is Wait.PROBE,
            )
        except StateUnavailableError as unavailable:
            log().warning("a penalty is known to nobody", reason=str(unavailable))
            return False
        return found.bot > 0

    async def _reserve(self, bot: Bot, place: Place, missed_ms: int) -> Slot:
        ask = Ask(place.chat, place.is_group, chain=1, missed_ms=missed_ms)
        (slot,) = await self.pacer.reserve(bot, Lane.REGULAR, [ask], CALL_S)
        return slot

    async def _held_s(self, bot: Bot, place: Place) -> float:
        found = await self.pacer.penalties(bot, [place.chat])
        return max(0.0, max(found.bot, found.chats.get(place.chat, 0.0)) - asyncio.get_running_loop().time())

    async def _give_back(self, bot: Bot, place: Place, slot: Slot) -> None:
        if slot.is_start:
            await self.pacer.correct(bot, Lane.REGULAR, [Late(place.chat, slot, None)])


def _later(seconds: float) -> TryLaterError:
    return TryLaterError("the chat's or the bot's limits leave no room", after_s=max(1, math.ceil(seconds)))
