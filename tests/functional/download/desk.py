"""Where those who wait are answered: real Valkey, moto's AWS, the simulator, and queues that remember."""

import asyncio
import functools
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from courier.contracts.envelope import open_envelope
from courier.contracts.events import DomainEvent
from courier.contracts.sending import SENDING_TYPES
from courier.download.accumulation import Accumulation
from courier.download.delivery.answers import FileAnswers
from courier.download.delivery.bots import Bots
from courier.download.delivery.direct import Direct
from courier.download.delivery.mail import Mail
from courier.download.delivery.manners import Manners
from courier.download.delivery.memory import Memory
from courier.download.delivery.objects import ObjectReader
from courier.download.delivery.progress import ProgressMessages
from courier.download.delivery.starting import Starting
from courier.download.delivery.uploading import Uploader
from courier.download.steps.deliver import DeliverStep
from courier.errors import NoSuchQueueError, StateUnavailableError
from courier.pacing.pace import Pacer
from courier.queues.names import QueueNames
from courier.queues.sqs import Outbound
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.links import LinkTable
from courier.state.media import Request, StoredFile, Waiter
from courier.state.progress import ProgressTable
from courier.state.redis_client import Commands, RunsCommands
from courier.telegram.client import BotApi
from local.simulator import RunningSimulator, Simulator, running_simulator
from tests.functional.state.conftest import TABLE
from tests.support.bots import FakeBots, FakeRecipients, FakeTokens, active_bot

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

HASH = "0f" * 32
BUCKET = "media"
CONTENT = bytes(range(256)) * 10_000
JPEG = b"\xff\xd8" + b"j" * 1000
VIDEO = StoredFile(
    key=f"video/{HASH}.mp4",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    title="Cats & <dogs>",
    duration=7,
    width=640,
    height=360,
)
AUDIO = StoredFile(key=f"audio/{HASH}.mp3", bytes=len(CONTENT), sha256="", title="Песня", performer="Band", duration=7)
PUBLIC = "https://bot.example"


def waiter(number: int, *, bot_id: int = 1, **more: Any) -> Waiter:
    """Somebody in a private chat."""
    named = {"waiter_id": f"{bot_id}-{number}", "bot_id": bot_id, "chat_id": 100 + number, "reply_to": 9}
    return Waiter.model_validate(named | {"correlation_id": f"c-{number}"} | more)


def payload(attempt: int = 1, **more: Any) -> dict[str, Any]:
    """The deliver step's."""
    job = {"hash": HASH, "attempt": attempt, "url": "https://video.example/1", "media": "video", "quality": "best"}
    return {"step": "deliver", "job": job | {"correlation_id": "c-1"}} | more


@dataclass
class Posted:
    """Takes messages for bots' queues as SQS would: a repeat of one within minutes is none."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    seen: set[tuple[str, str | None]] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    is_down: bool = False

    def put(self, queue: str, messages: Sequence[Outbound], taken: dict[int, str]) -> None:
        del taken
        if self.is_down:
            raise StateUnavailableError("SQS is down")
        if queue in self.missing:
            raise NoSuchQueueError(queue)
        for message in messages:
            open_envelope(message.body, SENDING_TYPES)
            if (queue, message.deduplication_id) not in self.seen:
                self.seen.add((queue, message.deduplication_id))
                self.messages.append(json.loads(message.body) | {"queue": queue})

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message["data"] for message in self.messages if message["type"] == kind]

    def answered(self) -> list[Any]:
        """Whom, by the names of their answers."""
        return [one["external_id"] for one in self.of("send_msg")]


@dataclass
class Told:
    """An event bus."""

    events: list[DomainEvent] = field(default_factory=list)
    is_down: bool = False

    def put(self, events: Sequence[DomainEvent]) -> None:
        if self.is_down:
            raise StateUnavailableError("the bus is down")
        self.events += events


class OneAtATime:
    """A client of moto's, whose transactions copy all tables and bear nobody beside them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return found if name == "exceptions" else functools.partial(self._call, found)

    def _call(self, method: Any, **given: Any) -> Any:
        with self._lock:
            return method(**given)


class Reader(ObjectReader):
    """Remembers what was opened."""

    def __init__(self, client: "S3Client") -> None:
        super().__init__(client, BUCKET)
        self.opened: list[str] = []

    def pieces(self, key: str) -> AsyncIterator[bytes]:
        self.opened.append(key)
        return super().pieces(key)


class Desk:
    """All of it."""

    def __init__(self, redis: Any, table: "DynamoDBClient", s3: "S3Client", telegram: RunningSimulator) -> None:
        commands: RunsCommands = Commands(lambda: redis)
        self.now = 1_800_000_000.0
        client: Any = OneAtATime(table)
        self.s3, self.sim, self.loop = s3, telegram.state, asyncio.get_running_loop()
        self.rows = FakeBots({bot_id: active_bot(bot_id) for bot_id in (1, 2)})
        self.posted, self.told, self.recipients = Posted(), Told(), FakeRecipients()
        self.jobs = JobTable(client, TABLE, clock=self.clock, pause=lambda _: None)
        self.files = FileTable(client, TABLE, self.clock)
        self.links = LinkTable(client, TABLE, self.clock)
        self.progress = ProgressTable(client, TABLE, self.clock)
        self.mail = Mail(self.posted, QueueNames("courier"))
        self.pacer = Pacer(commands, 0.03)
        self.session: Any = None
        self.reader = Reader(s3)
        self.api = BotApi(telegram.url, lambda: self.session)
        self.answers = self.worker()

    def clock(self) -> float:
        return self.now

    def worker(self, **manners: Any) -> FileAnswers:
        """A process that answers, with a memory of its own."""
        bots = Bots(self.rows, FakeTokens({bot_id: (f"{bot_id}:fake", 1) for bot_id in (1, 2)}), self.clock)
        given: dict[str, Any] = {"upload_bytes": 50_000_000, "file_id_s": 86_400, "public_url": PUBLIC} | manners
        direct = Direct(
            bots=bots,
            files=self.files,
            memory=Memory(self.files, self.clock),
            uploader=Uploader(self.api, Starting(self.pacer), self.reader, bots),
            recipients=self.recipients,
            wait_for=self.wait_for,
            manners=Manners(**given),
            clock=self.clock,
        )
        return FileAnswers(bots, self.files, self.links, self.progress, self.mail, direct)

    def wait_for[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def step(self, answers: FileAnswers | None = None) -> DeliverStep:
        answers = answers or self.answers
        accumulation = Accumulation(self.jobs, self.files, answers, clock=self.clock)
        return DeliverStep(accumulation, answers, self.told, clock=self.clock)

    def progress_messages(self) -> ProgressMessages:
        return ProgressMessages(self.jobs, self.progress, self.mail, self.clock)

    def ask(self, *waiters: Waiter) -> None:
        for one in waiters:
            self.jobs.join(Request(HASH, "https://video.example/1", "video", "best", one))

    def store(self, file: StoredFile = VIDEO, *, thumbnail: bool = True) -> StoredFile:
        """Put a file into the store."""
        self.s3.put_object(Bucket=BUCKET, Key=file.key, Body=CONTENT)
        if thumbnail:
            self.s3.put_object(Bucket=BUCKET, Key=f"thumb/{HASH}.jpg", Body=JPEG)
        return self.files.keep(HASH, file)

    async def deliver(self, left_s: float = 900.0, *, answers: FileAnswers | None = None, **more: Any) -> str:
        outcome = await self.step(answers).run(payload(**more), left_s)
        return str(outcome["outcome"])

    def uploads(self) -> list[Any]:
        """What Telegram got, by its own journal."""
        return [record for record in self.sim.accepted if (record.media or {}).get("source") == "upload"]


@pytest.fixture
async def desk(redis: Any, aws: "boto3.Session", client: "DynamoDBClient") -> AsyncIterator[Desk]:
    """See `Desk`."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    async with running_simulator(Simulator()) as telegram, aiohttp.ClientSession() as session:
        made = Desk(redis, client, s3, telegram)
        made.session = session
        yield made
