"""Rulings: one a subject, durable, over when they end, and never open by mistake."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from courier.access.standing import Standing, access_of
from courier.errors import StateUnavailableError
from courier.state.rulings import Ruling, RulingKind, RulingTable
from tests.functional.state.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

BOT, USER, CHAT = 7, 5, -100_123
NOW = 1_800_000_000
BLESS = Ruling(RulingKind.BLESS, NOW + 60, by=1, at=NOW)
HAMMER = Ruling(RulingKind.HAMMER, NOW + 60, by=1, at=NOW)
GRACE = Ruling(RulingKind.GRACE, None, by=2, at=NOW)
SMITE = Ruling(RulingKind.SMITE, None, by=2, at=NOW)
#: What stands in a row that can't be read and isn't a grant.
USER_BAN, CHAT_BAN = Ruling(RulingKind.HAMMER, None, 0, 0), Ruling(RulingKind.SMITE, None, 0, 0)


@pytest.fixture
def table(client: "DynamoDBClient") -> RulingTable:
    return RulingTable(client, TABLE, clock=lambda: NOW)


def standing(table: RulingTable, now: int = NOW) -> Standing:
    user, chat = table.of(BOT, USER, CHAT)
    return access_of(is_admin=False, user=user, chat=chat, is_open=True, now=now).standing


def write(client: "DynamoDBClient", subject: str, **attributes: dict[str, Any]) -> None:
    """A row as other code, or a person, may have left it."""
    client.put_item(TableName=TABLE, Item={"pk": {"S": "bot#7"}, "sk": {"S": f"ruling#{subject}"}} | attributes)


def item(client: "DynamoDBClient", subject: str) -> dict[str, Any]:
    key: Any = {"pk": {"S": "bot#7"}, "sk": {"S": f"ruling#{subject}"}}
    return client.get_item(TableName=TABLE, Key=key).get("Item", {})


@pytest.mark.parametrize("user", [None, BLESS, HAMMER])
@pytest.mark.parametrize("chat", [None, GRACE, SMITE])
def test_rulings_are_read_as_they_were_made(table: RulingTable, user: Ruling | None, chat: Ruling | None) -> None:
    if user:
        table.rule_user(BOT, USER, user)
    if chat:
        table.rule_chat(BOT, CHAT, chat)

    assert table.of(BOT, USER, CHAT) == (user, chat)
    assert table.of(BOT, USER, None) == (user, None)
    assert table.of(BOT, None, CHAT) == (None, chat)


def test_bots_users_and_chats_dont_share(table: RulingTable) -> None:
    table.rule_user(BOT, USER, BLESS)
    table.rule_chat(BOT, USER, SMITE)

    assert table.of(BOT, USER, USER) == (BLESS, SMITE), "a private chat has its user's number"
    assert table.of(BOT + 1, USER, USER) == (None, None)
    assert table.of(BOT, USER + 1, CHAT) == (None, None)


@pytest.mark.parametrize(
    ("first", "second"), [(BLESS, HAMMER), (HAMMER, BLESS), (BLESS, Ruling(RulingKind.BLESS, None, 3, 9))]
)
def test_the_last_ruling_is_the_only_one(
    table: RulingTable, client: "DynamoDBClient", first: Ruling, second: Ruling
) -> None:
    table.rule_user(BOT, USER, first)
    table.rule_user(BOT, USER, second)

    assert table.of(BOT, USER, CHAT) == (second, None)
    assert ("expires_at" in item(client, "user#5")) is (second.until is not None)


def test_a_ruling_ends_whether_or_not_dynamodb_has_deleted_it(table: RulingTable, client: "DynamoDBClient") -> None:
    table.rule_user(BOT, USER, HAMMER)

    assert [standing(table, NOW + s) for s in (59, 60)] == [Standing.BANNED, Standing.OPEN]
    assert item(client, "user#5")["expires_at"] == {"N": str(NOW + 60)}, "where the table's TTL looks"


def test_no_ruling_is_listed_among_bots(table: RulingTable, client: "DynamoDBClient") -> None:
    table.rule_user(BOT, USER, BLESS)

    assert "kind" not in item(client, "user#5")


@pytest.mark.parametrize("ruling", [BLESS, HAMMER])
def test_what_is_forgiven_is_told_and_gone(table: RulingTable, ruling: Ruling) -> None:
    table.rule_user(BOT, USER, ruling)

    assert table.forgive_user(BOT, USER) == ruling
    assert table.forgive_user(BOT, USER) is None
    assert table.of(BOT, USER, CHAT) == (None, None)


def test_a_chat_is_forgiven_alone(table: RulingTable) -> None:
    table.rule_user(BOT, USER, HAMMER)
    table.rule_chat(BOT, CHAT, SMITE)

    assert table.forgive_chat(BOT, CHAT) == SMITE
    assert table.of(BOT, USER, CHAT) == (HAMMER, None)


def test_what_had_ended_isnt_told_as_lifted(table: RulingTable, client: "DynamoDBClient") -> None:
    table.rule_user(BOT, USER, Ruling(RulingKind.HAMMER, NOW, by=1, at=NOW - 60))

    assert table.forgive_user(BOT, USER) is None
    assert item(client, "user#5") == {}


@pytest.mark.parametrize(
    ("kind", "of_user"), [(RulingKind.GRACE, True), (RulingKind.SMITE, True), (RulingKind.BLESS, False)]
)
def test_a_ruling_about_the_wrong_subject_is_a_mistake(table: RulingTable, kind: RulingKind, *, of_user: bool) -> None:
    with pytest.raises(ValueError, match=f"{kind} can't be ruled about ruling#"):
        (table.rule_user if of_user else table.rule_chat)(BOT, USER, Ruling(kind, None, 1, 1))
    assert table.of(BOT, USER, USER) == (None, None)


@pytest.mark.parametrize(
    ("attributes", "taken_for"),
    [
        ({"ruling": {"S": "exile"}, "opens": {"BOOL": False}}, "ban"),
        ({"ruling": {"S": "exile"}}, "ban"),
        ({"ruling": {"S": "knight"}, "opens": {"BOOL": True}}, None),
        ({}, "ban"),
        ({"ruling": {"N": "5"}}, "ban"),
        ({"ruling": {"S": "grace"}, "opens": {"S": "true"}}, "ban"),
        ({"ruling": {"S": "smite"}, "opens": {"BOOL": False}}, "ban"),
        ({"ruling": {"S": "bless"}, "opens": {"BOOL": True}, "until": {"S": "soon"}}, None),
        ({"ruling": {"S": "bless"}, "opens": {"BOOL": True}, "until": {"N": "1.5"}}, None),
        ({"ruling": {"S": "hammer"}, "opens": {"BOOL": False}, "until": {"NULL": True}}, "ban"),
        ({"ruling": {"L": []}, "opens": {"BOOL": True}}, None),
    ],
    ids=str,
)
def test_what_cant_be_read_opens_nothing(
    table: RulingTable, client: "DynamoDBClient", attributes: dict[str, Any], taken_for: str | None
) -> None:
    """The bot is open to all: only a ban keeps somebody out, and a grant that isn't understood is no grant."""
    write(client, "user#5", **attributes)

    assert table.of(BOT, USER, CHAT) == (USER_BAN if taken_for else None, None)
    assert standing(table) is (Standing.BANNED if taken_for else Standing.OPEN)


def test_a_chats_row_that_cant_be_read_is_a_block(table: RulingTable, client: "DynamoDBClient") -> None:
    write(client, f"chat#{CHAT}", ruling={"S": "exile"})

    assert table.of(BOT, USER, CHAT) == (None, CHAT_BAN)
    assert standing(table) is Standing.BLOCKED
    assert table.forgive_chat(BOT, CHAT) == CHAT_BAN, "the way back is the same"
    assert table.of(BOT, USER, CHAT) == (None, None)


def test_a_ruling_of_nobody_knows_whom_counts(table: RulingTable, client: "DynamoDBClient") -> None:
    write(client, "user#5", ruling={"S": "hammer"}, ruled_by={"S": "x"}, since_next_release={"M": {}})

    assert table.of(BOT, USER, None) == (Ruling(RulingKind.HAMMER, None, 0, 0), None)


def test_a_user_and_a_chat_are_one_consistent_read(table: RulingTable, client: "DynamoDBClient") -> None:
    keys = [
        {"pk": {"S": "bot#7"}, "sk": {"S": "ruling#user#5"}},
        {"pk": {"S": "bot#7"}, "sk": {"S": "ruling#chat#-100123"}},
    ]
    with Stubber(client) as stub:
        stub.add_response(
            "batch_get_item",
            {"Responses": {TABLE: []}, "UnprocessedKeys": {}},
            {"RequestItems": {TABLE: {"Keys": keys, "ConsistentRead": True}}},
        )
        assert table.of(BOT, USER, CHAT) == (None, None)
        assert table.of(BOT, None, None) == (None, None), "nobody is asked about nobody"


def test_a_read_that_dynamodb_put_off_is_no_ruling_that_isnt_there(
    table: RulingTable, client: "DynamoDBClient"
) -> None:
    keys: Any = {TABLE: {"Keys": [{"pk": {"S": "bot#7"}, "sk": {"S": "ruling#user#5"}}]}}
    stub = Stubber(client)
    stub.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": keys})

    with stub, pytest.raises(StateUnavailableError):
        table.of(BOT, USER, CHAT)


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: table.of(BOT, USER, CHAT),
        lambda table: table.rule_user(BOT, USER, BLESS),
        lambda table: table.rule_chat(BOT, CHAT, SMITE),
        lambda table: table.forgive_user(BOT, USER),
        lambda table: table.forgive_chat(BOT, CHAT),
    ],
    ids=["of", "rule_user", "rule_chat", "forgive_user", "forgive_chat"],
)
def test_a_table_that_cant_be_asked_is_one_error(aws: boto3.Session, ask: Callable[[RulingTable], object]) -> None:
    with pytest.raises(StateUnavailableError, match="no-such-table"):
        ask(RulingTable(aws.client("dynamodb"), "no-such-table"))
