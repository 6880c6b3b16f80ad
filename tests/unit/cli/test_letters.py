"""Looking at dead letters leaves them where they are."""

from typing import TYPE_CHECKING, cast

import pytest

from cli.letters import DeadLetterBox
from tests.unit.cli.fakes import FifoQueue, Stored

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


def box(queue: FifoQueue) -> DeadLetterBox:
    return DeadLetterBox(cast("SQSClient", queue), "https://sqs.test/courier-dead.fifo", 0)


def letters(count: int, group: str = "") -> list[Stored]:
    return [Stored(f"m{n}", group or f"7:{n}") for n in range(count)]


def test_all_are_seen_and_all_are_given_back() -> None:
    queue = FifoQueue(letters(25))

    seen = box(queue).peek(100)

    assert [letter.message_id for letter in seen.letters] == [f"m{n}" for n in range(25)]
    assert (seen.total, queue.held, len(queue.messages)) == (25, [], 25)


def test_it_can_be_done_again_at_once() -> None:
    queue = FifoQueue(letters(12))

    first, second = (box(queue).peek(100) for _ in range(2))

    assert first == second


def test_no_more_than_the_limit_is_touched() -> None:
    queue = FifoQueue(letters(25))

    seen = box(queue).peek(12)

    assert (len(seen.letters), seen.total) == (12, 25)
    assert [message.receipts for message in queue.messages] == [1] * 12 + [0] * 13
    assert queue.held == []


def test_one_chats_letters_are_seen_as_far_as_sqs_shows_them() -> None:
    queue = FifoQueue(letters(13, group="7:5"))

    seen = box(queue).peek(100)

    assert (len(seen.letters), seen.total) == (10, 13)


def test_ctrl_c_gives_back_what_is_held() -> None:
    queue = FifoQueue(letters(25), interrupt_at=3)

    with pytest.raises(KeyboardInterrupt):
        box(queue).peek(100)

    assert sum(message.receipts for message in queue.messages) == 20
    assert queue.held == []


def test_a_slow_look_ends_when_letters_come_again() -> None:
    queue = FifoQueue(letters(8), is_forgetful=True)

    seen = box(queue).peek(100)

    assert (len(seen.letters), queue.receives, queue.held) == (8, 2, [])


def test_what_a_letter_says() -> None:
    attributes = {"reason": "data.text: is missing", "source": "courier-bot-7.fifo", "correlation_id": "c-1"}
    queue = FifoQueue([Stored("m", "7:5", '{"type": "send_msg"}', attributes)])

    (letter,) = box(queue).peek(1).letters

    assert letter.data() == attributes | {
        "message_id": "m",
        "group": "7:5",
        "sent_at": 1.5,
        "body": '{"type": "send_msg"}',
    }


def test_a_letter_that_sqs_moved_has_a_reason_too_and_no_token() -> None:
    body = '{"type": "add_bot", "data": {"token": "1:fake-token"}, "correlation_id": "c-2"}'
    source = {
        "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:1:courier-control.fifo",
        "ApproximateReceiveCount": "1001",
    }
    queue = FifoQueue([Stored("m", "7", body, system=source)])

    (letter,) = box(queue).peek(1).letters

    assert letter.reason == "received 1001 times without success, moved by SQS"
    assert (letter.source, letter.correlation_id) == ("courier-control.fifo", "c-2")
    assert "fake-token" not in letter.body


def test_the_letters_of_one_id() -> None:
    queue = FifoQueue([Stored("a", "1", "{}", {"correlation_id": "x"}), Stored("b", "2", '{"correlation_id": "y"}')])

    assert [letter.message_id for letter in box(queue).about("y", 10)] == ["b"]
    assert box(queue).about("z", 10) == []
