"""The bots' rows, read for people: whatever version of the platform wrote them."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from cli.target import Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: The table's index of what comes in lists.
_INDEX = "kind"
#: Attributes that hold JSON.
_JSON = ("limits", "webhook", "admins", "quotas")
_NO_LIMITS: dict[str, Any] = {}


class BotRow(BaseModel):
    """One bot as control keeps it; times in seconds since 1970.

    Attributes:
        status: `adding`, `active`, `stopped` (its token is refused), `paused`, `removing`, `removed`, or a newer one.
        limits: Those that the row names.
        webhook: Its `url`, and digests of its secrets, of which nobody needs to see any.
        reads_groups: Whether Telegram gives it all messages of its groups.
        admins: Its own; None where the row is older than they are.
        access: Its own default, `open` or `closed`; None leaves it to the stack.
        quotas: Those that the bot has of its own.
        updates_queue: The application's queue that gets its updates: `all`, or the `unclaimed` ones.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    bot_id: int
    status: str
    reason: str | None = None
    since: int = 0
    telegram_id: int = 0
    username: str | None = None
    token_version: int = 0
    is_sent_logs: bool = False
    parse_mode: str | None = None
    limits: dict[str, Any] = _NO_LIMITS
    is_draining: bool = False
    drain_until: int | None = None
    webhook: dict[str, Any] | None = None
    reads_groups: bool | None = None
    admins: list[int] | None = None
    access: str | None = None
    quotas: dict[str, Any] | None = None
    updates_queue: str | None = None
    updates_forwarded: str | None = None

    @property
    def is_active(self) -> bool:
        """Whether its own state lets it send."""
        return self.status == "active"

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        shown = {"webhook": self.webhook.get("url")} if self.webhook else {}
        return self.model_dump(mode="json", exclude_none=True) | shown

    @property
    def is_half_deaf(self) -> bool:
        """Whether it gets updates, but not all that is said in its groups."""
        return self.webhook is not None and self.reads_groups is False


class Switch(BaseModel):
    """The stop switch of all bots."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_off: bool = False
    reason: str | None = None


class BotRows:
    """The state table of one stack. botocore's errors go to whoever asks."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    @classmethod
    def of(cls, target: Target) -> "BotRows":
        """The one of a platform."""
        return cls(target.dynamodb, target.table)

    def get(self, bot_id: int) -> BotRow | None:
        """A bot as it was written last."""
        item = self._item(f"bot#{bot_id}", "bot")
        return BotRow.model_validate(item) if item else None

    def all(self) -> Iterator[BotRow]:
        """All bots but those that are gone, by their numbers. The last second may be missing."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="kind = :bot",
            ExpressionAttributeValues={":bot": {"S": "bot"}},
        )
        rows = [BotRow.model_validate(_plain(item)) for page in pages for item in page["Items"]]
        yield from sorted(rows, key=lambda row: row.bot_id)

    def switch(self) -> Switch:
        """The stop switch."""
        return Switch.model_validate(self._item("stack", "switch"))

    def _item(self, pk: str, sk: str) -> dict[str, Any]:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        return _plain(self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {}))


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    """A row's values.

    >>> _plain({"bot_id": {"N": "7"}, "limits": {"S": '{"chat_burst": 3}'}})
    {'bot_id': 7, 'limits': {'chat_burst': 3}}
    """
    fields: dict[str, Any] = {}
    for name, attribute in item.items():
        kind, value = next(iter(attribute.items()))
        fields[name] = json.loads(value) if kind == "N" or name in _JSON else value
    return fields
