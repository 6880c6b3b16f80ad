"""What is known of each message beside its queue: whether it was sent, how often it was tried, what it duplicates."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import batched
from typing import Literal

from courier.sender.coalesce import Coalescer
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds: a day of idempotency, as the contract says.
LIFE_S = 24 * 3600
#: Seconds for which a message keeps its external id to itself while nothing is decided. Each of its receives renews
#: them; an owner that vanished (purged, or moved away by SQS) stands in its duplicates' way for no longer. Should a
#: duplicate go first while its owner waits for longer than that, the owner is the duplicate then: who claims first
#: owns.
UNDECIDED_S = 900
#: Seconds in which a message whose worker died can't have come back: under the queues' visibility timeout of 30. An
#: attempt that begins sooner says that the one before it was given back by a worker that lives, or that Redis's answer
#: to its beginning was lost.
DIED_AFTER_S = 20
#: Seconds for which a group's new id is remembered; forgotten, it costs one refused call.
MOVE_LIFE_S = 30 * 24 * 3600
#: Seconds for which the note of an answer waits for those of its neighbours: calls that start together are answered
#: within milliseconds of each other, and each note alone is a round trip.
GATHER_S = 0.003

Became = Literal["sent", "failed", "part", "retry", "start", "defer", "raise"]


class Verdict(IntEnum):
    """What a claim found; `claim.lua` numbers the first three."""

    TRY = 0
    DUPLICATE = 1
    DUPLICATE_PENDING = 2
    ENDED = 3


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

    @property
    def has_claims(self) -> bool:
        """Whether there is anything to be claimed: an external id, or a chat that may have moved."""
        return self.external is not None or self.group is not None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a message before its body is read.

    Attributes:
        end: How it ended; None if it hasn't.
        calls: Calls that Telegram was sent for it before.
        parts: How many of its parts were sent before, and what Telegram calls them.
        unfinished: Attempts before this one that nothing was heard of; see `courier.sender.quarantine`.
    """

    end: End | None = None
    calls: int = 0
    parts: Parts = Parts()
    unfinished: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What is known of a message that is about to be tried.

    Attributes:
        end: How it, or the delivered message that it duplicates, ended.
        calls: Calls that Telegram was sent for it before.
        parts: How many of its parts were sent before, and what Telegram calls them.
        moved_to: The new id of its group.
    """

    verdict: Verdict
    end: End | None = None
    calls: int = 0
    parts: Parts = Parts()
    moved_to: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an attempt at a message, as `settle.lua` says."""

    identity: Identity
    became: Became
    value: str = ""


class Marks:
    """Marks in Redis; they live a day."""

    def __init__(self, redis: RunsCommands) -> None:
        self._redis = redis
        self._begin = LuaScript("courier.sender", "begin.lua")
        self._claim = LuaScript("courier.sender", "claim.lua")
        self._settle = LuaScript("courier.sender", "settle.lua")
        self._settling = Coalescer(self._settle_all, GATHER_S)

    async def begin(self, bot_id: int, owners: Sequence[str]) -> list[Known]:
        """Start an attempt at each message of one bot, in one atomic step, by nothing but their SQS ids.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        keys = [Identity(bot_id, owner, None).pair()[0] for owner in owners]
        found = json.loads(await self._begin(self._redis, keys, [LIFE_S * 1000, DIED_AFTER_S * 1000]))
        return [
            Known(End.of(end) if end else None, calls, Parts.of(parts) if parts else Parts(), unfinished)
            for end, calls, parts, unfinished in batched(found, 4, strict=True)
        ]

    async def claim(self, identities: Sequence[Identity], known: Sequence[Known]) -> list[Claim]:
        """Claim the external ids of messages of one bot, in one atomic step; Redis is asked only where there are some.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        found = iter(
            await self._claim_all([one for one, of in zip(identities, known, strict=True) if _may_claim(one, of)])
        )
        return [
            replace(next(found), calls=of.calls, parts=of.parts)
            if _may_claim(identity, of)
            else Claim(Verdict.TRY if of.end is None else Verdict.ENDED, of.end, of.calls, of.parts)
            for identity, of in zip(identities, known, strict=True)
        ]

    async def _claim_all(self, identities: Sequence[Identity]) -> list[Claim]:
        if not identities:
            return []
        keys = [key for identity in identities for key in identity.claimed_keys()]
        owners = (identity.owner for identity in identities)
        found = json.loads(await self._claim(self._redis, keys, [UNDECIDED_S * 1000, *owners]))
        return [
            Claim(Verdict(verdict), End.of(end) if end else None, moved_to=int(moved_to) if moved_to else None)
            for verdict, end, moved_to in batched(found, 3, strict=True)
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
            How it ended; DUPLICATE_PENDING while that is open; TRY if nobody has sent one within a day.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        held = await self._redis.execute_command("GET", _external_key(bot_id, external))
        if held is None:
            return Verdict.TRY
        state, _, rest = held.decode().partition("|")
        return End.of(rest.partition("|")[2]) if state == "s" else Verdict.DUPLICATE_PENDING

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
                args += [settlement.identity.owner, settlement.became, settlement.value]
            await self._settle(self._redis, keys, args)
        return [None] * len(settlements)


def _may_claim(identity: Identity, known: Known) -> bool:
    return known.end is None and identity.has_claims


def _prefix(bot_id: int) -> str:
    return f"{KEY_VERSION}:{{{bot_id}}}"


def _external_key(bot_id: int, external: str) -> str:
    return f"{_prefix(bot_id)}:i:{external}"


def _move_key(bot_id: int, group: str) -> str:
    return f"{_prefix(bot_id)}:to:{group}"
