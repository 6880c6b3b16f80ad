"""Whose wait has a message that tells how far it is: known to whoever answers, who takes the message away."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from courier.state.conditional import Writer
from courier.state.job_rows import ASKED_S, number
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class ProgressTable:
    """Messages of progress in the state table, a row for each waiter who has one.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._reader = Reader(client, table)
        self._writer = Writer(client, table)
        self._clock = clock

    def has(self, waiter_id: str) -> bool:
        """Whether a waiter was sent such a message.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        return self._reader.row(_key(waiter_id)) is not None

    def note(self, waiter_id: str) -> None:
        """Remember, before it is sent, that a waiter has one.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        self._writer.put({"Item": {**_key(waiter_id), "expires_at": number(int(self._clock()) + ASKED_S)}})


def _key(waiter_id: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"progress#{waiter_id}"}, "sk": {"S": "progress"}}
