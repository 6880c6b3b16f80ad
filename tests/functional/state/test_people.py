"""Users by name: the last one who was seen with it, in any case, and written no more often than needed."""

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from courier.errors import StateUnavailableError
from courier.state.people import FRESH_S, LIFE_S, PeopleTable
from tests.functional.state.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

BOT, USER = 7, 5


class Process:
    """A table as one process has it, with a clock that the test moves."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self.now = 1_800_000_000.5
        self.client = client
        self.writes = 0
        self.table = PeopleTable(client, TABLE, clock=lambda: self.now)
        client.meta.events.register("before-call.dynamodb.PutItem", self._count)

    def _count(self, **_: Any) -> None:
        self.writes += 1


@pytest.fixture
def process(client: "DynamoDBClient") -> Process:
    return Process(client)


@pytest.mark.parametrize("asked", ["@Sunny_Day", "Sunny_Day", "sunny_day", "@SUNNY_DAY"])
def test_a_user_is_found_by_name(process: Process, asked: str) -> None:
    process.table.seen(BOT, USER, "Sunny_Day")

    assert process.table.find(BOT, asked) == USER
    assert process.table.find(BOT + 1, asked) is None


def test_a_name_belongs_to_the_last_one_who_was_seen_with_it(process: Process) -> None:
    process.table.seen(BOT, USER, "sunny")
    process.table.seen(BOT, 2**52, "Sunny")

    assert process.table.find(BOT, "sunny") == 2**52


def test_a_name_that_nobody_was_seen_with_is_unknown(process: Process) -> None:
    assert process.table.find(BOT, "@sunny") is None


@pytest.mark.parametrize("name", [None, "", "@", "@@sunny", "sun ny", "sun#ny", "sünny", "x" * 65, "x\n", "💣"])
def test_what_cant_be_a_name_is_neither_written_nor_looked_up(process: Process, name: str | None) -> None:
    with Stubber(process.client):
        process.table.seen(BOT, USER, name)
        assert process.table.find(BOT, name or "") is None


def test_what_was_written_lately_isnt_written_again(process: Process) -> None:
    for _ in range(9):
        process.table.seen(BOT, USER, "sunny")
        process.now += FRESH_S / 9
    assert process.writes == 1

    process.table.seen(BOT, USER, "sunny")
    process.table.seen(BOT, USER, "SUNNY")
    assert process.writes == 2
    process.table.seen(BOT + 1, USER, "sunny")
    process.table.seen(BOT, USER, "other")
    assert process.writes == 4


def test_what_couldnt_be_written_is_written_next_time(process: Process) -> None:
    stub = Stubber(process.client)
    stub.add_client_error("put_item", "InternalServerError")
    with stub, pytest.raises(StateUnavailableError):
        process.table.seen(BOT, USER, "sunny")

    process.table.seen(BOT, USER, "sunny")

    assert process.table.find(BOT, "sunny") == USER


def test_a_process_remembers_no_more_than_so_many(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courier.state.people._MOST", 2)
    for name in ("aaaa", "bbbb", "cccc", "bbbb", "cccc"):
        process.table.seen(BOT, USER, name)
    assert process.writes == 3

    process.table.seen(BOT, USER, "aaaa")
    assert process.writes == 4


def test_a_row_goes_400_days_after_its_user_was_seen(process: Process) -> None:
    process.table.seen(BOT, USER, "sunny")

    key: Any = {"pk": {"S": "bot#7"}, "sk": {"S": "name#sunny"}}
    item = process.client.get_item(TableName=TABLE, Key=key)["Item"]

    assert item["seen_at"] == {"N": "1800000000"}
    assert item["expires_at"] == {"N": str(1_800_000_000 + LIFE_S)}
    assert LIFE_S == 400 * 86_400


def test_a_row_without_a_user_is_nobodys(process: Process) -> None:
    process.client.put_item(TableName=TABLE, Item={"pk": {"S": "bot#7"}, "sk": {"S": "name#sunny"}})

    assert process.table.find(BOT, "sunny") is None


def test_a_table_that_cant_be_asked_is_one_error(aws: boto3.Session) -> None:
    missing = PeopleTable(aws.client("dynamodb"), "no-such-table")

    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.seen(BOT, USER, "sunny")
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.find(BOT, "sunny")
