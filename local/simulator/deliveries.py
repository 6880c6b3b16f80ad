"""Webhooks are called: updates in their order for each chat, chats side by side, and again until they are taken."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import aiohttp

from local.simulator.bots import Bot, Webhook
from local.simulator.clock import Clock
from local.simulator.config import Settings
from local.simulator.journal import Journal, Record
from local.simulator.outbox import LastError, Outbox, Pending, is_allowed

#: The Bot API server's: the longest pause between two attempts lies between this many seconds and twice as many.
_LONGEST_PAUSE_S = 60
#: The Bot API server's: the longest that a `Retry-After` is heeded, in seconds.
_LONGEST_RETRY_AFTER_S = 3600
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name


@dataclass(slots=True)
class Delivery(Record):
    """One attempt. `method` is the update's kind; `status` is None where no answer came."""

    update_id: int
    attempt: int
    status: int | None
    #: Seconds until the answer.
    took: float


class KnowsSettings(Protocol):
    """The simulator, as far as deliveries are concerned."""

    clock: Clock
    settings: Settings


class Deliveries:
    """All bots' updates and what brings them to their webhooks."""

    def __init__(self, world: KnowsSettings, history: int) -> None:
        self._world = world
        self._outboxes: dict[int, Outbox] = {}
        self._session: aiohttp.ClientSession | None = None
        self.journal = Journal[Delivery](history)

    def outbox(self, bot_id: int) -> Outbox:
        if bot_id not in self._outboxes:
            self._outboxes[bot_id] = Outbox.opened(self._world.clock())
        return self._outboxes[bot_id]

    def add(self, bot: Bot, kind: str, content: Any, chat_id: int | None) -> int | None:
        """Something happened; the update's id, or None if the bot doesn't want to know."""
        if not is_allowed(kind, bot.webhook.allowed_updates if bot.webhook else []):
            return None
        pending = self.outbox(bot.id).add(kind, content, chat_id, self._world.clock())
        self._wake(bot)
        return pending.update_id

    def turned(self, bot: Bot, *, drop: bool) -> None:
        """The bot's webhook is another one, or gone."""
        outbox = self.outbox(bot.id)
        if drop:
            outbox.drop()
        outbox.last_error = None
        outbox.slots = asyncio.Semaphore(bot.webhook.max_connections if bot.webhook else 1)
        outbox.changed.set()
        outbox.changed = asyncio.Event()
        self._wake(bot)

    def clear(self) -> None:
        """Nobody waits for anything. Update ids go on, since who got them may still know them."""
        for outbox in self._outboxes.values():
            for task in outbox.tasks.values():
                task.cancel()
            outbox.tasks.clear()
            outbox.drop()
            outbox.last_error = None
        self.journal.clear()

    async def close(self) -> None:
        """End what is under way."""
        tasks = [task for outbox in self._outboxes.values() for task in outbox.tasks.values()]
        self.clear()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _wake(self, bot: Bot) -> None:
        outbox = self.outbox(bot.id)
        if bot.webhook is None:
            return
        for chat_id in outbox.chats.keys() - outbox.tasks.keys():
            outbox.tasks[chat_id] = asyncio.create_task(self._drain(bot, outbox, chat_id))

    async def _drain(self, bot: Bot, outbox: Outbox, chat_id: int) -> None:
        """Deliver a chat's updates while there are any and somebody takes them."""
        while bot.webhook and (queue := outbox.chats.get(chat_id)):
            pending = queue[0]
            changed, slots = outbox.changed, outbox.slots
            if self._world.clock() - pending.born >= self._world.settings.webhooks.keep_s:
                outbox.remove(pending)
                continue
            async with slots:
                status, retry_after = await self._attempt(bot, bot.webhook, outbox, pending)
            if status is not None and status // 100 == HTTPStatus.OK // 100:
                outbox.remove(pending)
                continue
            await self._pause(pending, retry_after, changed)
        outbox.tasks.pop(chat_id, None)

    async def _attempt(self, bot: Bot, webhook: Webhook, outbox: Outbox, pending: Pending) -> tuple[int | None, int]:
        """The answer's status, and the seconds for which it asks to be left alone."""
        began = self._world.clock()
        pending.attempts += 1
        status, retry_after, problem = None, 0, "Connection failed"
        try:
            async with self._http().post(webhook.url, data=pending.data, headers=_headers(webhook)) as response:
                status, retry_after = response.status, _retry_after(response.headers)
                problem = f"Wrong response from the webhook: {status} {response.reason}"
        except TimeoutError:
            problem = "Read timeout expired"
        except (aiohttp.ClientError, OSError) as error:
            problem = f"Connection failed: {type(error).__name__}"
        now = self._world.clock()
        record = (now, bot.id, pending.chat_id, pending.kind, pending.update_id, pending.attempts, status, now - began)
        self.journal.append(Delivery(*record))
        if status is None or status // 100 != HTTPStatus.OK // 100:
            outbox.last_error = LastError(int(now), problem)
        return status, retry_after

    async def _pause(self, pending: Pending, retry_after: int, changed: asyncio.Event) -> None:
        """At once after the first failure, then longer and longer; not for so long if the webhook changes."""
        seconds = float(retry_after)
        if not retry_after and pending.attempts > 1:
            # Nobody's secret: Telegram spreads its attempts.
            longest = random.uniform(_LONGEST_PAUSE_S, 2 * _LONGEST_PAUSE_S)  # noqa: S311
            pending.pause_s = seconds = min(longest, 2 * pending.pause_s)
        try:
            async with asyncio.timeout(seconds * self._world.settings.webhooks.pause_scale):
                await changed.wait()
        except TimeoutError:
            return

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._world.settings.webhooks.timeout_s)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        return self._session


def _headers(webhook: Webhook) -> dict[str, str]:
    secret = {_SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    return {"Content-Type": "application/json", **secret}


def _retry_after(headers: Mapping[str, str]) -> int:
    text = headers.get("Retry-After", "")
    return min(int(text), _LONGEST_RETRY_AFTER_S) if text.isascii() and text.isdigit() else 0
