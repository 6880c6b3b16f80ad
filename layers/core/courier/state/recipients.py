"""Recipients: who subscribed by writing to a bot, and who can't be written to: blocked it, left, or is gone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class UnreachableTable:
    """Unreachable recipients in the state table, beside their bot's row.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None:
        """Remember that a recipient can't be reached, and why.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        with _one_error(self._table):
            self._client.update_item(
                TableName=self._table,
                Key=_unreachable(bot_id, chat_id),
                UpdateExpression="SET #reason = :reason, noted_at = :now",
                ExpressionAttributeNames={"#reason": "reason"},
                ExpressionAttributeValues={":reason": {"S": reason}, ":now": _now()},
            )

    def lift(self, bot_id: int, chat_id: int | str) -> None:
        """A recipient can be reached again; nothing happens where nobody thought otherwise.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        with _one_error(self._table):
            self._client.delete_item(TableName=self._table, Key=_unreachable(bot_id, chat_id))

    def count(self, bot_id: int, most: int) -> int:
        """How many recipients of a bot can't be reached, counted up to so many.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        with _one_error(self._table):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :bot AND begins_with(sk, :unreachable)",
                ExpressionAttributeValues={":bot": {"S": f"bot#{bot_id}"}, ":unreachable": {"S": "unreachable#"}},
                Select="COUNT",
                Limit=most,
            )
        return int(answer["Count"])


class SubscriberTable:
    """Users who have a chat with a bot, beside its row: those to whom it may write first.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def subscribe(self, bot_id: int, chat_id: int) -> None:
        """Somebody wrote to a bot, or let it in again.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._set(bot_id, chat_id, is_active=True)

    def unsubscribe(self, bot_id: int, chat_id: int) -> None:
        """Somebody blocked a bot.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._set(bot_id, chat_id, is_active=False)

    def _set(self, bot_id: int, chat_id: int, *, is_active: bool) -> None:
        with _one_error(self._table):
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": f"subscriber#{chat_id}"}},
                UpdateExpression="SET is_active = :is, seen_at = :now, since = if_not_exists(since, :now)",
                ExpressionAttributeValues={":is": {"BOOL": is_active}, ":now": _now()},
            )


@contextmanager
def _one_error(table: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise StateUnavailableError(f"table {table}: {error}") from error


def _unreachable(bot_id: int, chat_id: int | str) -> dict[str, Any]:
    return {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": f"unreachable#{chat_id}"}}


def _now() -> dict[str, Any]:
    return {"N": str(int(time.time()))}
