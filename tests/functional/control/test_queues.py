"""A bot's queues on SQS: their attributes, and that they are mended where they differ."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from courier.control.resources import MAX_RECEIVES, BotQueues
from courier.errors import StateUnavailableError, TryLaterError
from courier.queues.names import Lane, QueueNames

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

NAMES = QueueNames("courier")
ACCOUNT = "arn:aws:sqs:eu-west-1:123456789012:"
COMMON = {
    "VisibilityTimeout": "30",
    "MessageRetentionPeriod": "1209600",
    "SqsManagedSseEnabled": "true",
}
FIFO = COMMON | {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
}


@pytest.fixture
def client(aws: boto3.Session) -> "SQSClient":
    client = aws.client("sqs")
    client.create_queue(QueueName=NAMES.dead, Attributes={"FifoQueue": "true"})
    return client


@pytest.fixture
def queues(client: "SQSClient") -> BotQueues:
    return BotQueues(client, NAMES, ACCOUNT + NAMES.dead)


def attributes(client: "SQSClient", name: str) -> dict[str, str]:
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    found = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {str(name): value for name, value in found.items()}


def names(client: "SQSClient") -> set[str]:
    return {url.rpartition("/")[2] for url in client.list_queues(QueueNamePrefix="courier-bot-")["QueueUrls"]}


@pytest.mark.parametrize("lane", Lane)
def test_a_lanes_queue_is_fast_patient_encrypted_and_redriven(
    client: "SQSClient", queues: BotQueues, lane: Lane
) -> None:
    arns = queues.ensure(7, logs=False)

    found = attributes(client, NAMES.bot(7, lane))
    assert arns[lane] == ACCOUNT + NAMES.bot(7, lane)
    assert found.items() >= FIFO.items()
    assert json.loads(found["RedrivePolicy"]) == {
        "deadLetterTargetArn": ACCOUNT + NAMES.dead,
        "maxReceiveCount": MAX_RECEIVES,
    }
    assert _denies_plain_text(found, arns[lane])
    assert found.get("ContentBasedDeduplication", "false") == "false"


def test_the_logs_queue_is_made_if_asked_for_and_is_a_standard_one(client: "SQSClient", queues: BotQueues) -> None:
    queues.ensure(7, logs=False)
    assert NAMES.logs(7) not in names(client)

    arns = queues.ensure(7, logs=True)

    found = attributes(client, NAMES.logs(7))
    assert found.items() >= COMMON.items()
    assert "FifoQueue" not in found
    assert _denies_plain_text(found, ACCOUNT + NAMES.logs(7))
    assert arns.keys() == set(Lane)


def test_queues_are_tagged(client: "SQSClient", queues: BotQueues) -> None:
    queues.ensure(7, logs=True)

    for name in names(client):
        tags = client.list_queue_tags(QueueUrl=client.get_queue_url(QueueName=name)["QueueUrl"])["Tags"]
        assert tags == {"application": "tg-courier", "stack": "courier", "bot_id": "7"}


def test_a_second_time_changes_nothing(client: "SQSClient", queues: BotQueues) -> None:
    first = queues.ensure(7, logs=True)
    before = {name: attributes(client, name) for name in names(client)}

    assert queues.ensure(7, logs=True) == first

    assert {name: attributes(client, name) for name in names(client)} == before


def test_a_queue_with_other_attributes_is_mended_and_keeps_its_messages(client: "SQSClient", queues: BotQueues) -> None:
    name = NAMES.bot(7, Lane.REGULAR)
    url = client.create_queue(QueueName=name, Attributes={"FifoQueue": "true", "VisibilityTimeout": "600"})["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="kept", MessageGroupId="5", MessageDeduplicationId="1")
    client.create_queue(QueueName=NAMES.logs(7), Attributes={"MessageRetentionPeriod": "60"})

    queues.ensure(7, logs=True)

    found = attributes(client, name)
    assert found.items() >= FIFO.items()
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == MAX_RECEIVES
    assert found["ApproximateNumberOfMessages"] == "1"
    assert attributes(client, NAMES.logs(7)).items() >= COMMON.items()


@pytest.mark.parametrize(
    ("code", "error", "after_s"),
    [
        ("QueueDeletedRecently", TryLaterError, 61),
        ("InternalError", StateUnavailableError, None),
    ],
)
def test_a_queue_that_cant_be_made_now_is_made_later(
    client: "SQSClient", queues: BotQueues, code: str, error: type[Exception], after_s: int | None
) -> None:
    stub = Stubber(client)
    stub.add_client_error("create_queue", code)

    with stub, pytest.raises(error, match=r"courier-bot-7\.fifo") as caught:
        queues.ensure(7, logs=False)

    assert getattr(caught.value, "after_s", None) == after_s


def _denies_plain_text(found: dict[str, str], arn: str) -> bool:
    (statement,) = json.loads(found["Policy"])["Statement"]
    condition: Any = {"Bool": {"aws:SecureTransport": "false"}}
    return (statement["Effect"], statement["Resource"], statement["Condition"]) == ("Deny", arn, condition)
