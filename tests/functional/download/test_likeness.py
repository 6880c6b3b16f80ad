"""The table that `tests/unit/download/test_interleavings.py` plays says what moto says, call by call."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.functional.state.conftest import aws, client
from tests.support.explore import settled, walk
from tests.support.interest import World
from tests.support.replay import Call

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]
METHODS = ("get_item", "query", "put_item", "update_item", "delete_item", "transact_write_items")


def said(client: "DynamoDBClient", call: Call) -> Any:
    """What moto answers, as the played table would."""
    method, given = call[0], json.loads(call[1])
    try:
        answer = getattr(client, method)(**given)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", [])]
        return {"error": code, "reasons": reasons} if reasons else {"error": code}
    return {name: answer[name] for name in ("Item", "Items") if name in answer}


@pytest.mark.parametrize("failure", [None, "gone"])
@pytest.mark.parametrize("seed", range(6))
def test_calls_are_answered_alike(client: "DynamoDBClient", seed: int, failure: str | None) -> None:
    world = World(failure)
    world.asks("ann", "bob")
    world.asks("cid")
    world.leaves("cid")
    world.leaves("ann")
    world.sweeps()

    end, happened = walk(world, world.start(faults=2), seed)

    compared = 0
    for _, call, answer in happened:
        if call is not None and call[0] in METHODS:
            assert said(client, call) == json.loads(answer), call
            compared += 1
    assert compared > 20
    settled(world, end)
