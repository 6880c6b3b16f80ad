"""A removed bot's leftovers, on SQS: moved with their order and ids, once, and tokens masked."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from courier.control import leftovers
from courier.control.leftovers import Leftovers
from courier.control.resources import BotQueues
from courier.errors import StateUnavailableError
from courier.queues.dead_letters import DeadLetter, DeadLetters
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import Sqs

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

NAMES = QueueNames("courier")
ARN = "arn:aws:sqs:eu-west-1:123456789012:"
QUEUE = ARN + NAMES.bot(7, Lane.REGULAR)
SECRET = "Secret-" * 5


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_WAIT_S", 0)


@pytest.fixture
def client(aws: boto3.Session) -> "SQSClient":
    client = aws.client("sqs")
    client.create_queue(QueueName=NAMES.dead, Attributes={"FifoQueue": "true"})
    return client


@pytest.fixture
def queues(client: "SQSClient") -> BotQueues:
    made = BotQueues(client, NAMES, ARN + NAMES.dead)
    made.ensure(7, logs=True)
    return made


@pytest.fixture
def dead(client: "SQSClient") -> DeadLetters:
    return DeadLetters(Sqs(client), client.get_queue_url(QueueName=NAMES.dead)["QueueUrl"])


def put(client: "SQSClient", *bodies: str, group: str = "5", **attributes: str) -> None:
    url = client.get_queue_url(QueueName=NAMES.bot(7, Lane.REGULAR))["QueueUrl"]
    for number, body in enumerate(bodies):
        client.send_message(
            QueueUrl=url,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=f"{group}-{number}",
            MessageAttributes={name: {"DataType": "String", "StringValue": one} for name, one in attributes.items()},
        )


def letters(client: "SQSClient") -> list[dict[str, Any]]:
    url = client.get_queue_url(QueueName=NAMES.dead)["QueueUrl"]
    found: list[dict[str, Any]] = []
    while True:
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        if not answer.get("Messages"):
            return found
        for message in answer["Messages"]:
            attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
            found.append({"body": message["Body"]} | attributes)
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_all_is_moved_in_each_chats_order(client: "SQSClient", queues: BotQueues, dead: DeadLetters) -> None:
    bodies = [json.dumps({"n": n}) for n in range(25)]
    put(client, *bodies)
    put(client, "of another chat", group="6", correlation_id="c-6")

    assert Leftovers(client, dead).bury(QUEUE) == 26

    found = letters(client)
    assert [letter["body"] for letter in found if letter["body"] in bodies] == bodies
    assert {letter["reason"] for letter in found} == {"bot removed"}
    assert {letter["source"] for letter in found} == {NAMES.bot(7, Lane.REGULAR)}
    assert [one["correlation_id"] for one in found if one["body"] == "of another chat"] == ["c-6"]
    assert queues.held(7) == 0


def test_tokens_are_masked(client: "SQSClient", queues: BotQueues, dead: DeadLetters) -> None:
    del queues
    put(client, json.dumps({"type": "add_bot", "data": {"token": f"7:{SECRET}"}, "correlation_id": "c"}))

    Leftovers(client, dead).bury(QUEUE)

    (letter,) = letters(client)
    assert SECRET not in json.dumps(letter)
    assert letter["correlation_id"] == "c"


def test_what_isnt_safely_among_the_dead_letters_stays(client: "SQSClient", queues: BotQueues) -> None:
    class Down:
        def put(self, _: Sequence[DeadLetter]) -> None:
            raise StateUnavailableError("SQS is down")

    put(client, "a", "b")

    with pytest.raises(StateUnavailableError):
        Leftovers(client, Down()).bury(QUEUE)

    assert queues.held(7) == 2


def test_it_stops_where_others_should_have_their_turn(
    client: "SQSClient", queues: BotQueues, dead: DeadLetters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "AT_ONCE", 10)
    put(client, *(f"{n}" for n in range(15)))

    assert Leftovers(client, dead).bury(QUEUE) == 10
    assert queues.held(7) == 5


def test_a_queue_that_isnt_there_holds_nothing(client: "SQSClient", queues: BotQueues, dead: DeadLetters) -> None:
    assert Leftovers(client, dead).bury(ARN + NAMES.bot(8, Lane.REGULAR)) == 0
    assert queues.held(8) == 0


def test_hidden_messages_count_and_can_t_be_moved(client: "SQSClient", queues: BotQueues, dead: DeadLetters) -> None:
    put(client, "in flight")
    client.receive_message(QueueUrl=client.get_queue_url(QueueName=NAMES.bot(7, Lane.REGULAR))["QueueUrl"])

    assert Leftovers(client, dead).bury(QUEUE) == 0
    assert queues.held(7) == 1


def test_a_bots_queues_are_named_missing_and_taken_away(queues: BotQueues) -> None:
    assert queues.missing(7, logs=True) == []

    queues.delete(7)
    queues.delete(7)

    assert queues.missing(7, logs=True) == [NAMES.bot(7, lane) for lane in Lane] + [NAMES.logs(7)]


def test_delivery_logs_that_nobody_read_are_kept(client: "SQSClient", queues: BotQueues) -> None:
    url = client.get_queue_url(QueueName=NAMES.logs(7))["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="{}")

    queues.delete(7)

    assert queues.missing(7, logs=True) == [NAMES.bot(7, lane) for lane in Lane]
