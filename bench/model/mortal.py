"""Workers that die in the middle of what they do, and all that they reach the world by.

A death ends everything at once, as a SIGKILL does: nothing is cleaned up, no call to the outside is made any more, and
a request that had left arrives all the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bench.model.expiring import ExpiringRedis
from bench.model.queue import FifoQueue
from bench.model.telegram import Arrival, ModelTelegram
from bench.model.workers import Surroundings
from courier.errors import TelegramError
from courier.queues.dead_letters import DeadLetter
from courier.queues.sqs import Outbound


@dataclass(frozen=True)
class Outage:
    """A time in which Redis doesn't answer: it refuses, hangs, or does what it is told and nobody hears of it."""

    begin_s: float
    end_s: float
    how: str

    def covers(self, at: float) -> bool:
        return self.begin_s <= at < self.end_s


@dataclass
class Life:
    """One process of a worker."""

    died_at: float | None = None
    steps_left: int | None = None
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    def step(self) -> None:
        """Before and after each thing that is done outside; the dead do nothing."""
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left < 0:
                self.die()
        if self.dead.is_set():
            raise asyncio.CancelledError

    def die(self) -> None:
        if not self.dead.is_set():
            self.died_at = asyncio.get_running_loop().time()
            self.dead.set()


@dataclass
class Call:
    """A call to Telegram.

    Attributes:
        key: Whose it is: the first word of its text, or what it deletes or answers.
        arrival: How the limits met it; None if it never got so far.
        heard_at: When its answer reached a living worker.
    """

    life: Life
    started: float
    chat: str
    key: str
    arrival: Arrival | None = None
    heard_at: float | None = None
    error: TelegramError | None = None

    @property
    def is_accepted(self) -> bool:
        return self.arrival is not None and self.arrival.refusal is None


_under_way: ContextVar[Call] = ContextVar("_under_way")


class WatchedTelegram(ModelTelegram):
    """Says of each call how it was met."""

    def _meet(self, method: str, params: dict[str, Any], started: float) -> TelegramError | None:
        if method.startswith("answer"):
            # Answers to buttons are under no limit.
            now = asyncio.get_running_loop().time()
            _under_way.get().arrival = Arrival(started, now, None, "", None)
            return None
        before = len(self.arrivals)
        error = super()._meet(method, params, started)
        if len(self.arrivals) > before:
            _under_way.get().arrival = self.arrivals[-1]
        return error


class Line:
    """One life's way to Telegram: what has left arrives, whoever dies meanwhile."""

    def __init__(self, life: Life, telegram: ModelTelegram, calls: list[Call]) -> None:
        self._life = life
        self._telegram = telegram
        self._calls = calls

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        """As `CallsTelegram`."""
        self._life.step()
        loop = asyncio.get_running_loop()
        call = Call(self._life, loop.time(), str(params.get("chat_id", "")).lower(), key_of(params))
        self._calls.append(call)
        _under_way.set(call)
        request = asyncio.create_task(self._telegram.call(token, method, params))
        request.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await asyncio.shield(request)
        except TelegramError as error:
            call.error = error
            raise
        finally:
            if request.done():
                self._life.step()
                call.heard_at = loop.time()


def key_of(params: Mapping[str, Any]) -> str:
    """Whose call it is."""
    media = params.get("media")
    text = params.get("text") or params.get("caption") or (media[0]["caption"] if media else "")
    return text.split()[0] if text else f"{params.get('message_id', params.get('callback_query_id'))}"


class Wire:
    """One life's way to Redis.

    Args:
        lag_s: Each way.
    """

    def __init__(self, life: Life, redis: ExpiringRedis, outages: Sequence[Outage], lag_s: float) -> None:
        self._life = life
        self._redis = redis
        self._outages = outages
        self._lag_s = lag_s

    async def execute_command(self, *args: Any) -> Any:
        """As `RunsCommands`."""
        self._life.step()
        await asyncio.sleep(self._lag_s)
        now = asyncio.get_running_loop().time()
        outage = next((outage for outage in self._outages if outage.covers(now)), None)
        if outage is not None and outage.how == "refuses":
            raise ConnectionError("refused")
        if outage is None or outage.how == "deaf":
            answer = await self._redis.execute_command(*args)
        if outage is not None:
            await asyncio.sleep(2.0)
            raise TimeoutError("no answer")
        await asyncio.sleep(self._lag_s)
        self._life.step()
        return answer


@dataclass
class Hands(Surroundings):
    """One life's way to all else."""

    life: Life = field(default_factory=Life)

    @classmethod
    def of(cls, around: Surroundings, life: Life) -> "Hands":
        return cls(**vars(around), life=life)

    def send(self, url: str, messages: Sequence[Outbound]) -> None:
        self.life.step()
        super().send(url, messages)

    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        self.life.step()
        return super().hide(url, seconds_by_receipt)

    def delete(self, url: str, receipts: Sequence[str]) -> None:
        self.life.step()
        super().delete(url, receipts)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        self.life.step()
        super().put(letters)
        self.life.step()


class WatchedQueue(FifoQueue):
    """Knows when each message was taken off for good.

    Attributes:
        deleted: The moments, by message id.
        handed: When each receive handed out a message.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deleted: dict[str, float] = {}
        self.handed: list[float] = []

    def receive(self, limit: int = 10) -> list[dict[str, Any]]:
        records = super().receive(limit)
        self.handed += [asyncio.get_running_loop().time()] * len(records)
        return records

    def delete(self, receipt: str) -> None:
        left = self.left
        super().delete(receipt)
        if self.left < left:
            self.deleted[receipt.rpartition("-")[0]] = asyncio.get_running_loop().time()
