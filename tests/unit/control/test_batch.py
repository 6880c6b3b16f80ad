"""A batch of the control queue: what stays, in which order, and what becomes of the rest."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from courier.contracts.control import CONTROL_TYPES, AddBot, Pulse
from courier.control.batch import STATE_RETRY_S, UNFORESEEN_RETRY_S, ControlBatch, Duties, answer_pulse
from courier.errors import CourierError, RefusedMessageError, StateUnavailableError, TryLaterError
from courier.queues.records import Record
from courier.state.bots import Bot
from courier.wiring import control as wiring
from tests.support.bots import active_bot
from tests.support.queues import FakeQueues, record

QUEUE = "courier-control.fifo"
PULSE = {"type": "pulse", "data": {"from": "monitor"}}


class FakeAdder:
    """Adds every bot but those that `errors` names."""

    def __init__(self, errors: dict[int, CourierError] | None = None) -> None:
        self.errors = errors or {}
        self.tried: list[int] = []

    async def add(self, wanted: AddBot) -> Bot:
        self.tried.append(wanted.bot_id)
        if wanted.bot_id in self.errors:
            raise self.errors[wanted.bot_id]
        return active_bot(wanted.bot_id)


def add_bot(bot_id: int, group: str | None = None, **more: Any) -> Record:
    body = {"type": "add_bot", "data": {"bot_id": bot_id, "token": f"{bot_id}:fake"}} | more
    return record(body, queue=QUEUE, group=group or f"{bot_id}")


def duties(adder: FakeAdder) -> Duties:
    return {AddBot: adder.add, Pulse: answer_pulse}


async def handle(records: list[Record], adder: FakeAdder, queues: FakeQueues) -> list[str]:
    response = await ControlBatch(duties(adder), queues, queues).handle(records)
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


async def test_all_is_carried_out_in_its_order() -> None:
    adder, queues = FakeAdder(), FakeQueues()

    assert await handle([add_bot(3), add_bot(1), add_bot(2)], adder, queues) == []

    assert adder.tried == [3, 1, 2]
    assert (queues.letters, queues.hidden) == ([], {})


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(TryLaterError("flood", after_s=9), 9), (StateUnavailableError("SQS is down"), STATE_RETRY_S)],
)
async def test_what_must_wait_stays_with_all_behind_it_in_its_group_and_others_go_on(
    error: CourierError, seconds: int
) -> None:
    adder, queues = FakeAdder({1: error}), FakeQueues()
    records = [add_bot(1, "a"), add_bot(2, "b"), add_bot(3, "a"), add_bot(4, "b"), add_bot(5, "a")]

    kept = await handle(records, adder, queues)

    assert kept == [records[n].message_id for n in (0, 2, 4)]
    assert adder.tried == [1, 2, 4]
    assert queues.hidden == {records[n].receipt: seconds for n in (0, 2, 4)}
    assert queues.letters == []


async def test_each_group_waits_for_its_own_time() -> None:
    adder = FakeAdder({1: TryLaterError("flood", after_s=9), 2: TryLaterError("queue", after_s=61)})
    queues, records = FakeQueues(), [add_bot(1), add_bot(2), add_bot(1)]

    await handle(records, adder, queues)

    assert list(queues.hidden.values()) == [9, 61, 9]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record("{", queue=QUEUE, group="1"), "the body isn't JSON: "),
        (record({"type": "send_msg", "data": {}}, queue=QUEUE), "type: 'send_msg' isn't taken by this queue"),
        (record({"type": "add_bot", "data": {"bot_id": 1}}, queue=QUEUE), "data.token: is missing"),
        (add_bot(7), "data.token: refused"),
    ],
)
async def test_what_cant_be_carried_out_is_buried_and_its_group_goes_on(bad: Record, reason: str) -> None:
    adder, queues = FakeAdder({7: RefusedMessageError("data.token: refused")}), FakeQueues()

    assert await handle([bad, add_bot(2, bad.group)], adder, queues) == []

    assert adder.tried[-1] == 2
    (letter,) = queues.letters
    assert letter.record is bad
    assert letter.reason.startswith(reason)


async def test_what_cant_be_buried_stays_with_all_behind_it() -> None:
    adder, queues = FakeAdder(), FakeQueues(is_down=True)
    records = [record("{", queue=QUEUE, group="1"), add_bot(1), add_bot(2)]

    kept = await handle(records, adder, queues)

    assert kept == [records[0].message_id, records[1].message_id]
    assert adder.tried == [2]
    assert set(queues.hidden.values()) == {STATE_RETRY_S}


@pytest.mark.parametrize("is_lost", [True, False], ids=["no queue", "refused"])
async def test_messages_that_cant_be_hidden_stay_all_the_same(*, is_lost: bool) -> None:
    class Stubborn(FakeQueues):
        def url(self, name: str) -> str:
            if is_lost:
                raise StateUnavailableError("no such queue")
            return super().url(name)

        def hide(self, *_: object) -> list[str]:
            return ["ReceiptHandleIsInvalid"]

    waiting = add_bot(1)

    assert await handle([waiting], FakeAdder({1: TryLaterError("x", after_s=9)}), Stubborn()) == [waiting.message_id]


async def test_a_pulse_is_answered_in_the_log(lines: Callable[[], list[dict[str, Any]]]) -> None:
    assert await handle([record(PULSE, queue=QUEUE, correlation_id="c-7")], FakeAdder(), FakeQueues()) == []

    (line,) = lines()
    assert (line["message"], line["pulse"], line["correlation_id"]) == ("pulse", {"from": "monitor"}, "c-7")


async def test_a_fault_of_ours_with_one_message_costs_its_neighbours_nothing() -> None:
    class Faulty(FakeAdder):
        async def add(self, wanted: AddBot) -> Bot:
            if wanted.bot_id == 1:
                raise RuntimeError("unforeseen")
            return await super().add(wanted)

    adder, queues, faulty = Faulty(), FakeQueues(), add_bot(1)

    assert await handle([faulty, add_bot(2)], adder, queues) == [faulty.message_id]
    assert adder.tried == [2]
    assert queues.hidden == {faulty.receipt: UNFORESEEN_RETRY_S}


@pytest.fixture
def _environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "STACK": "courier",
        "TABLE_NAME": "t",
        "TELEGRAM_API_BASE": "http://127.0.0.1",
        "DEAD_QUEUE_URL": "http://127.0.0.1/dead",
        "DEAD_QUEUE_ARN": "arn:aws:sqs:eu-west-1:1:courier-dead.fifo",
        "SENDER_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:1:function:courier-sender",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    yield
    for made in (wiring._parts, wiring.sweep):
        made.cache_clear()


@pytest.mark.usefixtures("_environment")
def test_every_type_of_the_queue_is_carried_out() -> None:
    assert wiring._duties(wiring._parts()).keys() == set(CONTROL_TYPES.values())
