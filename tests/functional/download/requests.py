"""Requests, their consumer over a table in process, and who stands around it."""

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from courier.contracts.events import DomainEvent
from courier.download.accumulation import Accumulation
from courier.download.executions import Executions
from courier.download.interest import Interest
from courier.download.requesting import MediaBatch
from courier.download.taking import Taker
from courier.errors import StateUnavailableError
from courier.producer.posting import Posting
from courier.queues.names import QueueNames
from courier.queues.records import Record
from courier.state.bots import BotTable
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import Outcome, StoredFile, Waiter
from courier.state.wants import WantTable
from tests.functional.commands.conftest import Queues
from tests.functional.state.conftest import TABLE, aws, client
from tests.support.bots import active_bot
from tests.support.queues import FakeQueues, record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]
REPLIES, MACHINE = "courier-bot-1.fifo", "arn:aws:states:eu-west-1:123456789012:stateMachine:courier-download"
LINK, SAME, OTHER = "https://www.youtube.com/watch?v=A1234567890", "https://youtu.be/A1234567890", "https://youtu.be/B"


class Exists(Exception):  # noqa: N818 - AWS's name is longer
    """Step Functions' error."""


@dataclass
class Machine:
    """Step Functions as boto3 has it."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    faults: int = 0

    class exceptions:  # noqa: N801 - boto3's
        ExecutionAlreadyExists = Exists
        ExecutionDoesNotExist = Exists

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> None:  # noqa: A002, N803 - boto3's
        assert stateMachineArn == MACHINE
        if self.faults:
            self.faults -= 1
            raise StateUnavailableError("Step Functions is down")
        if name in self.started:
            raise Exists
        self.started[name] = json.loads(input)

    def stop_execution(self, executionArn: str, error: str, cause: str) -> None:  # noqa: N803 - boto3's
        assert (error, cause) == ("Unwanted", "nobody waits for it any more")
        arn, _, name = executionArn.rpartition(":")
        assert arn == MACHINE.replace("stateMachine", "execution")
        if name not in self.started:
            raise Exists
        self.stopped.append(name)


@dataclass
class Told:
    """Whom the machine answered, and the bus's events."""

    answers: list[tuple[str, str | None]] = field(default_factory=list)
    events: list[DomainEvent] = field(default_factory=list)
    forgotten: list[tuple[str, int | str]] = field(default_factory=list)

    def forget(self, waiter: Waiter) -> None:
        self.forgotten.append((waiter.waiter_id, waiter.chat_id))

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        assert (file is None) == (outcome.failure is not None)
        self.answers.append((waiter.waiter_id, outcome.failure))

    def put(self, events: Any) -> None:
        self.events += events


@dataclass
class World:
    """A consumer and what is around it."""

    batch: MediaBatch
    taker: Taker
    machine: Machine
    queues: Queues
    other: FakeQueues
    told: Told
    jobs: JobTable
    files: FileTable
    objects: set[str] = field(default_factory=set)

    def take(self, *records: Record, remaining_s: float = 30.0) -> list[str]:
        response = self.batch.handle(records, remaining_s)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    def texts(self) -> list[str]:
        return self.queues.texts(REPLIES)

    def finish(self, failure: str | None = None) -> None:
        """What an execution that was started does at last."""
        for given in self.machine.started.values():
            if failure is None and given["first"] == "probe" and self.jobs.begun(given["hash"], given["attempt"]):
                self.files.keep(given["hash"], StoredFile(key=f"video/{given['hash']}.mp4", bytes=1, sha256="ab"))
                self.objects.add(f"video/{given['hash']}.mp4")
            accumulation = Accumulation(self.jobs, self.files, self.told)
            assert accumulation.finish(given["hash"], given["attempt"], Outcome(failure)).is_done


class Store:
    """The bucket."""

    def __init__(self, world: World) -> None:
        self.world = world

    def has(self, key: str) -> bool:
        return key in self.world.objects


@pytest.fixture
def world(client: "DynamoDBClient") -> World:
    machine, queues, other, told = Machine(), Queues(REPLIES), FakeQueues(), Told()
    jobs, files, bots = JobTable(client, TABLE), FileTable(client, TABLE), BotTable(client, TABLE)
    bots.put(active_bot(1))
    posting: Any = Posting(queues, sleep=lambda _: None)  # type: ignore[arg-type]
    missing: Any = None
    taker = Taker(
        interest=Interest(jobs, files, Executions(machine, MACHINE), missing),
        wants=WantTable(client, TABLE),
        bots=bots,
        events=told,
        posting=posting,
        names=QueueNames("courier"),
        progress=told,
    )
    world = World(MediaBatch(taker=taker, dead=other, queues=other), taker, machine, queues, other, told, jobs, files)
    taker = replace(taker, interest=replace(taker.interest, objects=Store(world)))
    world.taker, world.batch = taker, replace(world.batch, taker=taker)
    return world


def asked(name: str | int, url: str = LINK, *, user: int | None = 7, chat: int = 5, **more: Any) -> Record:
    data = {"bot_id": 1, "chat_id": chat, "url": url, "kind": "video", "external_id": name, **more}
    return queued("request_media", data | ({"user_id": user} if user else {}))


def taken_back(name: str, url: str | None = None, *, user: int = 7, chat: int = 5) -> Record:
    data = {"bot_id": 1, "chat_id": chat, "user_id": user, "external_id": name, "reply_to_message_id": 9}
    return queued("cancel_media", data | ({"url": url} if url else {}))


def queued(kind: str, data: dict[str, Any], **more: Any) -> Record:
    group = f"{data.get('bot_id')}:{data.get('chat_id')}"
    return record({"type": kind, "data": data}, group=group, queue="courier-media.fifo", **more)
