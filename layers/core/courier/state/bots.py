"""The bots' rows in the state table: what every stage may know of a bot, without its token."""

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict

from courier.contracts.control import Limits
from courier.contracts.fields import ParseMode
from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_SORT_KEY = "bot"


class Status(StrEnum):
    """What a bot may do. A status that this code doesn't know counts as not active."""

    ADDING = "adding"
    ACTIVE = "active"
    STOPPED = "stopped"


class Bot(BaseModel):
    """One bot.

    Attributes:
        status: See `Status`; text, since newer code may have written another.
        reason: Why it isn't active, in words.
        telegram_id: Telegram's id of the bot: bots with one token share one pace under it.
        token_version: Of the parameter that holds the token; a change means that it must be read again.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    bot_id: int
    status: str = Status.ADDING
    reason: str | None = None
    telegram_id: int
    username: str | None = None
    token_version: int = 0
    is_sent_logs: bool = False
    parse_mode: ParseMode | None = None
    limits: Limits = Limits()

    @property
    def is_active(self) -> bool:
        """Whether its messages may be sent."""
        return self.status == Status.ACTIVE


class BotTable:
    """Rows of bots in the state table.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, bot_id: int) -> Bot | None:
        """A bot as it is now, read consistently.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        try:
            answer = self._client.get_item(TableName=self._table, Key=_key(bot_id), ConsistentRead=True)
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
        item = answer.get("Item")
        return Bot.model_validate(_loaded(item)) if item else None

    def put(self, bot: Bot) -> None:
        """Write a bot whole.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        try:
            self._client.put_item(TableName=self._table, Item={**_key(bot.bot_id), **_item(bot)})
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error

    def stop(self, bot: Bot, reason: str) -> bool:
        """Stop an active bot, unless it got another token or state meanwhile.

        Returns:
            Whether it was this call that stopped it.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(bot.bot_id),
                UpdateExpression="SET #status = :stopped, #reason = :reason",
                ConditionExpression="#status = :active AND token_version = :version",
                ExpressionAttributeNames={"#status": "status", "#reason": "reason"},
                ExpressionAttributeValues={
                    ":stopped": {"S": Status.STOPPED},
                    ":active": {"S": Status.ACTIVE},
                    ":version": {"N": str(bot.token_version)},
                    ":reason": {"S": reason},
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
        return True


def _key(bot_id: int) -> dict[str, Any]:
    return {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": _SORT_KEY}}


def _item(bot: Bot) -> dict[str, Any]:
    fields = bot.model_dump(mode="json", exclude_none=True)
    return {name: _attribute(value) for name, value in fields.items()}


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case _:
            return {"S": json.dumps(value)}


def _loaded(item: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, attribute in item.items():
        kind, value = next(iter(attribute.items()))
        fields[name] = json.loads(value) if kind == "N" else value
    if isinstance(fields.get("limits"), str):
        # Newer code may know limits that this one doesn't.
        held = json.loads(fields["limits"])
        fields["limits"] = {name: value for name, value in held.items() if name in Limits.model_fields}
    return fields
