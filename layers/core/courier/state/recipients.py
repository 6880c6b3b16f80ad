"""Recipients that can't be written to: who blocked the bot, left, or is gone."""

import time
from typing import TYPE_CHECKING

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
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": f"unreachable#{chat_id}"}},
                UpdateExpression="SET #reason = :reason, noted_at = :now",
                ExpressionAttributeNames={"#reason": "reason"},
                ExpressionAttributeValues={":reason": {"S": reason}, ":now": {"N": str(int(time.time()))}},
            )
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
