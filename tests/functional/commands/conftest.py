"""Updates' processing with a table in process, real Valkey under the quotas, queues and bus in memory."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from redis.asyncio import Redis

from courier.access.quotas import Quotas
from courier.commands.batch import CommandsBatch
from courier.commands.directory import Directory
from courier.commands.dispatcher import LazyDispatcher
from courier.commands.downloads import QueuedDownloads
from courier.commands.forwarding import Forwarder
from courier.commands.gate import Gate, House
from courier.commands.handles import Handles
from courier.commands.jobs import Parts
from courier.commands.known import Known
from courier.commands.ports import Allowance, Asker, Replies, Rulings
from courier.commands.processing import Processor
from courier.commands.replies import Mailer
from courier.commands.telling import Teller
from courier.contracts.events import DomainEvent, TelegramUpdate
from courier.producer.posting import Posting
from courier.queues.names import QueueNames
from courier.queues.records import Record
from courier.state.bots import Bot, BotTable
from courier.state.people import PeopleTable
from courier.state.processed import ProcessedTable
from courier.state.recipients import SubscriberTable, UnreachableTable
from courier.state.redis_client import Commands
from courier.state.rulings import RulingTable
from tests.functional.state.conftest import aws
from tests.support.bots import active_bot
from tests.support.queues import FakeQueues

if TYPE_CHECKING:
    from aiogram import Router

__all__ = ["aws"]
TABLE, REPLIES, APP = "courier-state", "courier-bot-1.fifo", "courier-app-shop.fifo"


class Queues:
    """SQS as `Posting` uses it, with FIFO queues that know a message by its name until that is forgotten."""

    def __init__(self, *names: str) -> None:
        self.held: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        self._named: set[tuple[str, str]] = set()

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803 - boto3's
        if QueueName not in self.held:
            raise ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": QueueName}}, "GetQueueUrl")
        return {"QueueUrl": QueueName}

    def send_message_batch(
        self,
        QueueUrl: str,  # noqa: N803
        Entries: list[dict[str, Any]],  # noqa: N803
    ) -> dict[str, Any]:
        for entry in Entries:
            name = (QueueUrl, entry["MessageDeduplicationId"])
            if name not in self._named:
                self.held[QueueUrl].append(entry)
            self._named.add(name)
        return {"Successful": [{"Id": entry["Id"], "MessageId": f"m-{entry['Id']}"} for entry in Entries]}

    def forget(self) -> None:
        """More than five minutes go by."""
        self._named.clear()

    def texts(self, name: str = REPLIES) -> list[str]:
        return [json.loads(entry["MessageBody"])["data"]["text"] for entry in self.held[name]]

    def updates(self, name: str = APP) -> list[int]:
        return [json.loads(entry["MessageBody"])["data"]["update"]["update_id"] for entry in self.held[name]]


@dataclass
class Bus:
    """What was told."""

    told: list[DomainEvent] = field(default_factory=list)

    def put(self, events: Any) -> None:
        self.told += events

    def updates(self) -> list[TelegramUpdate]:
        return [event for event in self.told if isinstance(event, TelegramUpdate)]


@dataclass
class World:
    """A consumer of updates; `batch` takes what `parts` has at the moment."""

    parts: Parts
    queues: Queues
    bus: Bus
    other: FakeQueues
    bots: BotTable
    redis: Redis
    client: Any

    @property
    def batch(self) -> CommandsBatch:
        return CommandsBatch(Processor(self.parts), self.other)

    async def take(self, *records: Record, remaining_s: float = 30.0) -> list[str]:
        """Hand a batch over; what stays in the queue comes back."""
        response = await self.batch.handle(records, remaining_s)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def row(self, sk: str, pk: str = "bot#1") -> dict[str, Any] | None:
        found: dict[str, Any] = self.client.get_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}})
        return found.get("Item")


def routers() -> "list[Router]":
    """`.say x`, `.twice x`, `.spend`, `.bless`, `.boom` and `.quiet`."""
    from aiogram import F, Router  # noqa: PLC0415 - it is imported late, as the project's are
    from aiogram.types import Message  # noqa: PLC0415

    router = Router()

    @router.message(F.text.startswith((".say", "/say")))
    async def say(message: Message, replies: Replies) -> None:
        replies.say((message.text or "")[5:])

    @router.message(F.text.startswith(".twice"))
    async def twice(message: Message, replies: Replies) -> None:
        replies.say((message.text or "")[7:] + " 1")
        replies.say((message.text or "")[7:] + " 2")

    @router.message(F.text.startswith(".spend"))
    async def spend(_: Message, replies: Replies, allowance: Allowance) -> None:
        quota = await allowance.spend()
        replies.say(f"{quota.used} of {quota.limit}")

    @router.message(F.text.startswith(".bless"))
    async def bless(_: Message, replies: Replies, rulings: Rulings, asker: Asker) -> None:
        await rulings.bless(asker.user_id, None)
        replies.say("blessed")

    @router.message(F.text.startswith(".boom"))
    async def boom(_: Message) -> None:
        raise ZeroDivisionError("boom")

    @router.message(F.text.startswith(".quiet"))
    async def quiet(_: Message) -> None: ...

    return [router]


@pytest.fixture
def table(aws: boto3.Session) -> Any:
    client: Any = aws.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return client


@pytest.fixture
def world(table: Any, redis: Redis) -> World:
    """See `World`: bot 1, open to all, forwards to the application's queue."""
    return make_world(table, redis)


def make_world(client: Any, redis: Redis, bot: Bot | None = None) -> World:
    queues, bus, other, names = Queues(REPLIES, APP), Bus(), FakeQueues(), QueueNames("courier")
    bots, people, unreachable = BotTable(client, TABLE), PeopleTable(client, TABLE), UnreachableTable(client, TABLE)
    bots.put(bot or active_bot(1).model_copy(update={"access": "open", "updates_queue": APP}))
    gate = Gate(RulingTable(client, TABLE), Quotas(Commands(lambda: redis)), House(admins={99}))
    posting: Any = Posting(queues, sleep=lambda _: None)  # type: ignore[arg-type]
    counts: Any = None
    parts = Parts(
        directory=Directory(bots),
        processed=ProcessedTable(client, TABLE),
        known=Known(people, unreachable, SubscriberTable(client, TABLE)),
        gate=gate,
        dispatcher=LazyDispatcher(routers),
        handles=Handles(
            gate=gate,
            people=people,
            downloads=QueuedDownloads(posting, names),
            queues=counts,
            unreachable=unreachable,
            names=names,
        ),
        mailer=Mailer(posting, names),
        forwarder=Forwarder(posting, other),
        events=Teller(bus),
        dead=other,
    )
    return World(parts, queues, bus, other, bots, redis, client)
