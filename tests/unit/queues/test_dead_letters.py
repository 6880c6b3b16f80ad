"""A dead letter: the body with its tokens masked, why, and whose it was."""

import json

import pytest

from courier.queues.dead_letters import MAX_REASON, DeadLetter, DeadLetters
from courier.queues.sqs import Outbound
from tests.support.queues import record
from tests.unit.contracts.opening import SECRET, TOKEN, add_bot, refusal, send_msg, text_of
from tests.unit.queues.test_sqs import URL, FakeClient, sqs

#: SQS: bytes of a message with its attributes.
MAX_MESSAGE = 1024 * 1024


def test_a_letter_is_whole() -> None:
    source = record('{"chat_id": 5}', group="5", message_id="sqs-9", correlation_id="c-1")

    assert DeadLetter(source, "data: is missing").outbound() == Outbound(
        body='{"chat_id": 5}',
        group="1:5",
        deduplication_id="sqs-9",
        attributes={"reason": "data: is missing", "source": "courier-bot-1.fifo", "correlation_id": "c-1"},
    )


@pytest.mark.parametrize(
    ("queue", "group", "expected"),
    [
        ("courier-bot-7.fifo", "5", "7:5"),
        ("courier-bot-7-broadcast.fifo", "5", "7:5"),
        ("courier-control.fifo", "7", "control:7"),
        ("courier-bot-7.fifo", "x" * 128, "7:" + "x" * 126),
    ],
)
def test_the_group_keeps_each_chats_order(queue: str, group: str, expected: str) -> None:
    assert DeadLetter(record("{}", queue=queue, group=group), "r").outbound().group == expected


@pytest.mark.parametrize("body", [text_of(add_bot()), text_of(add_bot(token=SECRET)), f"no JSON: {TOKEN}"])
def test_no_token_gets_into_a_letter(body: str) -> None:
    letter = DeadLetter(record(body), f"refused: {TOKEN}").outbound()

    assert SECRET not in letter.body
    assert letter.attributes["reason"] == "refused: 1234567890:***"


def test_a_long_reason_is_cut() -> None:
    letter = DeadLetter(record("{}"), "x" * 5_000).outbound()

    assert letter.attributes["reason"] == "x" * MAX_REASON


def test_letters_go_to_the_queue() -> None:
    client = FakeClient()

    DeadLetters(sqs(client), URL).put([DeadLetter(record("a"), "r"), DeadLetter(record("b"), "r")])

    assert client.taken == ["a", "b"]


def test_sqs_takes_the_reason_of_any_unknown_field() -> None:
    envelope = send_msg(**{"a\u0000b": 1})

    reason = DeadLetter(record(text_of(envelope)), refusal(envelope)).outbound().attributes["reason"]

    assert all(char in "\t\n\r" or char >= " " for char in reason)


def test_the_biggest_message_can_be_buried() -> None:
    body = json.dumps({"type": "send_msg", "data": "x" * MAX_MESSAGE})[:MAX_MESSAGE]

    letter = DeadLetter(record(body), "data isn't JSON").outbound()

    attributes = "".join(name + "String" + value for name, value in letter.attributes.items())
    assert len((letter.body + attributes).encode()) <= MAX_MESSAGE
