"""Whose wait has a message that tells how far it is: known to whoever answers, who takes the message away."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from courier.state.conditional import Writer
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


#: Seconds for which such a message is remembered: longer than anybody is answered.
KEPT_S = 25 * 3600
_SUFFIX = "-progress"


def progress_name(waiter_id: str) -> str:
    """The external id of a waiter's message of progress."""
    return f"{waiter_id}{_SUFFIX}"


def is_progress(name: int | str | None) -> bool:
    """Whether an external id is one.

    >>> is_progress(progress_name("1-film-5")), is_progress("film-5"), is_progress(5)
    (True, False, False)
    """
    return isinstance(name, str) and name.endswith(_SUFFIX)


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
        self._writer.put({"Item": {**_key(waiter_id), "expires_at": self._ends()}})

    def sent(self, name: str, message_ids: Sequence[int]) -> None:
        """Remember where a message of progress is.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        where = {"L": [{"N": str(message_id)} for message_id in message_ids]}
        self._writer.update(
            {
                "Key": _key(name.removesuffix(_SUFFIX)),
                "UpdateExpression": "SET message_ids = :where, expires_at = :ends",
                "ExpressionAttributeValues": {":where": where, ":ends": self._ends()},
            }
        )

    def message_ids(self, name: str) -> list[int]:
        """Where a message of progress is; nothing if it wasn't sent, or that is a day ago.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        row = self._reader.row(_key(name.removesuffix(_SUFFIX))) or {}
        return [int(each["N"]) for each in row.get("message_ids", {"L": []})["L"]]

    def _ends(self) -> dict[str, str]:
        return {"N": str(int(self._clock()) + KEPT_S)}


def _key(waiter_id: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"progress#{waiter_id}"}, "sk": {"S": "progress"}}
