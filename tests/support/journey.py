"""Whole traffic through several real senders in virtual time, with everything going wrong that was asked for."""

import asyncio
import itertools
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from bench.model.clock import run_virtual
from bench.model.expiring import ExpiringRedis
from bench.model.mapping import Handler, Mapping
from bench.model.mortal import (
    Call,
    Hands,
    Life,
    Line,
    Outage,
    WatchedQueue,
    WatchedTelegram,
    Wire,
    key_of,
)
from bench.model.queue import Order
from bench.model.reaper import Kill, Reaper
from bench.model.telegram import Faults, Network
from bench.model.workers import Surroundings, bench_bot, worker
from courier.contracts.control import Limits as Configured
from courier.errors import RateLimitedError, RejectedError, TelegramError
from courier.queues.names import Lane
from courier.state.bots import Status
from local.simulator.config import Limits

BOT_ID = 1


@dataclass(frozen=True)
class Letter:
    """One message as an application sends it.

    Attributes:
        keys: The first words of what Telegram gets for it; none if it can't be read.
        may_vanish: Why it may be neither delivered nor a dead letter: it has expired, or a later one does its work.
    """

    at: float
    lane: Lane
    group: str
    body: str
    keys: tuple[str, ...]
    may_vanish: str = ""


def text(key: str, chat: int | str, *, at: float = 0.0, lane: Lane = Lane.REGULAR) -> Letter:
    """A message whose text is its key."""
    body = json.dumps({"type": "send_msg", "data": {"bot_id": BOT_ID, "chat_id": chat, "text": key}})
    return Letter(at, lane, str(chat), body, (key,))


def texts(chats: Iterable[int], count: int, *, at: float = 0.0) -> list[Letter]:
    """So many for each chat, round after round."""
    return [text(f"{chat}-{number}", chat, at=at) for number, chat in itertools.product(range(count), list(chats))]


@dataclass(frozen=True)
class Hold:
    """A chat that Telegram refuses for a reason of its own: a 429 within a 400, of so many seconds."""

    begin_s: float
    end_s: float
    chat: str
    retry_after_s: int


@dataclass(frozen=True)
class Journey:
    """What is driven, and what happens to it.

    Attributes:
        pause: From when and until when the bot rests.
        rejected: Keys that Telegram refuses for good.
        lag_s: Of Redis, each way.
    """

    letters: Sequence[Letter]
    limits: Limits = field(default_factory=Limits)
    configured: Configured = field(default_factory=Configured)
    network: Network = field(default_factory=Network)
    faults: Faults = field(default_factory=Faults)
    kills: Sequence[Kill] = ()
    flushes: Sequence[float] = ()
    outages: Sequence[Outage] = ()
    pause: tuple[float, float] | None = None
    holds: Sequence[Hold] = ()
    rejected: frozenset[str] = frozenset()
    order: Order = Order.GROUP_FIRST
    workers: int = 3
    lag_s: float = 0.001
    seed: int = 0
    limit_s: float = 6 * 3600.0


@dataclass
class Story:
    """What became of it.

    Attributes:
        ids: Queue and message id of each letter, in the order of the letters.
        is_over: Whether the queues were empty before the time was over.
    """

    journey: Journey
    telegram: WatchedTelegram
    redis: ExpiringRedis
    around: Surroundings
    queues: dict[Lane, WatchedQueue]
    calls: list[Call] = field(default_factory=list)
    ids: list[tuple[Lane, str]] = field(default_factory=list)
    is_over: bool = False
    ended_s: float = 0.0

    def accepted(self) -> list[Call]:
        """In the order of arrival."""
        return sorted(
            (call for call in self.calls if call.is_accepted), key=lambda call: call.arrival.at if call.arrival else 0.0
        )

    def deleted_at(self, number: int) -> float:
        """When a letter was taken off its queue; infinity if it wasn't."""
        lane, message_id = self.ids[number]
        return self.queues[lane].deleted.get(message_id, float("inf"))


def travel(journey: Journey, redis_url: str) -> Story:
    """Drive a journey on an empty Redis."""
    return run_virtual(_travel(journey, redis_url))


async def _travel(journey: Journey, redis_url: str) -> Story:
    redis = ExpiringRedis(redis_url)
    redis.flush()
    telegram = WatchedTelegram(journey.limits, journey.network, journey.faults, journey.seed)
    telegram.react = _reaction(journey)
    around = Surroundings({BOT_ID: bench_bot(BOT_ID, limits=journey.configured, logs=True)})
    queues = {
        Lane.REGULAR: WatchedQueue(f"courier-bot-{BOT_ID}.fifo", order=journey.order),
        Lane.BROADCAST: WatchedQueue(f"courier-bot-{BOT_ID}-broadcast.fifo", order=journey.order),
    }
    # SQS's ids are unique across queues.
    queues[Lane.BROADCAST]._numbers = itertools.count(1_000_001)
    around.queues = {queue.name: queue for queue in queues.values()}
    story = Story(journey, telegram, redis, around, queues)
    handlers = _handlers(story)
    mappings = [Mapping(queue, handlers[lane]) for lane, queue in queues.items()]
    tasks = [asyncio.create_task(mapping.run()) for mapping in mappings]
    tasks += [asyncio.create_task(_fate(story))]
    try:
        # What wasn't delivered in time is seen in the story.
        with suppress(TimeoutError):
            async with asyncio.timeout(journey.limit_s):
                await _put(story)
                for queue in queues.values():
                    await queue.empty.wait()
                story.is_over = True
    finally:
        story.ended_s = asyncio.get_running_loop().time()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        redis.close()
    return story


def _handlers(story: Story) -> dict[Lane, list[Handler]]:
    journey, reaper = story.journey, Reaper(story.journey.kills)

    def born(life: Life) -> Handler:
        wire = Wire(life, story.redis, journey.outages, journey.lag_s)
        return worker(Hands.of(story.around, life), wire, Line(life, story.telegram, story.calls))

    return {lane: [reaper.mortal(born) for _ in range(journey.workers)] for lane in story.queues}


def _reaction(journey: Journey) -> Any:
    """What Telegram says for reasons that no limit explains."""

    def react(_method: str, params: dict[str, Any]) -> TelegramError | None:
        now = asyncio.get_running_loop().time()
        chat = str(params.get("chat_id", "")).lower()
        for hold in journey.holds:
            if hold.chat == chat and hold.begin_s <= now < hold.end_s:
                words = f'failed to send message #1: "Too Many Requests: retry after {hold.retry_after_s}"'
                return RateLimitedError(words, code=400, retry_after_s=hold.retry_after_s)
        if key_of(params) in journey.rejected:
            return RejectedError("Bad Request: chat not found", code=400)
        return None

    return react


async def _put(story: Story) -> None:
    loop = asyncio.get_running_loop()
    for letter in story.journey.letters:
        await asyncio.sleep(max(0.0, letter.at - loop.time()))
        story.ids.append((letter.lane, story.queues[letter.lane].put(letter.body, letter.group)))


async def _fate(story: Story) -> None:
    """What befalls Redis and the bot, at its time."""
    loop = asyncio.get_running_loop()
    events: list[tuple[float, Status | None]] = [(at, None) for at in story.journey.flushes]
    if story.journey.pause is not None:
        events += zip(story.journey.pause, (Status.PAUSED, Status.ACTIVE), strict=True)
    for at, status in sorted(events, key=lambda event: event[0]):
        await asyncio.sleep(max(0.0, at - loop.time()))
        if status is None:
            story.redis.flush()
        else:
            bots = story.around.bots
            bots[BOT_ID] = bots[BOT_ID].model_copy(update={"status": status})
