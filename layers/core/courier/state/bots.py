"""The bots' rows in the state table: what every stage may know of a bot, without its token."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError
from courier.state.bot import Bot, News, Status, Switch
from courier.state.items import fields_of, item_of
from courier.telemetry import current_correlation_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["KIND_INDEX", "Bot", "BotTable", "Status", "Switch"]

#: The table's index of what comes in lists: `kind` and `pk`, of those rows alone that have a `kind`.
KIND_INDEX = "kind"
_BOT_KIND = {"S": "bot"}
_SWITCH_KEY = {"pk": {"S": "stack"}, "sk": {"S": "switch"}}


class BotTable:
    """Rows of bots in the state table.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, bot_id: int) -> Bot | None:
        """A bot as it may act now, the stop switch considered, in one consistent read.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        request: Any = {self._table: {"Keys": [_key(bot_id), _SWITCH_KEY], "ConsistentRead": True}}
        with self._one_error():
            answer = self._client.batch_get_item(RequestItems=request)
        if answer.get("UnprocessedKeys"):
            raise StateUnavailableError(f"table {self._table}: it is asked for too much")
        rows = {item["pk"]["S"]: item for item in answer["Responses"].get(self._table, [])}
        bot, switch = rows.get(f"bot#{bot_id}"), rows.get("stack", {})
        return Switch.model_validate(fields_of(switch, Switch)).over(_bot(bot)) if bot else None

    def row(self, bot_id: int) -> Bot | None:
        """A bot's row as it was written last, whatever the stop switch says.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        item = self._read(_key(bot_id))
        return _bot(item) if item else None

    def all(self) -> Iterator[Bot]:
        """All bots but those that are gone. What was written in the last second may be missing.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": KIND_INDEX,
            "KeyConditionExpression": "kind = :bot",
            "ExpressionAttributeValues": {":bot": _BOT_KIND},
        }
        with self._one_error():
            for page in self._client.get_paginator("query").paginate(**query):
                yield from map(_bot, page["Items"])

    def put(self, bot: Bot) -> None:
        """Write a bot whole.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        listed = {} if bot.status == Status.REMOVED else {"kind": _BOT_KIND}
        with self._one_error():
            self._client.put_item(TableName=self._table, Item={**_key(bot.bot_id), **item_of(bot), **listed})

    def stop(self, bot: Bot, reason: str) -> bool:
        """Stop an active bot, unless it got another token or state meanwhile; one that is being removed stops draining.

        The write that stops it notes that this is to be told, under the correlation id of here: once, however many try.

        Returns:
            Whether it was this call that stopped it.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        stops = (
            "is_draining = :no"
            if bot.status == Status.REMOVING
            else "#status = :stopped, since = :now, stopped_untold = :news"
        )
        values: dict[str, Any] = {
            ":was": {"S": bot.status},
            ":version": {"N": str(bot.token_version)},
            ":reason": {"S": reason},
            ":yes": {"BOOL": True},
            ":active": {"S": Status.ACTIVE},
        }
        if bot.status == Status.REMOVING:
            values[":no"] = {"BOOL": False}
        else:
            now = time.time()
            news = News(at=now, correlation_id=current_correlation_id() or "", reason=reason)
            values |= {
                ":stopped": {"S": Status.STOPPED},
                ":now": {"N": str(int(now))},
                ":news": {"S": news.text()},
            }
        try:
            with self._one_error():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(bot.bot_id),
                    UpdateExpression=f"SET #reason = :reason, {stops}",
                    ConditionExpression="#status = :was AND token_version = :version"
                    " AND (#status = :active OR is_draining = :yes)",
                    ExpressionAttributeNames={"#status": "status", "#reason": "reason"},
                    ExpressionAttributeValues=values,
                )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def told(self, bot_id: int, name: str, news: News) -> None:
        """Take a note away, since it was told; newer news under that name stay.

        Args:
            name: `added_untold` or `stopped_untold`.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        try:
            with self._one_error():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(bot_id),
                    UpdateExpression="REMOVE #name",
                    ConditionExpression="#name = :news",
                    ExpressionAttributeNames={"#name": name},
                    ExpressionAttributeValues={":news": {"S": news.text()}},
                )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def hold(self, bot_id: int, until: int) -> None:
        """Remember until when Telegram holds a bot (seconds since 1970); a longer penalty is never cut.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        try:
            with self._one_error():
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(bot_id),
                    UpdateExpression="SET held_until = :until",
                    ConditionExpression="attribute_exists(pk) AND"
                    " (attribute_not_exists(held_until) OR held_until < :until)",
                    ExpressionAttributeValues={":until": {"N": str(until)}},
                )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def switch(self) -> Switch:
        """The stop switch.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        return Switch.model_validate(fields_of(self._read(_SWITCH_KEY), Switch))

    def turn(self, switch: Switch) -> None:
        """Turn the stop switch.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        with self._one_error():
            self._client.put_item(TableName=self._table, Item={**_SWITCH_KEY, **item_of(switch)})

    def _read(self, key: dict[str, Any]) -> dict[str, Any]:
        with self._one_error():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item", {})

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ConditionalCheckFailedException:
            raise
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error


def _key(bot_id: int) -> dict[str, Any]:
    return {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": "bot"}}


def _bot(item: dict[str, Any]) -> Bot:
    return Bot.model_validate(fields_of(item, Bot))
