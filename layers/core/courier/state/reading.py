"""Reads of the state table, consistent but of its index."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class Reader:
    """Reads of one table.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def row(self, key: dict[str, Any]) -> dict[str, Any] | None:
        """A row as it was written last.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        with self._one_error():
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def query(self, **query: Any) -> Iterator[dict[str, Any]]:
        """Rows by key, page after page.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        while True:
            with self._one_error():
                page: Any = self._client.query(TableName=self._table, **query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
