"""The real scripts on a real Valkey, under a clock that the tests move: exact to the millisecond, without waiting."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest
from redis.asyncio import Redis

from courier.contracts.control import Limits
from courier.pacing.pace import Pacer, pace_script
from courier.pacing.slots import Ask, Late, Slot, Wait
from courier.queues.names import Lane
from courier.state.bots import Bot
from tests.support.bots import active_bot

if TYPE_CHECKING:
    from courier.state.redis_client import RunsCommands

SCRIPTS = {script.sha: script.source for script in map(pace_script, ("reserve", "late", "penalise"))}
_TIME, _CLOCK = "redis.call('TIME')", "redis.call('MGET', 'test:s', 'test:us')"
#: 2027; scripts must bear milliseconds since 1970.
EPOCH_MS = 1_800_000_000_000
#: Milliseconds by which an arrival may be late.
JITTER_MS = 30
SECOND_MS, MINUTE_MS = 1_000 + JITTER_MS, 60_000 + JITTER_MS


class Lab:
    """A Pacer whose Redis has the test's clock.

    Attributes:
        now_ms: What the scripts take for the present.
        starts: All that was reserved, in the order of the asks.
    """

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._run = cast("RunsCommands", redis)
        self.now_ms = EPOCH_MS
        self.starts: list[tuple[Ask, Lane, int]] = []
        self.pacer = Pacer(self, JITTER_MS / 1000)

    async def execute_command(self, *args: Any) -> Any:
        """As `RunsCommands`."""
        if args[0] != "EVALSHA":
            return await self._run.execute_command(*args)
        source = SCRIPTS[args[1]]
        await self.redis.mset({"test:s": self.now_ms // 1000, "test:us": self.now_ms % 1000 * 1000})
        answer = await self._run.execute_command("EVAL", source.replace(_TIME, _CLOCK), *args[2:])
        await self.redis.delete("test:s", "test:us")
        return answer

    async def ask(self, *asks: Ask, bot: Bot, lane: Lane = Lane.REGULAR, call_ms: int = 0) -> list[Slot]:
        slots = await self.pacer.reserve(bot, lane, asks, call_ms / 1000)
        self.starts += [
            (ask, lane, slot.stamp_ms) for ask, slot in zip(asks, slots, strict=True) if slot.wait is Wait.NOTHING
        ]
        return slots

    async def penalise(self, bot: Bot, chat: str, seconds: float) -> bool:
        """Whether the whole bot is held now."""
        return (await self.pacer.penalise(bot, chat, seconds)).bot > 0

    async def correct(self, bot: Bot, *calls: Late) -> None:
        await self.pacer.correct(bot, Lane.REGULAR, calls)

    def after_ms(self, slot: Slot) -> int:
        """A slot's moment, from now."""
        return slot.stamp_ms - self.now_ms

    def times(self, lane: Lane | None = None) -> list[int]:
        """When messages start, an album as often as it has items."""
        return sorted(at for ask, of, at in self.starts if lane is None or of is lane for _ in range(ask.cost))

    async def keys(self) -> dict[str, int]:
        """All keys with the milliseconds that they live; -1 is for ever."""
        names = [str(name, "utf-8") for name in await self.redis.keys("*") if isinstance(name, bytes)]
        return {name: await self.redis.pttl(name) for name in names}

    async def size(self, key: str) -> int:
        """Bytes of a key that is there."""
        size = await self.redis.memory_usage(key)
        assert size is not None
        return size


def chats(count: int, first: int = 1) -> list[Ask]:
    """One message to each of so many private chats."""
    return [Ask(f"{chat}", is_group=False, chain=chat) for chat in range(first, first + count)]


def chain(count: int, chat: str = "5", *, is_group: bool = False, number: int = 1, cost: int = 1) -> list[Ask]:
    """Messages of one group to one chat."""
    return [Ask(chat, is_group=is_group, chain=number, cost=cost)] * count


def unbound(bot_per_second: int, **limits: float) -> Bot:
    """A bot that only its own window holds back, unless other limits are named."""
    free: dict[str, float] = {"chat_per_second": 30, "chat_burst": 30, "group_per_minute": 600}
    bot = active_bot()
    return bot.model_copy(update={"limits": Limits.model_validate({"bot_per_second": bot_per_second} | free | limits)})


def waits(slots: Sequence[Slot]) -> list[Wait]:
    return [slot.wait for slot in slots]


def most(times: Sequence[int], window_ms: int) -> int:
    """The most starts that any stretch of so many milliseconds holds."""
    ordered, first, found = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while ordered[first] <= at - window_ms:
            first += 1
        found = max(found, last - first + 1)
    return found


@pytest.fixture
def lab(redis: Redis) -> Lab:
    """See `Lab`."""
    assert sum(source.count(_TIME) for source in SCRIPTS.values()) == len(SCRIPTS), "one function reads the clock"
    return Lab(redis)
