"""Quotas: how many meaningful events a user, and a chat, may cause in a window. A loss of Redis begins windows anew."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from courier.access.standing import Standing
from courier.contracts.control import OwnQuotas
from courier.state.redis_client import KEY_VERSION, LuaScript, RunsCommands

#: Seconds for which a token is known: a processed update's row lives as long, and later nothing comes twice.
TOKEN_LIFE_S = 25 * 3600


@dataclass(frozen=True, slots=True)
class Figures:
    """The quotas that hold for somebody.

    Attributes:
        per_user: Events in a window.
        per_chat: The same of their chat, whoever causes them; None where they don't count for it.
        window_s: Seconds that a window lasts. One that runs ends as it began.
    """

    per_user: int
    per_chat: int | None
    window_s: int


@dataclass(frozen=True, slots=True)
class QuotaFigures:
    """A bot's quotas, for everybody: the stack's, with what the bot has of its own over them."""

    per_user: int = 50
    per_chat: int = 500
    blessed: int = 500
    admin: int = 5000
    window_s: int = 86_400

    def under(self, own: OwnQuotas | None) -> "QuotaFigures":
        """These, but for those that the bot has of its own.

        >>> QuotaFigures().under(OwnQuotas(per_user=5)).per_user
        5
        """
        return replace(self, **own.model_dump(exclude_none=True)) if own else self


@dataclass(frozen=True, slots=True)
class Quota:
    """How it stands with somebody's quota.

    Attributes:
        is_allowed: Whether the event was counted, or would be; a refused one costs nothing.
        used: Events of the window, one that was just counted included.
        resets_in_s: Seconds until the window ends, rounded up; 0 if none runs.
        scope: Whose the figures are, `user` or `chat`: of the one that refuses (of two, for longer), else of the one
            that has the least left.
    """

    is_allowed: bool
    used: int
    limit: int
    resets_in_s: int
    scope: str


def figures_of(standing: Standing, quotas: QuotaFigures) -> Figures:
    """The quotas of somebody with a standing.

    Admins and blessed users have figures of their own, and neither use up what their chat may nor are held by it.
    """
    match standing:
        case Standing.ADMIN:
            return Figures(quotas.admin, None, quotas.window_s)
        case Standing.BLESSED:
            return Figures(quotas.blessed, None, quotas.window_s)
        case _:
            return Figures(quotas.per_user, quotas.per_chat, quotas.window_s)


class Quotas:
    """Quotas in Redis: two counters for each who uses a bot, which die with their windows."""

    def __init__(self, redis: RunsCommands) -> None:
        self._redis = redis
        self._quota = LuaScript("courier.access", "quota.lua")

    async def spend(self, bot_id: int, user_id: int, chat_id: int, figures: Figures, token: str) -> Quota:
        """Count an event, unless the quota is used up, in one atomic step.

        Args:
            token: The event's name: within 25 hours it counts once, and is answered as it was the first time.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        mark = f"{_prefix(bot_id)}:t:{token}"
        return await self._ask(bot_id, (user_id, chat_id), figures, mark)

    async def left(self, bot_id: int, user_id: int, chat_id: int, figures: Figures) -> Quota:
        """How it stands, with nothing counted.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        return await self._ask(bot_id, (user_id, chat_id), figures, None)

    async def _ask(self, bot_id: int, whom: tuple[int, int], figures: Figures, mark: str | None) -> Quota:
        user_id, chat_id = whom
        counters, limits = [f"{_prefix(bot_id)}:u:{user_id}"], [figures.per_user]
        # A private chat is its user.
        if figures.per_chat is not None and chat_id != user_id:
            counters.append(f"{_prefix(bot_id)}:c:{chat_id}")
            limits.append(figures.per_chat)
        times = [0 if mark is None else TOKEN_LIFE_S * 1000, figures.window_s * 1000]
        return _quota(json.loads(await self._quota(self._redis, [mark or counters[0], *counters], [*times, *limits])))


def _prefix(bot_id: int) -> str:
    return f"{KEY_VERSION}:{{{bot_id}}}:q"


def _quota(told: Sequence[int]) -> Quota:
    is_allowed, place, used, limit, left_ms = told
    return Quota(is_allowed == 1, used, limit, -(-left_ms // 1000), "user" if place == 1 else "chat")
