"""What is put on which queue."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.errors import NotFoundError
from cli.producer import Producer
from courier.errors import RefusedMessageError, StateUnavailableError
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import Outbound
from tests.support.queues import FakeQueues

MESSAGE = {"bot_id": 7, "chat_id": -100123, "text": "hi"}
BOT = {"bot_id": 7, "token": "1:fake-token", "is_sent_logs": False}


@dataclass
class Missing(FakeQueues):
    """Has no queue at all, or can't say."""

    code: str = "AWS.SimpleQueueService.NonExistentQueue"
    asked: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        self.asked.append(name)
        raise StateUnavailableError(f"queue {name}") from ClientError({"Error": {"Code": self.code}}, "GetQueueUrl")


def producer(queues: FakeQueues) -> Producer:
    return Producer(queues, QueueNames("courier"))


def only(queues: FakeQueues) -> tuple[str, dict[str, Any], Outbound]:
    ((url, message),) = queues.sent
    return url.rpartition("/")[2], json.loads(message.body), message


@pytest.mark.parametrize(
    ("lane", "queue"), [(Lane.REGULAR, "courier-bot-7.fifo"), (Lane.BROADCAST, "courier-bot-7-broadcast.fifo")]
)
def test_a_message_goes_to_its_lane_in_the_group_of_its_chat(lane: Lane, queue: str) -> None:
    queues = FakeQueues()

    posted = producer(queues).send_msg(MESSAGE, lane)

    name, body, message = only(queues)
    assert name == posted.queue == queue
    assert body == {"type": "send_msg", "data": MESSAGE, "correlation_id": posted.correlation_id}
    assert message.group == "-100123"


@pytest.mark.parametrize("correlation_id", [None, "one-action"])
def test_the_same_message_twice_is_two_messages(correlation_id: str | None) -> None:
    queues = FakeQueues()

    for _ in range(2):
        producer(queues).send_msg(MESSAGE, Lane.REGULAR, correlation_id)

    ids = {message.deduplication_id for _, message in queues.sent}
    assert len(ids) == 2
    assert None not in ids


def test_without_a_correlation_id_each_has_a_new_one() -> None:
    first, second = (producer(FakeQueues()).send_msg(MESSAGE, Lane.REGULAR) for _ in range(2))

    assert first.correlation_id != second.correlation_id


def test_a_correlation_id_is_named_as_the_receiver_will_write_it() -> None:
    queues = FakeQueues()

    posted = producer(queues).send_msg(MESSAGE, Lane.REGULAR, "order 5")

    assert posted.correlation_id == "order_5" == only(queues)[1]["correlation_id"]


def test_a_bot_goes_to_control_in_its_own_group() -> None:
    queues = FakeQueues()

    posted = producer(queues).add_bot(BOT, "c-1")

    name, body, message = only(queues)
    assert (name, posted.correlation_id, message.group) == ("courier-control.fifo", "c-1", "7")
    assert body == {"type": "add_bot", "data": BOT, "correlation_id": "c-1"}
    assert "fake-token" not in repr(posted)


def test_text_that_sqs_would_refuse_travels_as_ascii() -> None:
    queues = FakeQueues()

    producer(queues).send_msg(MESSAGE | {"text": "\ufffe 🙂"}, Lane.REGULAR)

    _, body, message = only(queues)
    assert message.body.isascii()
    assert body["data"]["text"] == "\ufffe 🙂"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text": " "}, "data.text: is empty"),
        ({"chat_id": 0}, "data.chat_id"),
        ({"chat_id": "name"}, "data.chat_id"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x" * 65}]]}}, "65 bytes"),
    ],
)
def test_what_the_sender_would_refuse_is_not_sent(wrong: dict[str, Any], says: str) -> None:
    queues = FakeQueues()

    with pytest.raises(RefusedMessageError, match=says):
        producer(queues).send_msg(MESSAGE | wrong, Lane.REGULAR)
    assert queues.sent == []


def test_a_refused_token_is_not_repeated() -> None:
    with pytest.raises(RefusedMessageError) as caught:
        producer(FakeQueues()).add_bot(BOT | {"token": "not a token"})
    assert "not a token" not in str(caught.value)


def test_a_bot_without_queue_is_named() -> None:
    with pytest.raises(NotFoundError, match=r"bot 7 has no queue; add it with `courier bots add 7`"):
        producer(Missing()).send_msg(MESSAGE, Lane.REGULAR)


def test_a_stack_that_is_not_there() -> None:
    with pytest.raises(NotFoundError, match=r"courier-control\.fifo"):
        producer(Missing()).add_bot(BOT)


def test_other_trouble_keeps_its_cause() -> None:
    with pytest.raises(StateUnavailableError) as caught:
        producer(Missing(code="AccessDenied")).send_msg(MESSAGE, Lane.REGULAR)
    assert isinstance(caught.value.__cause__, ClientError)
