"""What a removed bot's queues still hold: dead letters with their reason, in each chat's order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import Record

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

#: The reason on a dead letter of a bot that went.
BOT_REMOVED = "bot removed"
#: Messages that are buried in one go: a few seconds' work, so that other bots' control messages get their turn.
AT_ONCE = 1_000
#: Seconds that a receive waits: an answer without messages then comes from all of SQS's servers.
_WAIT_S = 1


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


class Leftovers:
    """Empties queues into the dead-letter queue."""

    def __init__(self, client: "SQSClient", dead: TakesDeadLetters) -> None:
        self._client = client
        self._dead = dead

    def bury(self, queue_arn: str) -> int:
        """Move what can be received, up to `AT_ONCE` messages; a queue that isn't there holds nothing.

        Each batch is deleted when it is safely among the dead letters. A crash in between moves it twice, and the dead
        letter's deduplication id, the message's own, makes one of both.

        Returns:
            How many were moved.

        Raises:
            StateUnavailableError: if SQS didn't do it; what was moved stays moved.
        """
        buried = 0
        try:
            url = self._client.get_queue_url(QueueName=queue_arn.rpartition(":")[2])["QueueUrl"]
            while buried < AT_ONCE and (records := self._receive(url, queue_arn)):
                self._dead.put([DeadLetter(record, BOT_REMOVED) for record in records])
                self._delete(url, records)
                buried += len(records)
        except self._client.exceptions.QueueDoesNotExist:
            return buried
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"queue {queue_arn}: {error}") from error
        return buried

    def _receive(self, url: str, queue_arn: str) -> list[Record]:
        answer = self._client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=_WAIT_S,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [Record.of(_as_event(message, queue_arn)) for message in answer.get("Messages", [])]

    def _delete(self, url: str, records: Sequence[Record]) -> None:
        entries: Any = [{"Id": str(number), "ReceiptHandle": one.receipt} for number, one in enumerate(records)]
        failed = self._client.delete_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        if failed:
            raise StateUnavailableError(f"{url}: not deleted: {failed[0].get('Code')}")


def _as_event(message: "MessageTypeDef", queue_arn: str) -> dict[str, Any]:
    """A received message in the words of a Lambda event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {"stringValue": value.get("StringValue")}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "eventSourceARN": queue_arn,
    }
