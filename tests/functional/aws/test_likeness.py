"""Whoever holds the project's client can't tell it from boto3's: the same requests, answers and errors."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from courier.aws.services import DYNAMODB, EVENTS, SQS, SSM, STATES, Service
from tests.functional.aws.conftest import World
from tests.functional.aws.server import Answer, Asked

KEY = {"pk": {"S": "bot#1"}, "sk": {"S": "bot"}}
URL = "http://127.0.0.1/1/courier-dead.fifo"
ENTRY = {"Id": "0", "MessageBody": "ü", "MessageGroupId": "1", "MessageDeduplicationId": "1"}
DELETION = [{"Delete": {"TableName": "table", "Key": KEY}}]
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:courier-download"
EVENT = {
    "EventBusName": "courier",
    "Source": "courier.courier",
    "DetailType": "bot.added",
    "Detail": '{"bot_id":1}',
    "Time": 1795257600,
}

type Call = tuple[Service, str, dict[str, Any]]

CALLS: list[Call] = [
    (DYNAMODB, "batch_get_item", {"RequestItems": {"table": {"Keys": [KEY], "ConsistentRead": True}}}),
    (DYNAMODB, "get_item", {"TableName": "table", "Key": KEY}),
    (DYNAMODB, "put_item", {"TableName": "table", "Item": KEY | {"text": {"S": "🌷"}, "no": {"BOOL": False}}}),
    (DYNAMODB, "update_item", {"TableName": "table", "Key": KEY, "UpdateExpression": "SET a = b"}),
    (EVENTS, "put_events", {"Entries": [EVENT]}),
    (SSM, "get_parameter", {"Name": "/courier/bots/1/token", "WithDecryption": True}),
    (SQS, "get_queue_url", {"QueueName": "courier-bot-1.fifo"}),
    (SQS, "send_message", {"QueueUrl": URL, "MessageBody": "x", "MessageGroupId": "1"}),
    (SQS, "send_message_batch", {"QueueUrl": URL, "Entries": [ENTRY]}),
    (SQS, "change_message_visibility_batch", {"QueueUrl": URL, "Entries": [{"Id": "0", "ReceiptHandle": "r"}]}),
    (SQS, "delete_message_batch", {"QueueUrl": URL, "Entries": [{"Id": "0", "ReceiptHandle": "r"}]}),
    (DYNAMODB, "delete_item", {"TableName": "table", "Key": KEY, "ReturnValues": "ALL_OLD"}),
    (DYNAMODB, "query", {"TableName": "table", "KeyConditionExpression": "pk = :bot", "Select": "COUNT", "Limit": 5}),
    (DYNAMODB, "transact_write_items", {"TransactItems": DELETION, "ClientRequestToken": "boto3 makes one up"}),
    (STATES, "start_execution", {"stateMachineArn": MACHINE, "name": "0f-1", "input": '{"hash":"0f"}'}),
    (STATES, "stop_execution", {"executionArn": f"{MACHINE}:0f-1", "error": "Unwanted", "cause": "nobody waits"}),
    (SQS, "get_queue_attributes", {"QueueUrl": URL, "AttributeNames": ["ApproximateNumberOfMessages"]}),
]


def boto(world: World, service: Service) -> Any:
    environment = world.environment
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], environment["AWS_SESSION_TOKEN"]
    )
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})
    make: Any = session.client
    return make(
        {"states": "stepfunctions"}.get(service.name, service.name),
        "eu-west-1",
        endpoint_url=world.service.url,
        config=config,
    )


def signature_of(asked: Asked, service: str) -> str:
    """Signature Version 4, worked out from AWS's description of it."""
    scheme, _, parts = asked.headers["authorization"].partition(" ")
    assert scheme == "AWS4-HMAC-SHA256"
    named = dict(part.split("=", 1) for part in parts.split(", "))
    stamp = asked.headers["x-amz-date"]
    scope = f"{stamp[:8]}/eu-west-1/{service}/aws4_request"
    assert named["Credential"] == f"AKIDEXAMPLE/{scope}"
    signed = named["SignedHeaders"].split(";")
    assert {"content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"} <= set(signed)
    headers = "".join(f"{name}:{asked.headers[name]}\n" for name in signed)
    request = f"POST\n/\n\n{headers}\n{';'.join(signed)}\n{hashlib.sha256(asked.body).hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = b"AWS4not-so-secret"
    for part in (stamp[:8], "eu-west-1", service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    assert named["Signature"] == hmac.digest(key, text.encode(), "sha256").hex()
    return named["Signature"]


def test_all_operations_are_compared() -> None:
    compared = {(service.name, "".join(word.capitalize() for word in name.split("_"))) for service, name, _ in CALLS}

    assert compared == {
        (service.name, name) for service in (DYNAMODB, EVENTS, SQS, SSM, STATES) for name in service.operations
    }


@pytest.mark.parametrize(("service", "method", "parameters"), CALLS, ids=[name for _, name, _ in CALLS])
def test_requests_are_those_of_boto3(world: World, service: Service, method: str, parameters: dict[str, Any]) -> None:
    for client in (world.client(service), boto(world, service)):
        getattr(client, method)(**parameters)

    ours, theirs = world.service.asked
    assert json.loads(ours.body) == json.loads(theirs.body)
    for name in ("content-type", "x-amz-target", "x-amz-security-token", "host"):
        assert ours.headers[name] == theirs.headers[name]
    for asked in (ours, theirs):
        signature_of(asked, service.name)
        date = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(datetime.now(UTC) - date) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("call", "status", "body", "headers"),
    [
        (
            CALLS[3],
            400,
            {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"},
            {},
        ),
        (CALLS[5], 400, {"__type": "ParameterNotFound", "message": "gone"}, {}),
        (CALLS[5], 400, {"__type": "AccessDeniedException", "Message": "not authorised"}, {}),
        (
            CALLS[6],
            400,
            {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "The specified queue does not exist."},
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
        ),
        (CALLS[6], 403, b"<html>a proxy's word</html>", {}),
    ],
)
def test_errors_are_those_of_boto3(world: World, call: Call, status: int, body: Any, headers: dict[str, str]) -> None:
    service, method, parameters = call
    world.service.answers = [Answer(status, body, headers)]
    told = []
    for client in (world.client(service), boto(world, service)):
        with pytest.raises(ClientError) as raised:
            getattr(client, method)(**parameters)
        named = {code for code in service.errors if isinstance(raised.value, getattr(client.exceptions, code))}
        error = raised.value.response["Error"]
        told.append((named, raised.value.operation_name, error["Code"], None if is_page(body) else error["Message"]))

    assert told[0] == told[1]


def is_page(body: Any) -> bool:
    """Of an answer that is no JSON the words are each client's own."""
    return isinstance(body, bytes)


def test_times_are_times_and_nothing_else_is(world: World) -> None:
    parameter = {"Name": "n", "Value": "1.5", "Version": 3, "LastModifiedDate": 1795257600.25}
    world.service.answers = [Answer(body={"Parameter": parameter})]
    ours, theirs = (client.get_parameter(Name="n") for client in (world.client(SSM), boto(world, SSM)))

    assert ours["Parameter"] == {name: theirs["Parameter"][name] for name in parameter}
    assert ours["Parameter"]["LastModifiedDate"] == datetime.fromtimestamp(1795257600.25, UTC)
