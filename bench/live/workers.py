"""Senders as warm Lambda environments have them: each its own HTTP session and Redis client, nothing shared."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from bench.model.mapping import Handler
from bench.model.workers import Surroundings, worker
from courier.state.redis_client import connect
from courier.telegram.client import BotApi, open_session

#: Calls that a batch makes side by side, each on a connection of its own.
_TOGETHER = 10


@dataclass
class LiveSurroundings(Surroundings):
    """Senders speak to queues from threads, as they do to SQS; the queues' model lives on the event loop."""

    loop: asyncio.AbstractEventLoop = field(kw_only=True)

    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        """See `Surroundings`."""
        return asyncio.run_coroutine_threadsafe(self._hide(url, seconds_by_receipt), self.loop).result()

    def delete(self, url: str, receipts: Any) -> None:
        """See `Surroundings`."""
        asyncio.run_coroutine_threadsafe(self._delete(url, receipts), self.loop).result()

    async def _hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        return super().hide(url, seconds_by_receipt)

    async def _delete(self, url: str, receipts: Any) -> None:
        super().delete(url, receipts)


class Workforce:
    """Makes workers, and closes what each of them opened."""

    def __init__(self, redis_url: str, telegram_url: str) -> None:
        self._redis_url = redis_url
        self._telegram_url = telegram_url
        self._stack = AsyncExitStack()

    async def worker(self, around: Surroundings, *, jitter_s: float = 0.03, is_warm: bool = True) -> Handler:
        """A new worker with connections of its own.

        Args:
            is_warm: Whether its connections are open already, as after an invocation; else its first batch opens them.
        """
        session = open_session()
        self._stack.push_async_callback(session.close)
        redis: Any = cast("Any", connect(self._redis_url))
        self._stack.push_async_callback(redis.aclose)
        if is_warm:
            await redis.execute_command("PING")
            api = BotApi(self._telegram_url, lambda: session)
            await asyncio.gather(*(api.call("1:bench", "getMe", {}) for _ in range(_TOGETHER)))
        return worker(around, redis, BotApi(self._telegram_url, lambda: session), jitter_s=jitter_s)

    @classmethod
    @asynccontextmanager
    async def hired(cls, redis_url: str, telegram_url: str) -> AsyncIterator["Workforce"]:
        """Until the block ends."""
        force = cls(redis_url, telegram_url)
        async with force._stack:
            yield force
