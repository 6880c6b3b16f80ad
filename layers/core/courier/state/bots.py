"""The bots' rows in the state table: what every stage may know of a bot, without its token."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, field_validator

from courier.contracts.control import Limits
from courier.contracts.fields import ParseMode
from courier.errors import StateUnavailableError
from courier.state.items import fields_of, item_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: The table's index of what comes in lists: `kind` and `pk`, of those rows alone that have a `kind`.
KIND_INDEX = "kind"
_BOT_KIND = {"S": "bot"}
_SWITCH_KEY = {"pk": {"S": "stack"}, "sk": {"S": "switch"}}


class Status(StrEnum):
    """What a bot may do. A status that this code doesn't know counts as not active.

    Attributes:
        ADDING: Half-made.
        STOPPED: Telegram refuses its token.
        PAUSED: Somebody wants it so.
        REMOVING: It goes; see `Bot.is_draining`.
        REMOVED: Gone; its row is kept for a while, since its queues' names rest.
    """

    ADDING = "adding"
    ACTIVE = "active"
    STOPPED = "stopped"
    PAUSED = "paused"
    REMOVING = "removing"
    REMOVED = "removed"


class Bot(BaseModel):
    """One bot. Times are whole seconds since 1970.

    Attributes:
        status: See `Status`; text, since newer code may have written another.
        reason: Why it isn't active, in words.
        since: When it came into its status.
        telegram_id: Telegram's id of the bot: bots with one token share one pace under it.
        token_version: Of the parameter that holds the token; a change means that it must be read again.
        is_draining: Whether a bot that is being removed still sends what its queues hold.
        drain_until: When that ends whatever is left.
        empty_since: Since when its queues have looked empty while it is being removed.
        expires_at: When DynamoDB may delete the row.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    bot_id: int
    status: str = Status.ADDING
    reason: str | None = None
    since: int = 0
    telegram_id: int
    username: str | None = None
    token_version: int = 0
    is_sent_logs: bool = False
    parse_mode: ParseMode | None = None
    limits: Limits = Limits()
    is_draining: bool = False
    drain_until: int | None = None
    empty_since: int | None = None
    expires_at: int | None = None

    @field_validator("limits", mode="before")
    @classmethod
    def _known_limits(cls, limits: Any) -> Any:
        """As a row holds them, maybe with some that only newer code knows."""
        if not isinstance(limits, str):
            return limits
        return {name: value for name, value in json.loads(limits).items() if name in Limits.model_fields}

    @property
    def is_active(self) -> bool:
        """Whether its messages may be sent."""
        return self.status == Status.ACTIVE or (self.status == Status.REMOVING and self.is_draining)


class Switch(BaseModel):
    """The stop switch of all bots.

    Attributes:
        is_off: Whether nothing may be sent.
        since: When it was turned, in seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_off: bool = False
    reason: str | None = None
    since: int = 0

    def over(self, bot: Bot) -> Bot:
        """The bot as it is under this switch."""
        if not self.is_off:
            return bot
        return bot.model_copy(update={"status": Status.PAUSED, "reason": self.reason, "is_draining": False})


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

        Returns:
            Whether it was this call that stopped it.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        stops = "is_draining = :no" if bot.status == Status.REMOVING else "#status = :stopped, since = :now"
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
            values |= {":stopped": {"S": Status.STOPPED}, ":now": {"N": str(int(time.time()))}}
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
