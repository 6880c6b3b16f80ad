"""When each call of a batch starts: one reservation for all of them, and penalties known at once.

A reservation is kept to a few milliseconds: who comes too late asks again, since a late start would fall into another
window than the one that was reserved. While messages wait, penalties that other workers noted are looked up every few
milliseconds; a call is never started on knowledge older than that.
"""

import asyncio
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from courier.errors import StateUnavailableError
from courier.pacing.pace import Pacer
from courier.pacing.slots import Ask, Late, Penalties, Slot, Wait
from courier.queues.names import Lane
from courier.sender.call_times import CallTimes
from courier.sender.coalesce import Coalescer
from courier.sender.hold import Hold
from courier.sender.legs import Leg
from courier.state.bots import Bot
from courier.telemetry import log

#: Seconds for which penalties are believed before a start: they must be known to all workers within 50 ms.
PENALTIES_FRESH_S = 0.04
#: Seconds that a batch of the broadcast lane waits for room before it gives its messages back.
BROADCAST_WAIT_S = 3.0
#: Seconds that a batch waits for the end of a doubt.
DOUBT_WAIT_S = 3.0

_REASONS = {
    Wait.CHAT: "the chat's limit",
    Wait.RATE: "the bot's rate",
    Wait.CHAT_PENALTY: "the chat's penalty",
    Wait.BOT_PENALTY: "the bot's penalty",
    Wait.DOUBT: "a doubt whether the bot is held",
}


class Starts:
    """The starts of one batch of one bot and lane.

    Args:
        times: How long calls take.
        deadline: Until when a call may start, on the event loop's clock in seconds.
    """

    def __init__(self, pacer: Pacer, bot: Bot, lane: Lane, *, times: CallTimes, deadline: float) -> None:
        self._pacer = pacer
        self._bot = bot
        self._lane = lane
        self._times = times
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._slots: dict[str, Slot] = {}
        #: Starts that are reserved and not made yet, by chain.
        self._unmade: defaultdict[int, dict[str, Late]] = defaultdict(dict)
        #: Starts that were made, as they were reserved: one that was moved to its latest arrival would contradict
        #: refusals of calls that were started after it.
        self._made: dict[str, Slot] = {}
        self._chats: list[str] = []
        self._penalties = Penalties(0.0, {})
        self._looked_at = 0.0
        self._asking = Coalescer(self._ask)
        #: Reservations asked for, and seconds slept until starts, all chains together.
        self.reservations, self.slept_s = 0, 0.0
        self._looking = Coalescer(self._look)
        self._correcting = Coalescer(self._correct)

    async def reserve(self, legs: Sequence[Leg]) -> None:
        """Ask for all of these at once.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        self._chats = list(dict.fromkeys(leg.call.chat for leg in legs))
        slots = await self._ask([_ask_for(leg) for leg in legs]) if legs else []
        for leg, slot in zip(legs, slots, strict=True):
            self._keep(leg, slot)
        self._looked_at = self._loop.time()

    async def wait(self, leg: Leg) -> Hold | None:
        """Wait until a call may start.

        Returns:
            None when that is now; else for how long it must go back to its queue.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        slot = self._slots.get(leg.key)
        if slot is None:
            slot = await self._asking.submit(_ask_for(leg))
            self._keep(leg, slot)
            self._chats.append(leg.call.chat)
        while True:
            hold = self._too_long(slot)
            if hold is not None:
                return hold
            nap = max(0.0, slot.at - self._loop.time())
            self.slept_s += nap
            await asyncio.sleep(nap)
            if slot.is_start and self._loop.time() - slot.at <= self._pacer.late_s:
                held_until = await self._held_until(leg)
                if held_until > self._loop.time():
                    return self._hold(held_until, "a penalty that came meanwhile")
                if slot.wait is Wait.PROBE or not leg.call.cost or self._penalties.doubt <= self._loop.time():
                    self._unmade[leg.chain].pop(leg.key, None)
                    self._made[leg.key] = slot
                    return None
            slot = await self._asking.submit(_ask_for(leg, missed=slot))
            self._keep(leg, slot)

    async def abandon(self, chain: int) -> None:
        """Give back what is reserved for a chain that goes no further in this batch."""
        left = self._unmade.pop(chain, {}).values()
        await asyncio.gather(*(self._correct_start(late) for late in left))

    def _keep(self, leg: Leg, slot: Slot) -> None:
        self._slots[leg.key] = slot
        if slot.is_start and leg.call.cost:
            self._unmade[leg.chain][leg.key] = Late(leg.call.chat, slot, None, leg.call.cost)
        else:
            self._unmade[leg.chain].pop(leg.key, None)

    @asynccontextmanager
    async def calling(self, leg: Leg) -> AsyncIterator[None]:
        """Around a call: if it may have arrived late, the window is told so.

        All that it took beyond the quickest call known when it began may have been its way out.
        """
        slot, began, quickest_s = self._slots[leg.key], self._loop.time(), self._times.quickest_s
        try:
            yield
        finally:
            took_s = self._loop.time() - began
            self._times.learn(took_s)
            await self._account_for(leg, slot, began - slot.at + max(0.0, took_s - quickest_s))

    async def _account_for(self, leg: Leg, slot: Slot, late_s: float) -> None:
        if not leg.call.cost or late_s <= self._pacer.late_s:
            return
        if await self._correct_start(Late(leg.call.chat, slot, late_s, leg.call.cost)):
            self._slots[leg.key] = replace(slot, stamp_ms=slot.stamp_ms + round(late_s * 1000))

    async def _correct_start(self, late: Late) -> bool:
        try:
            await self._correcting.submit(late)
        except StateUnavailableError as error:
            log().warning("a start isn't corrected", reason=str(error))
            return False
        return True

    def forget(self, leg: Leg) -> None:
        """Its chat has another id, so its reservation is worth nothing."""
        self._slots.pop(leg.key, None)
        self._unmade[leg.chain].pop(leg.key, None)

    async def taken(self, leg: Leg) -> None:
        """Telegram took a call."""
        if not leg.call.cost:
            # What is under no limit says nothing of limits.
            return
        slot = self._made[leg.key]
        self._pacer.taken(self._bot, slot)
        if slot.wait is Wait.PROBE:
            self._penalties = replace(self._penalties, doubt=0.0)
            try:
                await self._pacer.trust(self._bot)
            except StateUnavailableError as error:
                log().warning("a doubt passes by itself", reason=str(error))

    async def penalise(self, leg: Leg, seconds: float) -> bool:
        """Note a 429 that a call met; known here at once, and to other workers when Redis has it.

        Returns:
            Whether it holds the whole bot.
        """
        call, slot = leg.call, self._slots[leg.key]
        self._learn(Penalties(0.0, {call.chat: self._loop.time() + seconds}))
        try:
            found = await self._pacer.penalise(
                self._bot,
                call.chat,
                seconds,
                start_ms=slot.stamp_ms,
                is_group=call.is_group,
                cost=call.cost,
                is_probe=slot.wait is Wait.PROBE,
            )
        except StateUnavailableError as error:
            log().warning("a penalty is known to this worker alone", reason=str(error))
            return False
        self._learn(found)
        return found.bot > 0

    def _too_long(self, slot: Slot) -> Hold | None:
        """A hold for what isn't worth sleeping for in here."""
        if slot.at > self._deadline:
            return self._hold(slot.at, "the end of this invocation")
        if slot.is_start:
            return None
        patience = self._began + BROADCAST_WAIT_S if self._lane is Lane.BROADCAST else self._began
        if slot.wait is Wait.RATE and slot.at <= patience:
            return None
        if slot.wait is Wait.DOUBT and slot.at <= self._began + DOUBT_WAIT_S:
            return None
        return self._hold(slot.at, _REASONS[slot.wait])

    def _hold(self, until: float, reason: str) -> Hold:
        return Hold(max(1, math.ceil(until - self._loop.time())), reason)

    async def _ask(self, asks: Sequence[Ask]) -> list[Slot]:
        self.reservations += 1
        slots = await self._pacer.reserve(self._bot, self._lane, asks, self._times.expected_s)
        # A reservation knows of a doubt itself: it is the latest news.
        in_doubt = any(slot.wait in (Wait.PROBE, Wait.DOUBT) for slot in slots)
        self._penalties = replace(self._penalties, doubt=self._loop.time() + PENALTIES_FRESH_S if in_doubt else 0.0)
        return slots

    async def _correct(self, calls: Sequence[Late]) -> list[None]:
        await self._pacer.correct(self._bot, self._lane, calls)
        return [None] * len(calls)

    async def _held_until(self, leg: Leg) -> float:
        if self._loop.time() - self._looked_at > PENALTIES_FRESH_S:
            await self._looking.submit(None)
        return max(self._penalties.bot, self._penalties.chats.get(leg.call.chat, 0.0))

    async def _look(self, lookers: Sequence[None]) -> list[None]:
        looked_at = self._loop.time()
        found = await self._pacer.penalties(self._bot, self._chats)
        self._learn(found)
        self._penalties = replace(self._penalties, doubt=found.doubt)
        self._looked_at = looked_at
        return list(lookers)

    def _learn(self, found: Penalties) -> None:
        """Penalties only grow: what a worker heard of itself may not have reached Redis."""
        chats = dict(self._penalties.chats)
        for chat, until in found.chats.items():
            chats[chat] = max(until, chats.get(chat, 0.0))
        self._penalties = Penalties(max(found.bot, self._penalties.bot), chats, self._penalties.doubt)


def _ask_for(leg: Leg, missed: Slot | None = None) -> Ask:
    missed_ms = missed.stamp_ms if missed is not None and missed.is_start else 0
    return Ask(leg.call.chat, leg.call.is_group, leg.chain, leg.call.cost, missed_ms)
