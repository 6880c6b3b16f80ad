"""The media queue's consumer over a table in process: who waits, what is started and stopped, and what users read."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import courier.wiring.download_request as wiring
from courier.contracts.events import DomainEvent, MediaRequested
from courier.download.accumulation import Accumulation
from courier.download.executions import Executions
from courier.download.interest import Interest
from courier.download.requesting import MOST_RECEIVES, MediaBatch
from courier.download.sweeping import Sweep
from courier.download.taking import Taker
from courier.errors import StateUnavailableError
from courier.producer.posting import Posting
from courier.queues.names import QueueNames
from courier.queues.records import Record, records_of
from courier.state.bots import BotTable
from courier.state.files import FileTable
from courier.state.jobs import JobTable
from courier.state.media import JobState, Outcome, StoredFile, Waiter
from courier.state.wants import WantTable
from tests.functional.commands.conftest import Queues
from tests.functional.state.conftest import TABLE, aws, client
from tests.support.bots import active_bot
from tests.support.queues import FakeQueues, record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]
FOLDER = Path(__file__).parents[3] / "events"
REPLIES, MACHINE = "courier-bot-1.fifo", "arn:aws:states:eu-west-1:123456789012:stateMachine:courier-download"
LINK, SAME, OTHER = "https://www.youtube.com/watch?v=A1234567890", "https://youtu.be/A1234567890", "https://youtu.be/B"
NOW = 1_800_000_000


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


def test_one_execution_however_many_ask_and_an_answer_for_each(world: World) -> None:
    crowd = [asked(f"u{number}", LINK if number % 2 else SAME, user=number + 1, chat=number + 1) for number in range(8)]

    assert world.take(*crowd) == []
    ((name, given),) = world.machine.started.items()
    assert name == f"{given['hash']}-1"
    assert given | {"hash": ""} == {
        "hash": "",
        "attempt": 1,
        "url": SAME,
        "media": "video",
        "quality": "best",
        "correlation_id": "c-test",
        "first": "probe",
    }
    world.finish()

    assert sorted(world.told.answers) == [(f"1-u{number}", None) for number in range(8)]
    assert [type(event) for event in world.told.events] == [MediaRequested] * 8


def test_other_kinds_and_qualities_are_other_downloads(world: World) -> None:
    world.take(asked(1), asked(2, quality="720p"), asked(3, kind="audio"), asked(4, OTHER))

    assert len(world.machine.started) == 4


def test_a_repeat_changes_nothing(world: World) -> None:
    for _ in range(3):
        assert world.take(asked("again")) == []
    world.finish()
    assert world.take(asked("again")) == []

    assert len(world.machine.started) == 1
    assert world.told.answers == [("1-again", None)]


def test_what_is_stored_is_delivered_without_a_look_at_the_site(world: World) -> None:
    world.take(asked("first"))
    world.finish()

    world.take(asked("second"))

    first, second = world.machine.started.values()
    assert (first["first"], second["first"], second["attempt"]) == ("probe", "deliver", 2)
    world.finish()
    assert world.told.answers == [("1-first", None), ("1-second", None)]


def test_what_the_store_lost_is_fetched_again(world: World) -> None:
    world.take(asked("first"))
    world.finish()
    world.objects.clear()

    world.take(asked("second"))

    assert [given["first"] for given in world.machine.started.values()] == ["probe", "probe"]


def test_a_failed_start_is_made_good_by_the_repeat(world: World) -> None:
    world.machine.faults = 1
    request, behind, neighbour = asked("a"), asked("b", OTHER), asked("c", OTHER, chat=6)

    assert world.take(request, behind, neighbour) == [request.message_id, behind.message_id]
    assert world.other.hidden == {request.receipt: 5, behind.receipt: 5}
    assert world.take(request, behind) == []

    assert len(world.machine.started) == 2
    assert {waiter for waiter, _ in _finished(world)} == {"1-a", "1-b", "1-c"}


def _finished(world: World) -> list[tuple[str, str | None]]:
    world.finish()
    return world.told.answers


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"kind": "picture"}, "data.kind"),
        ({"kind": "audio", "quality": "720p"}, "data.quality: audio comes as best"),
        ({"url": ""}, "data.url"),
        ({"colour": 1}, "data.colour: isn't a known field"),
    ],
)
def test_bad_messages_are_dead_letters_their_senders_are_told_and_neighbours_unhurt(
    world: World, data: dict[str, Any], reason: str
) -> None:
    assert world.take(asked("bad", **data), asked("good")) == []

    (told,) = world.other.reasons()
    assert reason in told
    (text,) = world.texts()
    assert "couldn't read" in text
    assert len(world.machine.started) == 1


def test_bad_messages_that_say_nothing_of_a_sender(world: World) -> None:
    bodies: list[Any] = ["", "[]", '{"data": 1}', {"type": "request_media", "data": {"bot_id": 1, "chat_id": []}}]

    assert world.take(*(record(body, queue="courier-media.fifo", group="g") for body in bodies)) == []

    assert (len(world.other.letters), world.texts()) == (4, [])


def test_a_bot_that_isnt_there(world: World) -> None:
    world.take(asked("x", bot_id=9))

    assert world.other.reasons() == ["data.bot_id: there is no bot 9 here"]
    assert world.machine.started == {}


def test_what_is_no_link_is_told_and_is_nobodys_fault(world: World) -> None:
    world.take(asked("x", "not a link", reply_to_message_id=3))

    assert world.other.letters == []
    (entry,) = world.queues.held[REPLIES]
    data = json.loads(entry["MessageBody"])["data"]
    assert "doesn't look like a link" in data["text"]
    assert (data["external_id"], data["reply_to_message_id"], data["parse_mode"]) == ("1-x", 3, "HTML")


def test_an_unforeseen_error_holds_its_group_and_is_the_end_after_some_receives(world: World) -> None:
    def boom(url: str) -> Any:
        raise ZeroDivisionError(url)

    broken = replace(world, batch=replace(world.batch, taker=replace(world.taker, identify=boom)))
    message, behind = asked("x"), taken_back("y")

    assert broken.take(message, behind) == [message.message_id, behind.message_id]
    assert broken.take(replace(message, receives=MOST_RECEIVES), behind) == []

    (reason,) = world.other.reasons()
    assert "failed 5 times: ZeroDivisionError" in reason
    assert len(world.texts()) == 2


def test_without_time_nothing_is_begun(world: World) -> None:
    message = asked("x")

    assert world.take(message, remaining_s=5) == [message.message_id]
    assert world.machine.started == {}


def test_taking_back_all_of_a_user_in_a_chat(world: World) -> None:
    world.take(asked("a"), asked("b", OTHER), asked("c", LINK, user=8), asked("d", OTHER, chat=6))

    assert world.take(taken_back("stop")) == []

    assert world.texts() == ["Taken back: 2 downloads."]
    assert sorted(world.told.forgotten) == [("1-a", 5), ("1-b", 5)], "nothing tells any more how far they are"
    assert world.machine.stopped == [], "others wait for both"
    world.finish()
    assert sorted(waiter for waiter, _ in world.told.answers) == ["1-c", "1-d"]


def test_the_last_one_out_stops_the_execution(world: World) -> None:
    world.take(asked("a"))
    (name,) = world.machine.started

    world.take(taken_back("stop"))

    assert world.machine.stopped == [name]
    assert not world.jobs.begun(name.partition("-")[0], 1)
    assert world.take(asked("a2")) == []
    assert [one.partition("-")[2] for one in world.machine.started] == ["1", "2"]


def test_taking_back_by_another_form_of_the_link_in_any_quality(world: World) -> None:
    world.take(asked("a"), asked("b", quality="720p"), asked("c", kind="audio"), asked("d", OTHER))

    world.take(taken_back("stop", SAME), taken_back("none", "https://youtu.be/C"), taken_back("bad", "no link"))

    nothing = "You have asked for nothing by that link, or it is done."
    assert world.texts() == ["Taken back: 3 downloads.", nothing, nothing]


def test_taking_back_again_means_the_same(world: World) -> None:
    world.take(asked("a"))
    back = taken_back("stop")
    world.take(back)
    world.take(asked("b"))
    world.queues.forget()

    world.take(back)
    world.take(taken_back("other", user=99))

    assert world.texts() == ["Taken back: 1 download."] * 2 + ["There is nothing to take back."]
    names = {json.loads(entry["MessageBody"])["data"]["external_id"] for entry in world.queues.held[REPLIES]}
    assert names == {"1-stop", "1-other"}, "the sender knows the repeat"
    world.finish()
    assert world.told.answers == [("1-b", None)]


def test_taking_back_that_died_half_way_says_how_much_it_was(world: World) -> None:
    world.take(asked("a"), asked("b", OTHER))
    back = taken_back("stop")
    stop, calls = world.machine.stop_execution, iter([None, StateUnavailableError("down")])

    def dies(**given: Any) -> None:
        if error := next(calls, None):
            raise error
        stop(**given)

    world.machine.stop_execution = dies  # type: ignore[method-assign, assignment]
    assert world.take(back) == [back.message_id]
    assert world.take(back) == []

    assert world.texts() == ["Taken back: 2 downloads."]
    assert len(world.machine.stopped) == 2


def test_the_sweep_starts_again_and_gives_up_at_last(world: World) -> None:
    world.take(asked("a"))
    seconds = iter(range(1, 100))
    sweep = Sweep(world.taker.interest, clock=lambda: NOW * 2 + next(seconds))

    swept = [sweep.run() for _ in range(3)]

    assert [(one.again, one.given_up) for one in swept] == [(1, 0), (1, 0), (0, 1)]
    names = [name.partition("-")[2] for name in world.machine.started]
    assert names == ["1", "2", "3", "3-1"]
    *_, last = world.machine.started.values()
    assert last["first"] == "deliver"
    job = world.jobs.job(last["hash"])
    assert job is not None
    assert (job.state, job.failure) == (JobState.FAILED, "temporary")
    world.finish()
    assert world.told.answers == [("1-a", "temporary")]
    assert sweep.run().ended == 0, "nobody is left"


@pytest.mark.parametrize("name", ["request_media", "cancel_media", "request_media_refused"])
def test_samples_are_valid_and_carried_out(world: World, name: str) -> None:
    event = json.loads((FOLDER / "download" / f"{name}.json").read_text(encoding="utf-8"))
    (one,) = records_of(event)
    kind = json.loads(one.body)["type"]
    schema = json.loads((FOLDER / "schemas" / f"{kind}.json").read_text(encoding="utf-8"))

    assert Draft202012Validator(schema).is_valid(json.loads(one.body)) is not name.endswith("refused")
    assert world.take(one) == []
    assert len(world.other.letters) == int(name.endswith("refused"))


def test_the_parts_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {
        "STACK": "courier",
        "TABLE_NAME": "t",
        "DEAD_QUEUE_URL": "https://q",
        "MEDIA_BUCKET": "b",
        "MACHINE_ARN": MACHINE,
        "EVENT_BUS": "courier",
    }.items():
        monkeypatch.setenv(variable, value)
    from courier.wiring.download_sweep import download_sweep  # noqa: PLC0415

    assert isinstance(wiring.download_request.__wrapped__(), MediaBatch)
    assert isinstance(download_sweep.__wrapped__(), Sweep)
