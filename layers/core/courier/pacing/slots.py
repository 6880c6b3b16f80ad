"""Starts that are asked for and given, and penalties: the words of the pace."""

from dataclasses import dataclass
from enum import IntEnum


class Wait(IntEnum):
    """What a message waits for, as `reserve.lua` numbers it."""

    NOTHING = 0
    CHAT = 1
    RATE = 2
    CHAT_PENALTY = 3
    BOT_PENALTY = 4
    DOUBT = 5
    PROBE = 6


@dataclass(frozen=True, slots=True)
class Ask:
    """A start that is asked for.

    Attributes:
        chat: A number or `@name` as text; empty for a call that is under no chat's limits.
        chain: Number of the message group within the batch; its messages start one after another.
        cost: Messages that the call counts as; 0 spends nothing, but waits for the bot's penalty.
        missed_ms: The start that it was given before and didn't keep, on Redis's clock; 0 for none.
    """

    chat: str
    is_group: bool
    chain: int
    cost: int = 1
    missed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """The answer to an ask.

    Attributes:
        wait: NOTHING if the start is reserved; PROBE if it is, and others wait for what comes of it.
        at: The start, or when asking again makes sense, on the event loop's clock in seconds.
        stamp_ms: The same on Redis's clock, by which the start is found there.
    """

    wait: Wait
    at: float
    stamp_ms: int

    @property
    def is_start(self) -> bool:
        """Whether a start is reserved."""
        return self.wait in (Wait.NOTHING, Wait.PROBE)


@dataclass(frozen=True, slots=True)
class Late:
    """A call that arrived later than its start was reserved for, by at most so many seconds; None if it wasn't made."""

    chat: str
    slot: Slot
    late_s: float | None
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Penalties:
    """Which scopes may not be called, with the ends on the event loop's clock in seconds.

    Attributes:
        doubt: Until when it is in doubt whether the bot may be called.
    """

    bot: float
    chats: dict[str, float]
    doubt: float = 0.0
