"""Rows of bots: what is written is read, and newer code's rows don't break this code."""

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from courier.contracts.control import Limits, OwnQuotas
from courier.errors import StateUnavailableError
from courier.state.bot import News
from courier.state.bots import Bot, BotTable, Status, Switch
from courier.telemetry import correlated
from tests.functional.state.conftest import TABLE
from tests.support.bots import active_bot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

FULL = Bot(
    bot_id=7,
    status=Status.STOPPED,
    reason="Telegram refuses the token: Unauthorized",
    telegram_id=2**52,
    username="seven_bot",
    token_version=3,
    is_sent_logs=True,
    parse_mode="HTML",
    limits=Limits(bot_per_second=25, chat_per_second=0.5, chat_burst=1, group_per_minute=18),
    admins=(5, 2**52),
    access="closed",
    quotas=OwnQuotas(per_user=0, window_s=60),
    updates_queue="courier-app-shop.fifo",
    updates_forwarded="unclaimed",
)


@pytest.fixture
def table(client: "DynamoDBClient") -> BotTable:
    return BotTable(client, TABLE)


def add_to_row(client: "DynamoDBClient", name: str, value: dict[str, Any]) -> None:
    """What newer code may have written beside what this code knows."""
    client.update_item(
        TableName=TABLE,
        Key={"pk": {"S": "bot#7"}, "sk": {"S": "bot"}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


@pytest.mark.parametrize("bot", [FULL, Bot(bot_id=7, telegram_id=70), active_bot(7)])
def test_a_bot_is_read_as_it_was_written(table: BotTable, bot: Bot) -> None:
    table.put(bot)

    assert table.get(7) == bot
    assert table.get(8) is None


def test_a_bot_is_written_whole(table: BotTable) -> None:
    table.put(FULL)
    table.put(active_bot(7))

    assert table.get(7) == active_bot(7)


@pytest.mark.parametrize(
    "value",
    [
        {"S": "x"},
        {"N": "5"},
        {"BOOL": True},
        {"NULL": True},
        {"M": {"a": {"S": "b"}}},
        {"L": [{"N": "1"}]},
        {"SS": ["a"]},
        {"N": "1.5"},
    ],
)
def test_an_attribute_that_only_newer_code_knows_is_passed_over(
    table: BotTable, client: "DynamoDBClient", value: dict[str, Any]
) -> None:
    table.put(FULL)
    add_to_row(client, "since_next_release", value)

    assert table.get(7) == FULL


def test_a_limit_that_only_newer_code_knows_is_passed_over(table: BotTable, client: "DynamoDBClient") -> None:
    table.put(FULL)
    add_to_row(client, "limits", {"S": '{"bot_per_second": 25, "per_hour": 100}'})

    found = table.get(7)

    assert found is not None
    assert found.limits.bot_per_second == 25


def test_a_status_that_only_newer_code_knows_is_not_active(table: BotTable, client: "DynamoDBClient") -> None:
    table.put(active_bot(7))
    add_to_row(client, "status", {"S": "resting"})

    found = table.get(7)

    assert found is not None
    assert not found.is_active


def test_only_an_active_bot_is_active() -> None:
    assert [status for status in Status if Bot(bot_id=1, telegram_id=1, status=status).is_active] == [Status.ACTIVE]


@pytest.mark.parametrize("status", Status)
def test_draining_is_for_bots_that_go(status: Status) -> None:
    bot = Bot(bot_id=1, telegram_id=1, status=status, is_draining=True)

    assert bot.is_active is (status in (Status.ACTIVE, Status.REMOVING))


def test_an_active_bot_is_stopped_once_and_keeps_all_else(table: BotTable) -> None:
    bot = active_bot(7)
    table.put(bot)

    with correlated("c-401"):
        assert table.stop(bot, "why") is True
    assert table.stop(bot, "again") is False
    found = table.get(7)
    assert found is not None
    assert abs(found.since - time.time()) < 60
    news = found.stopped_untold
    assert news is not None
    assert (int(news.at), news.correlation_id, news.reason) == (found.since, "c-401", "why")
    stopped = {"status": Status.STOPPED, "reason": "why", "since": found.since, "stopped_untold": news}
    assert found == bot.model_copy(update=stopped)


def test_news_that_were_told_are_taken_away_and_newer_ones_stay(table: BotTable) -> None:
    old, new = News(at=1.25, correlation_id="c", reason="ü"), News(at=2.5, correlation_id="d")
    bot = active_bot(7).model_copy(update={"stopped_untold": new, "added_untold": old})
    table.put(bot)
    assert table.row(7) == bot

    table.told(7, "stopped_untold", old)
    table.told(7, "added_untold", old)
    table.told(8, "added_untold", old)

    assert table.row(7) == bot.model_copy(update={"added_untold": None})
    assert table.row(8) is None


def test_a_bots_long_penalty_is_kept_and_never_cut(table: BotTable) -> None:
    table.put(active_bot(7))

    for until in (1_900_000_000, 1_800_000_000):
        table.hold(7, until)
    table.hold(8, 1_900_000_000)

    assert table.get(7) == active_bot(7).model_copy(update={"held_until": 1_900_000_000})
    assert table.get(8) is None


def test_a_bot_that_got_another_token_meanwhile_isnt_stopped(table: BotTable) -> None:
    newer = active_bot(7).model_copy(update={"token_version": 2})
    table.put(newer)

    assert table.stop(active_bot(7), "the old token was refused") is False
    assert table.get(7) == newer


def test_a_bot_that_is_being_removed_stops_draining(table: BotTable) -> None:
    """What it still holds can't be sent with a token that is refused, so nobody need wait for it."""
    bot = active_bot(7).model_copy(update={"status": Status.REMOVING, "is_draining": True})
    table.put(bot)

    assert table.stop(bot, "why") is True
    assert table.stop(bot, "again") is False
    assert table.get(7) == bot.model_copy(update={"is_draining": False, "reason": "why"})


def test_a_bot_that_was_paused_meanwhile_isnt_stopped(table: BotTable) -> None:
    paused = active_bot(7).model_copy(update={"status": Status.PAUSED})
    table.put(paused)

    assert table.stop(active_bot(7), "why") is False
    assert table.get(7) == paused


def test_a_bot_that_isnt_there_is_not_made_by_stopping_it(table: BotTable) -> None:
    assert table.stop(active_bot(7), "why") is False
    assert table.get(7) is None


def test_a_table_that_cant_be_asked_is_one_error(aws: boto3.Session) -> None:
    missing = BotTable(aws.client("dynamodb"), "no-such-table")

    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.get(7)
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.row(7)
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        list(missing.all())
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.turn(Switch(is_off=True))
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.put(FULL)
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        missing.stop(FULL, "why")


@pytest.mark.parametrize("bot", [active_bot(7), active_bot(7).model_copy(update={"status": Status.REMOVING})])
def test_the_stop_switch_holds_every_bot_and_leaves_its_row(table: BotTable, bot: Bot) -> None:
    bot = bot.model_copy(update={"is_draining": bot.status == Status.REMOVING})
    table.put(bot)
    table.turn(Switch(is_off=True, reason="plug", since=5))

    found = table.get(7)

    assert found is not None
    assert (found.status, found.reason, found.is_active) == (Status.PAUSED, "plug", False)
    assert table.row(7) == bot
    assert table.switch() == Switch(is_off=True, reason="plug", since=5)

    table.turn(Switch(since=6))
    assert table.get(7) == bot
    assert table.row(8) is None


def test_a_switch_that_was_never_turned_is_on(table: BotTable) -> None:
    assert table.switch() == Switch()
    assert not Switch().is_off


def test_a_bot_and_the_switch_are_one_consistent_read(table: BotTable, client: "DynamoDBClient") -> None:
    keys = [{"pk": {"S": "bot#7"}, "sk": {"S": "bot"}}, {"pk": {"S": "stack"}, "sk": {"S": "switch"}}]
    with Stubber(client) as stub:
        stub.add_response(
            "batch_get_item",
            {"Responses": {TABLE: []}, "UnprocessedKeys": {}},
            {"RequestItems": {TABLE: {"Keys": keys, "ConsistentRead": True}}},
        )
        assert table.get(7) is None


def test_a_read_that_dynamodb_put_off_is_no_bot_that_isnt_there(table: BotTable, client: "DynamoDBClient") -> None:
    keys: Any = {TABLE: {"Keys": [{"pk": {"S": "bot#7"}, "sk": {"S": "bot"}}]}}
    stub = Stubber(client)
    stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": keys})

    with stub, pytest.raises(StateUnavailableError):
        table.get(7)


def test_all_bots_are_listed_but_those_that_are_gone(table: BotTable, client: "DynamoDBClient") -> None:
    for bot_id in range(1, 6):
        table.put(active_bot(bot_id))
    table.put(active_bot(2).model_copy(update={"status": Status.REMOVED, "expires_at": 2_000_000_000}))
    table.stop(active_bot(3), "why")
    client.put_item(TableName=TABLE, Item={"pk": {"S": "bot#1"}, "sk": {"S": "access#9"}})

    assert {bot.bot_id: bot.status for bot in table.all()} == {1: "active", 3: "stopped", 4: "active", 5: "active"}


def test_a_row_that_may_go_says_when(table: BotTable, client: "DynamoDBClient") -> None:
    table.put(FULL.model_copy(update={"status": Status.REMOVED, "expires_at": 2_000_000_000}))

    item = client.get_item(TableName=TABLE, Key={"pk": {"S": "bot#7"}, "sk": {"S": "bot"}})["Item"]

    assert item["expires_at"] == {"N": "2000000000"}
