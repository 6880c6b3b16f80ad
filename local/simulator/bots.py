"""Bots and their tokens: known from their first call on, and revoked on request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from local.simulator.counters import Counters
from local.simulator.errors import ApiError

_TOKEN = re.compile(r"(\d{1,19}):\S+")


@dataclass(slots=True)
class Webhook:
    """What `setWebhook` stored."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    allowed_updates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bot:
    id: int
    counters: Counters = field(default_factory=Counters)
    webhook: Webhook | None = None


class Bots:
    """Two tokens with the same digits are the same bot."""

    def __init__(self) -> None:
        self._bots: dict[int, Bot] = {}
        self._revoked_bots: set[int] = set()
        self._revoked_tokens: set[str] = set()

    def __iter__(self) -> Iterator[Bot]:
        return iter(list(self._bots.values()))

    def authorise(self, token: str) -> Bot:
        """The bot of a token.

        Raises:
            ApiError: 404 for what is no token, 401 for a revoked one.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise ApiError(404, "Not Found")
        bot = self.get(int(match[1]))
        if bot.id in self._revoked_bots or token in self._revoked_tokens:
            bot.counters.failed(401)
            raise ApiError(401, "Unauthorized")
        return bot

    def get(self, bot_id: int) -> Bot:
        bot = self._bots.get(bot_id)
        if bot is None:
            bot = self._bots[bot_id] = Bot(bot_id)
        return bot

    def find(self, bot_id: int) -> Bot | None:
        """A bot that has called before."""
        return self._bots.get(bot_id)

    def revoke(self, bot_id: int, token: str | None = None) -> None:
        """Refuse one token, or, without it, all that the bot has or gets."""
        if token is None:
            self._revoked_bots.add(bot_id)
        else:
            self._revoked_tokens.add(token)

    def restore(self, bot_id: int) -> None:
        """Take every token of the bot again."""
        self._revoked_bots.discard(bot_id)
        self._revoked_tokens = {token for token in self._revoked_tokens if not token.startswith(f"{bot_id}:")}

    def clear(self) -> None:
        self._bots.clear()
        self._revoked_bots.clear()
        self._revoked_tokens.clear()
