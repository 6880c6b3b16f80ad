"""Writes that depend on what is there, one or several at once, and what to do when others write at the same moment."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

#: Times that somebody tries who meets others on the same rows, before the message goes back to its queue.
TRIES = 12
#: Seconds of the longest first pause between them; each further one is twice as long, up to the second.
PAUSE_S, LONGEST_PAUSE_S = 0.02, 1.0
#: DynamoDB: what stands in a transaction's reasons, and the same of a single write.
_UNMET, _BUSY = "ConditionalCheckFailed", ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")

type Expression = dict[str, Any]


def wait(tried: int) -> None:
    """Wait before another try. Jitter keeps those who met from meeting again; it is no secret."""
    time.sleep(random.uniform(0, min(PAUSE_S * 2**tried, LONGEST_PAUSE_S)))  # noqa: S311


class Writer:
    """Conditional writes into one table.

    Args:
        table: The table's name.
        pause: Waits before another try, whose number it is told.
    """

    def __init__(self, client: "DynamoDBClient", table: str, pause: Callable[[int], None] = wait) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def rounds(self) -> Iterator[None]:
        """Tries of whoever reads, decides, and writes on condition that nothing changed between.

        Raises:
            StateUnavailableError: if others were quicker each time.
        """
        for tried in range(TRIES):
            if tried:
                self._pause(tried)
            yield
        raise StateUnavailableError(f"table {self._table}: too many write the same rows")

    def update(self, expression: Expression) -> bool:
        """Change one row; False if its condition isn't met.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        return self._one(self._client.update_item, expression)

    def put(self, expression: Expression) -> bool:
        """Write one row whole; see `update`."""
        return self._one(self._client.put_item, expression)

    def delete(self, expression: Expression) -> bool:
        """Delete one row; see `update`."""
        return self._one(self._client.delete_item, expression)

    def together(self, *writes: tuple[str, Expression]) -> bool:
        """Write several rows or none; False if a condition isn't met.

        Args:
            writes: `Put`, `Update` or `Delete`, and of what.

        Raises:
            StateUnavailableError: if the table can't be written.
        """
        items: Any = [{what: {"TableName": self._table, **expression}} for what, expression in writes]
        for _ in self.rounds():
            try:
                # The token makes a call whose answer was lost, and that is made again, the same transaction.
                with self._one_error():
                    self._client.transact_write_items(TransactItems=items, ClientRequestToken=str(uuid4()))
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
                if _UNMET in reasons:
                    return False
                if not set(_BUSY) & set(reasons):
                    raise StateUnavailableError(f"table {self._table}: {error}") from error
            else:
                return True
        raise AssertionError("the last round raises")

    def _one(self, call: Callable[..., Any], expression: Expression) -> bool:
        for _ in self.rounds():
            try:
                with self._one_error():
                    call(TableName=self._table, **expression)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
            except self._client.exceptions.TransactionConflictException:
                continue
            return True
        raise AssertionError("the last round raises")

    @contextmanager
    def _one_error(self) -> Iterator[None]:
        expected = self._client.exceptions
        try:
            yield
        except (
            expected.ConditionalCheckFailedException,
            expected.TransactionCanceledException,
            expected.TransactionConflictException,
        ):
            raise
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
