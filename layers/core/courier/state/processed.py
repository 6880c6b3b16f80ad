"""Updates that were processed: what makes a second delivery harmless, also after a flush of Redis.

A row is made when an update's work begins and says when all of it is done. In between it keeps what a command came to,
so that a repeat after a crash answers in the same words and carries nothing out twice.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Seconds for which a row stays: Telegram gives an update up after a day.
LIFE_S = 25 * 3600


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an update is.

    Attributes:
        tries: How often its work began and came to no end, this time included.
        outcome: What was kept; None as long as nothing was.
    """

    is_done: bool
    tries: int
    outcome: str | None


class ProcessedTable:
    """Rows of updates in the state table.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def begin(self, bot_id: int, update_id: int) -> Progress:
        """Note that work begins, unless it is done; tells which, in one call.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        now = int(self._clock())
        row = self._update(
            bot_id,
            update_id,
            "SET begun_at = if_not_exists(begun_at, :now), expires_at = if_not_exists(expires_at, :end) ADD tries :one",
            {":now": {"N": f"{now}"}, ":end": {"N": f"{now + LIFE_S}"}, ":one": {"N": "1"}},
        )
        return Progress(
            is_done="done_at" in row,
            tries=int(row["tries"]["N"]),
            outcome=row.get("outcome", {}).get("S"),
        )

    def keep(self, bot_id: int, update_id: int, outcome: str) -> None:
        """Keep what a command came to, before anybody is told.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._update(bot_id, update_id, "SET outcome = :outcome", {":outcome": {"S": outcome}})

    def release(self, bot_id: int, update_id: int) -> None:
        """Take a try back: the work didn't end for reasons that aren't the update's.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._update(bot_id, update_id, "ADD tries :one", {":one": {"N": "-1"}})

    def done(self, bot_id: int, update_id: int) -> None:
        """Nothing is left to do, whoever brings the update again.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        now = {"N": f"{int(self._clock())}"}
        self._update(bot_id, update_id, "SET done_at = :now REMOVE outcome", {":now": now})

    def _update(self, bot_id: int, update_id: int, change: str, values: dict[str, Any]) -> dict[str, Any]:
        with self._one_error():
            answer = self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"update#{bot_id}#{update_id}"}, "sk": {"S": "update"}},
                UpdateExpression=change,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
        return answer["Attributes"]

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
