"""What a user has asked for and can still take back, and which of it a request to take back meant.

The rows of what is open (`wants#{bot_id}:{user_id}`) are written by `courier.state.jobs`, with those who wait and in
the same transactions. What is meant is written down before any of it is taken back: whoever takes it back again, since
the first to do so died half-way, means the same, and can say how much it was.
"""

import json
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from courier.state.conditional import Writer
from courier.state.items import fields_of
from courier.state.job_rows import ASKED_S, number, want_key
from courier.state.media import Want
from courier.state.reading import Reader

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class WantTable:
    """Open requests in the state table.

    Args:
        table: The table's name.
        clock: Seconds since 1970.
    """

    def __init__(self, client: "DynamoDBClient", table: str, clock: Callable[[], float] = time.time) -> None:
        self._reader = Reader(client, table)
        self._writer = Writer(client, table)
        self._clock = clock

    def open(self, bot_id: int, user_id: int) -> list[Want]:
        """What a user waits for at a bot, in all chats.

        Raises:
            StateUnavailableError: if the table can't be read or written; so in all methods.
        """
        rows = self._reader.query(
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": want_key(bot_id, user_id, "")["pk"]},
        )
        return [Want.model_validate(fields_of(row, Want)) for row in rows]

    def meant(self, request_id: str, wants: Callable[[], Iterable[Want]]) -> list[Want]:
        """What a request to take back means: what it meant when it was made first.

        Args:
            request_id: Names the request, for ever.
            wants: Finds what it means, if that isn't known.
        """
        key = {"pk": {"S": f"taken#{request_id}"}, "sk": {"S": "wants"}}
        for _ in self._writer.rounds():
            if row := self._reader.row(key):
                return [Want.model_validate(one) for one in json.loads(row["wants"]["S"])]
            written = json.dumps([want.model_dump(mode="json") for want in wants()])
            item = {**key, "wants": {"S": written}, "expires_at": number(int(self._clock()) + ASKED_S)}
            self._writer.put({"Item": item, "ConditionExpression": "attribute_not_exists(pk)"})
        raise AssertionError("the last round raises")
