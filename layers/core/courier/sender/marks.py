"""What is known of each message beside its queue: whether it was sent, how often it was tried, whose twin it is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from courier.sender.coalesce import Coalescer
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds: a day of idempotency, as the contract says.
LIFE_S = 24 * 3600
#: Seconds for which a message keeps its external id to itself while nothing is decided. Each of its receives renews
#: them; an owner that vanished (purged, or moved away by SQS) stands in its twins' way for no longer. Should a twin go
#: first while its owner waits for longer than that, the owner is the twin then: whoever claims first owns.
UNDECIDED_S = 900
#: Seconds in which a message whose worker died can't have come back: under the queues' visibility timeout of 30. What
#: is claimed again sooner had its answer lost, or was given back by a worker that lives.
DIED_AFTER_S = 20
#: Seconds for which a group's new id is remembered; forgotten, it costs one refused call.
MOVE_LIFE_S = 30 * 24 * 3600
#: Seconds for which the note of an answer waits for those of its neighbours: calls that start together are answered
#: within milliseconds of each other, and each note alone is a round trip.
GATHER_S = 0.003

Became = Literal["sent", "failed", "part", "retry", "hold", "back", "try"]


class Verdict(IntEnum):
    """What a claim found, as `claim.lua` numbers it."""

    TRY = 0
    ENDED = 1
    TWIN_DELIVERED = 2
    TWIN_UNDECIDED = 3


@dataclass(frozen=True, slots=True)
class End:
    """How a message ended.

    Attributes:
        is_sent: False where it failed, expired, or another did its work.
        ids: What Telegram calls the messages that it made.
    """

    is_sent: bool
    ids: tuple[int, ...] = ()

    def text(self) -> str:
        """As marks hold it."""
        return json.dumps({"sent": self.is_sent, "ids": self.ids}, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "End":
        """From a mark."""
        held = json.loads(text)
        return cls(held["sent"], tuple(held["ids"]))


@dataclass(frozen=True, slots=True)
class Parts:
    """What is done of a message that is sent in several calls.

    Attributes:
        count: Calls that were answered.
        ids: What Telegram calls the messages that they made.
    """

    count: int = 0
    ids: tuple[int, ...] = ()

    def text(self) -> str:
        """As marks hold it."""
        return json.dumps([self.count, self.ids], separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "Parts":
        """From a mark."""
        count, ids = json.loads(text)
        return cls(count, tuple(ids))


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a message is known.

    Attributes:
        bot_id: Whose message it is.
        owner: Its SQS id.
        external: Its type and external id as one text, or None.
        group: The group that it is for, or None: groups' ids change.
    """

    bot_id: int
    owner: str
    external: str | None
    group: str | None = None

    def pair(self) -> tuple[str, str]:
        """Its mark, and who owns its external id."""
        mark = f"{_prefix(self.bot_id)}:m:{self.owner}"
        return mark, _external_key(self.bot_id, self.external) if self.external is not None else mark

    def claimed_keys(self) -> tuple[str, str, str]:
        """The same, and where its group has moved to."""
        mark, external = self.pair()
        return mark, external, mark if self.group is None else _move_key(self.bot_id, self.group)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a message that is about to be tried.

    Attributes:
        end: How it, or its delivered twin, ended.
        calls: Calls that Telegram was sent for it before.
        parts: How many of its parts were sent before, and what Telegram calls them.
        unheard: Claims that nothing was heard of since, this one included.
        moved_to: The new id of its group.
    """

    verdict: Verdict
    end: End | None
    calls: int
    parts: Parts
    unheard: int
    moved_to: int | None


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
        self._settling = Coalescer(self._settle_all, GATHER_S)

    async def claim(self, identities: Sequence[Identity]) -> list[Claim]:
        """Claim the messages of one bot, in one atomic step.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        keys = [key for identity in identities for key in identity.claimed_keys()]
        times = [LIFE_S * 1000, UNDECIDED_S * 1000, DIED_AFTER_S * 1000]
        owners = (identity.owner for identity in identities)
        found = json.loads(await self._claim(self._redis, keys, [*times, *owners]))
        return [
            Claim(
                Verdict(verdict),
                End.of(end) if end else None,
                calls,
                Parts.of(parts) if parts else Parts(),
                unheard,
                int(moved_to) if moved_to else None,
            )
            for verdict, end, calls, parts, unheard, moved_to in zip(*(found[n::6] for n in range(6)), strict=True)
        ]

    async def settle(self, settlement: Settlement) -> None:
        """Note what became of a message; those of one moment travel together.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        await self._settling.submit(settlement)

    async def sent_as(self, bot_id: int, external: str) -> End | Verdict:
        """What became of the message with an external id.

        Returns:
            How it ended; TWIN_UNDECIDED while that is open; TRY if nobody has sent one within a day.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        held = await self._redis.execute_command("GET", _external_key(bot_id, external))
        if held is None:
            return Verdict.TRY
        state, _, rest = held.decode().partition("|")
        return End.of(rest.partition("|")[2]) if state == "s" else Verdict.TWIN_UNDECIDED

    async def moved(self, bot_id: int, group: str, new_chat_id: int) -> None:
        """Remember a group's new id.

        Raises:
            StateUnavailableError: if Redis can't be told.
        """
        await self._redis.execute_command("SET", _move_key(bot_id, group), new_chat_id, "EX", MOVE_LIFE_S)

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


def _prefix(bot_id: int) -> str:
    return f"{KEY_VERSION}:{{{bot_id}}}"


def _external_key(bot_id: int, external: str) -> str:
    return f"{_prefix(bot_id)}:i:{external}"


def _move_key(bot_id: int, group: str) -> str:
    return f"{_prefix(bot_id)}:to:{group}"
