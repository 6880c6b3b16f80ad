"""A bot's rules in its row: admins, access and quotas, written by whatever code."""

from typing import TYPE_CHECKING

import pytest

from courier.contracts.control import OwnQuotas
from courier.state.bots import BotTable
from tests.functional.state.conftest import TABLE
from tests.support.bots import active_bot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@pytest.fixture
def table(client: "DynamoDBClient") -> BotTable:
    return BotTable(client, TABLE)


def set_text(client: "DynamoDBClient", name: str, text: str) -> None:
    """What newer code may have written."""
    client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "bot#7"}, "sk": {"S": "bot"}},
        UpdateExpression="SET #name = :text",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":text": {"S": text}},
    )


def test_a_quota_that_only_newer_code_knows_is_passed_over(table: BotTable, client: "DynamoDBClient") -> None:
    table.put(active_bot(7))
    set_text(client, "quotas", '{"per_user": 5, "per_day": 100}')

    found = table.get(7)

    assert found is not None
    assert found.quotas == OwnQuotas(per_user=5)


@pytest.mark.parametrize(
    ("access", "default", "is_open"),
    [
        (None, "open", True),
        (None, "closed", False),
        ("open", "closed", True),
        ("closed", "open", False),
        ("members", "open", False),
        (None, "members", False),
    ],
)
def test_a_bot_is_open_only_if_it_is_said_in_words_that_are_known(
    table: BotTable, client: "DynamoDBClient", access: str | None, default: str, *, is_open: bool
) -> None:
    table.put(active_bot(7))
    if access:
        set_text(client, "access", access)

    found = table.get(7)

    assert found is not None
    assert found.is_open(default) is is_open


def test_a_row_from_before_there_were_rules_has_none(table: BotTable) -> None:
    table.put(active_bot(7))

    found = table.get(7)

    assert found is not None
    assert (found.admins, found.access, found.quotas, found.updates_queue) == ((), None, None, None)
    assert found.updates_forwarded == "all"
