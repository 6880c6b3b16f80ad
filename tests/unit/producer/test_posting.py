"""Batches, partial failures and lost answers: nothing is overtaken, nothing is doubled, nothing vanishes unsaid."""

import json
import random
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from hypothesis import given
from hypothesis import strategies as st

from courier.errors import NoSuchQueueError
from courier.producer import NotTakenError, send_msg
from courier.producer.posting import FIRST_PAUSE_S, TRIES
from tests.unit.producer.queue import FakeSqs, missing_queue

QUEUE = "courier-bot-7.fifo"


def texts(sqs: FakeSqs, chat_id: int | None = None) -> list[str]:
    group = None if chat_id is None else str(chat_id)
    return [json.loads(body)["data"]["text"] for body in sqs.bodies(QUEUE, group)]


def text_of(entry: dict[str, Any]) -> str:
    text = json.loads(entry["MessageBody"])["data"]["text"]
    assert isinstance(text, str)
    return text


def test_many_chats_fill_batches_of_ten() -> None:
    sqs = FakeSqs({QUEUE})
    posted = sqs.producer().post(send_msg(7, chat, f"to {chat}") for chat in range(1, 26))

    assert [len(request) for request in sqs.requests] == [10, 10, 5]
    assert [one.sqs_id for one in posted] == [f"sqs-{entry['MessageDeduplicationId']}" for entry in sqs.taken[QUEUE]]


def test_no_request_holds_two_messages_of_one_chat() -> None:
    sqs = FakeSqs({QUEUE})
    sqs.producer().post([send_msg(7, 1 + number % 3, f"{number}") for number in range(12)])

    for request in sqs.requests:
        groups = [entry["MessageGroupId"] for entry in request]
        assert len(set(groups)) == len(groups)
    assert len(sqs.requests) == 4


def test_a_request_has_a_mebibyte_at_most() -> None:
    sqs = FakeSqs({QUEUE})
    sqs.producer().post([send_msg(7, chat, "x" * 400_000) for chat in range(1, 6)])

    assert [len(request) for request in sqs.requests] == [2, 2, 1]


def test_what_failed_is_tried_again_before_what_follows() -> None:
    sqs = FakeSqs({QUEUE})
    faults = {"1a": 2}

    def react(entry: dict[str, Any]) -> dict[str, Any] | None:
        text = text_of(entry)
        if faults.get(text, 0):
            faults[text] -= 1
            return {"Code": "InternalError"}
        return None

    sqs.react = react
    posted = sqs.producer().post([send_msg(7, chat, f"{chat}{part}") for part in "ab" for chat in (1, 2)])

    assert texts(sqs, 1) == ["1a", "1b"]
    assert texts(sqs, 2) == ["2a", "2b"]
    assert sqs.pauses == [FIRST_PAUSE_S, FIRST_PAUSE_S * 2]
    assert [one.queue for one in posted] == [QUEUE] * 4


@given(seed=st.integers(0, 10_000), count=st.integers(1, 60), chats=st.integers(1, 15))
def test_order_holds_whatever_fails(seed: int, count: int, chats: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same failures each time
    sqs = FakeSqs({QUEUE}, react=lambda _: {"Code": "InternalError"} if chance.random() < 0.4 else None)
    messages = [send_msg(7, chance.randint(1, chats), f"{number}") for number in range(count)]

    left: list[str] = []
    try:
        sqs.producer().post(messages)
    except NotTakenError as error:
        left = [str(message.data["text"]) for message in error.left]

    assert sorted([*texts(sqs), *left], key=int) == [str(number) for number in range(count)]
    for chat in range(1, chats + 1):
        taken = [int(text) for text in texts(sqs, chat)]
        behind = [int(text) for text in left if messages[int(text)].data["chat_id"] == chat]
        assert taken + behind == sorted(taken + behind)


def test_behind_a_refusal_nothing_of_its_chat_goes_and_the_rest_does() -> None:
    sqs = FakeSqs({QUEUE})
    sqs.react = lambda entry: {"Code": "Bad", "SenderFault": True} if text_of(entry) == "1a" else None

    with pytest.raises(NotTakenError, match="Bad") as caught:
        sqs.producer().post([send_msg(7, chat, f"{chat}{part}") for part in "ab" for chat in (1, 2)])

    assert texts(sqs) == ["2a", "2b"]
    assert [message.data["text"] for message in caught.value.left] == ["1a", "1b"]
    assert len(caught.value.posted) == 2
    assert sqs.pauses == [], "what is wrong with a message doesn't pass by itself"


def test_it_gives_up_after_some_tries() -> None:
    sqs = FakeSqs({QUEUE}, react=lambda _: {"Code": "InternalError"})
    with pytest.raises(NotTakenError, match="InternalError"):
        sqs.producer().send(7, 5, "hi")
    assert len(sqs.requests) == TRIES


def test_what_is_left_can_be_posted_again_without_doubles() -> None:
    sqs = FakeSqs({QUEUE}, react=lambda _: ConnectionClosedError(endpoint_url="https://sqs.test"))
    with pytest.raises(NotTakenError) as caught:
        sqs.producer().post([send_msg(7, 5, "a"), send_msg(7, 6, "b")])
    assert caught.value.__cause__ is not None

    sqs.react = lambda _: None
    posted = sqs.producer().post(caught.value.left)

    lost, again = sqs.requests
    assert [entry["MessageDeduplicationId"] for entry in lost] == [entry["MessageDeduplicationId"] for entry in again]
    assert [json.loads(entry["MessageBody"])["correlation_id"] for entry in lost] == [
        one.correlation_id for one in posted
    ]


def test_a_missing_queue_costs_the_others_nothing() -> None:
    sqs = FakeSqs({QUEUE})
    with pytest.raises(NotTakenError, match=r"courier-bot-8\.fifo") as caught:
        sqs.producer().post([send_msg(8, 5, "a"), send_msg(7, 5, "b")])

    assert texts(sqs) == ["b"]
    assert [message.data["bot_id"] for message in caught.value.left] == [8]


def test_a_queue_that_went_is_looked_for_anew() -> None:
    sqs = FakeSqs({QUEUE})
    producer = sqs.producer()
    producer.send(7, 5, "a")
    sqs.react = lambda _: missing_queue()
    with pytest.raises(NoSuchQueueError):
        producer.send(7, 5, "b")
    sqs.react = lambda _: None
    producer.send(7, 5, "c")

    assert sqs.asked == [QUEUE, QUEUE]
