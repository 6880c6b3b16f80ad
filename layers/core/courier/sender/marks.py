"""What is known of each message beside its queue: whether it was sent, how often it was tried, whose twin it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from courier.sender.coalesce import Coalescer
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds: a day of idempotency, as the contract says.
LIFE_S = 24 * 3600

Became = Literal["sent", "failed", "retry", "hold"]


class Verdict(IntEnum):
    """What a claim found, as `claim.lua` numbers it."""

    TRY = 0
    ENDED = 1
    TWIN_DELIVERED = 2
    TWIN_UNDECIDED = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a message is known.

    Attributes:
        bot_id: Whose message it is.
        owner: Its SQS id.
        external: Its type and external id as one text, or None.
    """

    bot_id: int
    owner: str
    external: str | None

    def pair(self) -> tuple[str, str]:
        """Its mark, and who owns its external id."""
        bot = f"{KEY_VERSION}:{{{self.bot_id}}}"
        mark = f"{bot}:m:{self.owner}"
        return mark, f"{bot}:i:{self.external}" if self.external is not None else mark


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a message that is about to be tried.

    Attributes:
        result: How it, or its delivered twin, ended.
        calls: Calls that Telegram was sent for it before.
        unheard: Claims that nothing was heard of since, this one included.
    """

    verdict: Verdict
    result: str
    calls: int
    unheard: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed message."""

    identity: Identity
    became: Became
    result: str = ""


class Marks:
    """Marks in Redis; they live a day."""

    def __init__(self, redis: RunsCommands) -> None:
        self._redis = redis
        self._claim = LuaScript("courier.sender", "claim.lua")
        self._settle = LuaScript("courier.sender", "settle.lua")
        self._settling = Coalescer(self._settle_all)

    async def claim(self, identities: Sequence[Identity]) -> list[Claim]:
        """Claim the messages of one bot, in one atomic step.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        keys = [key for identity in identities for key in identity.pair()]
        found = await self._claim(self._redis, keys, [LIFE_S * 1000, *(identity.owner for identity in identities)])
        return [
            Claim(Verdict(verdict), result.decode(), calls, unheard)
            for verdict, result, calls, unheard in zip(*(found[n::4] for n in range(4)), strict=True)
        ]

    async def settle(self, settlement: Settlement) -> None:
        """Note what became of a message; those of one moment travel together.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        await self._settling.submit(settlement)

    async def _settle_all(self, settlements: Sequence[Settlement]) -> list[None]:
        by_bot: dict[int, list[Settlement]] = {}
        for settlement in settlements:
            by_bot.setdefault(settlement.identity.bot_id, []).append(settlement)
        for some in by_bot.values():
            keys = [key for settlement in some for key in settlement.identity.pair()]
            args: list[str | int] = [LIFE_S * 1000]
            for settlement in some:
                args += [settlement.identity.owner, settlement.became, settlement.result]
            await self._settle(self._redis, keys, args)
        return [None] * len(settlements)
