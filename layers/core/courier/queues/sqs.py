"""The part of SQS that the project uses: batches that are sent whole, and visibility.

Calls block: whoever runs an event loop puts them on a thread.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError
from courier.queues.records import MAX_VISIBILITY_S

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

#: SQS: entries of one batch call.
BATCH = 10
#: SQS: bytes of one request, bodies and attributes together.
BATCH_BYTES = 1024 * 1024
#: Tries of those entries of a batch that failed for a reason on SQS's side.
TRIES = 3
#: SQS's words for what waits and what is being worked on.
_COUNTS: Final = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to put on a queue; `group` and `deduplication_id` belong to FIFO queues."""

    body: str
    group: str | None = None
    deduplication_id: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Its bytes as SQS counts them."""
        attributes = sum(len((name + "String" + value).encode()) for name, value in self.attributes.items())
        return len(self.body.encode()) + attributes

    def entry(self, number: int) -> dict[str, Any]:
        """As `SendMessageBatch` wants it."""
        entry: dict[str, Any] = {"Id": str(number), "MessageBody": self.body}
        if self.group is not None:
            entry |= {"MessageGroupId": self.group, "MessageDeduplicationId": self.deduplication_id}
        if self.attributes:
            entry["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": value} for name, value in self.attributes.items()
            }
        return entry


class Sqs:
    """SQS: queues by name, batches by URL."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client
        self._urls: dict[str, str] = {}

    def url(self, name: str) -> str:
        """A queue's URL.

        Raises:
            StateUnavailableError: if there is no such queue, or SQS can't be asked.
        """
        if name not in self._urls:
            try:
                self._urls[name] = self._client.get_queue_url(QueueName=name)["QueueUrl"]
            except (ClientError, BotoCoreError) as error:
                raise StateUnavailableError(f"queue {name}: {error}") from error
        return self._urls[name]

    def depth(self, name: str) -> int:
        """About how many messages a queue holds, those that are being worked on among them.

        Raises:
            StateUnavailableError: if there is no such queue, or SQS can't be asked.
        """
        url = self.url(name)
        try:
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"queue {name}: {error}") from error
        return sum(int(answer.get("Attributes", {}).get(count, 0)) for count in _COUNTS)

    def send(self, url: str, messages: Sequence[Outbound]) -> None:
        """Put messages on a queue, in their order.

        Raises:
            StateUnavailableError: if SQS didn't take all of them.
        """
        for some in _batches(messages):
            self._send_batch(url, [message.entry(number) for number, message in enumerate(some)])

    def _send_batch(self, url: str, entries: list[dict[str, Any]]) -> None:
        words = ""
        for _ in range(TRIES):
            try:
                answer = self._client.send_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                raise StateUnavailableError(f"{url}: {error}") from error
            failed = {entry["Id"]: entry for entry in answer.get("Failed", [])}
            if not failed:
                return
            words = "; ".join(f"{entry['Code']} {entry.get('Message', '')}" for entry in failed.values())
            entries = [entry for entry in entries if entry["Id"] in failed]
        raise StateUnavailableError(f"{url}: not taken: {words}")

    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        """Make messages visible again after so many seconds each (0 to 12 hours).

        Returns:
            What SQS refused, in words. Such a message comes back after the queue's own visibility timeout.
        """
        refused: list[str] = []
        for entries in _visibility_batches(seconds_by_receipt.items()):
            try:
                answer = self._client.change_message_visibility_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                refused.append(str(error))
            else:
                refused += [f"{entry['Code']} {entry.get('Message', '')}" for entry in answer.get("Failed", [])]
        return refused

    def delete(self, url: str, receipts: Sequence[str]) -> None:
        """Take messages off a queue for good.

        Raises:
            StateUnavailableError: if SQS didn't do so; they come back.
        """
        for some in batched(receipts, BATCH, strict=False):
            entries = [{"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(some)]
            try:
                answer = self._client.delete_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                raise StateUnavailableError(f"{url}: {error}") from error
            if answer.get("Failed"):
                raise StateUnavailableError(f"{url}: not deleted: {answer['Failed'][0]['Code']}")


def _batches(messages: Iterable[Outbound]) -> Iterator[list[Outbound]]:
    """Of ten messages and of the bytes that one request takes at the most."""
    batch: list[Outbound] = []
    size = 0
    for message in messages:
        if batch and (len(batch) == BATCH or size + message.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += message.size
    if batch:
        yield batch


def _visibility_batches(items: Iterable[tuple[str, int]]) -> Iterator[list[dict[str, Any]]]:
    for some in batched(items, BATCH, strict=False):
        yield [
            {
                "Id": str(number),
                "ReceiptHandle": receipt,
                "VisibilityTimeout": max(0, min(seconds, MAX_VISIBILITY_S)),
            }
            for number, (receipt, seconds) in enumerate(some)
        ]
