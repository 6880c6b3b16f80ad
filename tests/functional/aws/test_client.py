"""What a client does when a service has trouble, and what the project's own stores make of it."""

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
)

from courier.aws.client import PAUSE_S, THROTTLED_PAUSE_S, TRIES
from courier.aws.services import DYNAMODB, EVENTS, SQS, SSM
from courier.contracts.events import BotRemoved
from courier.errors import StateUnavailableError
from courier.events.bus import EventBus
from courier.queues.sqs import Outbound, Sqs
from courier.state.bots import BotTable
from courier.state.recipients import UnreachableTable
from courier.state.tokens import TokenStore
from tests.functional.aws.conftest import World
from tests.functional.aws.server import Answer
from tests.support.bots import active_bot

URL = "http://127.0.0.1/1/courier-dead.fifo"
REMOVED = BotRemoved(correlation_id="c", occurred_at=1795257600.5, bot_id=1, username=None)
THROTTLED = Answer(400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
REFUSED = Answer(400, {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"})
CHANGED = Answer(400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"})
FAULTS = {
    "throttled": THROTTLED,
    "429": Answer(429, {}),
    "500": Answer(500, {"__type": "InternalServerError"}),
    "503": Answer(503, b"Service Unavailable"),
    "cut": Answer(is_cut=True),
    "not JSON": Answer(200, b"<html>"),
    "not an object": Answer(200, b"[]"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_passes_is_tried_again(world: World, fault: Answer) -> None:
    world.service.answers = [fault, fault, Answer(body={"QueueUrl": URL})]

    assert world.client(SQS).get_queue_url(QueueName="q") == {"QueueUrl": URL}
    assert len(world.service.asked) == TRIES
    longest_s = THROTTLED_PAUSE_S if fault in (THROTTLED, FAULTS["429"]) else PAUSE_S
    assert all(0 <= slept <= longest_s * 2**number for number, slept in enumerate(world.slept))
    assert len(world.slept) == TRIES - 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_lasts_is_raised_after_three_tries(world: World, fault: Answer) -> None:
    world.service.answers = [fault]

    with pytest.raises((ClientError, BotoCoreError)):
        world.client(SQS).get_queue_url(QueueName="q")
    assert len(world.service.asked) == TRIES


def test_a_refusal_is_final(world: World) -> None:
    world.service.answers = [REFUSED]

    with pytest.raises(ClientError, match=r"AccessDeniedException.*no"):
        world.client(DYNAMODB).get_item(TableName="t", Key={})
    assert (len(world.service.asked), world.slept) == (1, [])


def test_nobody_there(world: World) -> None:
    world.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"

    with pytest.raises(EndpointConnectionError):
        world.client(SQS).get_queue_url(QueueName="q")
    assert len(world.slept) == TRIES - 1


def test_a_lost_answer_is_no_answer(world: World) -> None:
    world.service.answers = [FAULTS["cut"]]

    with pytest.raises(HTTPClientError):
        world.client(SQS).get_queue_url(QueueName="q")


def test_who_is_nobody_or_nowhere_asks_nothing(world: World) -> None:
    client = world.client(SQS)
    key = world.environment.pop("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentialsError):
        client.get_queue_url(QueueName="q")
    world.environment["AWS_SECRET_ACCESS_KEY"] = key
    del world.environment["AWS_REGION"]
    with pytest.raises(NoRegionError):
        client.get_queue_url(QueueName="q")
    assert world.service.asked == []


def test_renewed_credentials_sign_the_next_call(world: World) -> None:
    client = world.client(SQS)
    client.get_queue_url(QueueName="q")
    world.environment |= {"AWS_ACCESS_KEY_ID": "AKIDRENEWED", "AWS_SESSION_TOKEN": "renewed"}
    client.get_queue_url(QueueName="q")

    first, second = (asked.headers for asked in world.service.asked)
    assert "Credential=AKIDEXAMPLE/" in first["authorization"]
    assert "Credential=AKIDRENEWED/" in second["authorization"]
    assert second["x-amz-security-token"] == "renewed"


def test_long_lived_keys_have_no_session(world: World) -> None:
    del world.environment["AWS_SESSION_TOKEN"]
    world.client(SQS).get_queue_url(QueueName="q")

    assert "x-amz-security-token" not in world.service.asked[0].headers


@pytest.mark.parametrize("method", ["scan", "get_paginator", "delete_table"])
def test_what_no_hot_function_needs_isnt_there(world: World, method: str) -> None:
    with pytest.raises(AttributeError, match=method):
        getattr(world.client(DYNAMODB), method)
    with pytest.raises(AttributeError):
        _ = world.client(DYNAMODB).exceptions.ResourceNotFoundException


def works(world: World) -> dict[str, Any]:
    """All that the sender and the api ask of AWS, by what asks."""
    table, sqs = BotTable(world.client(DYNAMODB), "t"), Sqs(world.client(SQS))
    return {
        "BotTable.get": lambda: table.get(1),
        "BotTable.row": lambda: table.row(1),
        "BotTable.stop": lambda: table.stop(active_bot(), "why"),
        "UnreachableTable.note": lambda: UnreachableTable(world.client(DYNAMODB), "t").note(1, 2, "why"),
        "TokenStore.get": lambda: TokenStore(world.client(SSM), "courier").get(1),
        "Sqs.url": lambda: sqs.url("q"),
        "Sqs.send": lambda: sqs.send(URL, [Outbound("x")]),
        "EventBus.put": lambda: EventBus(world.client(EVENTS), "courier", "courier.courier").put([REMOVED]),
        "Sqs.delete": lambda: sqs.delete(URL, ["r"]),
    }


@pytest.mark.parametrize("fault", [*FAULTS, "refused", "nobody there", "no credentials"])
def test_whatever_is_wrong_state_is_unavailable(world: World, fault: str) -> None:
    world.service.answers = [FAULTS.get(fault, REFUSED)]
    if fault == "nobody there":
        world.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    if fault == "no credentials":
        del world.environment["AWS_ACCESS_KEY_ID"]

    for work in works(world).values():
        with pytest.raises(StateUnavailableError):
            work()
    assert len(Sqs(world.client(SQS)).hide(URL, {"r": 1})) == 1


def test_stores_tell_the_errors_that_mean_something(world: World) -> None:
    world.service.answers = [CHANGED]
    assert BotTable(world.client(DYNAMODB), "t").stop(active_bot(), "why") is False
    world.service.answers = [Answer(400, {"__type": "ParameterNotFound"})]
    assert TokenStore(world.client(SSM), "courier").get(1) is None


def test_a_token_has_its_version_of_both(world: World) -> None:
    parameter = {"Value": "1:fake", "Version": 7, "LastModifiedDate": 1795257600.9}
    world.service.answers = [Answer(body={"Parameter": parameter})]

    assert TokenStore(world.client(SSM), "courier").get(1) == ("1:fake", 1795257600_007)
