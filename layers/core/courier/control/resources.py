"""A bot's queues on SQS. Making them twice is harmless, and so is taking them away twice."""

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError, TryLaterError
from courier.queues.names import Lane, QueueNames
from courier.telemetry import log

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

#: Seconds a received message stays invisible: more than the sender's timeout (15 s), and little enough that a killed
#: sender's messages are back well within a minute.
VISIBILITY_S = 30
#: SQS's longest: nothing accepted is lost within it.
RETENTION_S = 14 * 24 * 3600
#: A distant backstop, SQS's largest: every receive counts, also one that only waited; the sender counts real attempts.
MAX_RECEIVES = 1000
#: SQS: seconds for which a deleted queue's name can't be used.
NAME_REST_S = 61
#: What is in a queue: to be received, received and not deleted, not yet to be received.
_COUNTS: tuple["QueueAttributeNameType", ...] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class BotQueues:
    """The queues of bots.

    Args:
        dead_queue_arn: Where SQS itself moves what was received too often.
    """

    def __init__(self, client: "SQSClient", names: QueueNames, dead_queue_arn: str) -> None:
        self._client = client
        self._names = names
        self._dead_queue_arn = dead_queue_arn

    def ensure(self, bot_id: int, *, logs: bool) -> dict[Lane, str]:
        """Make what is missing and mend what differs.

        Returns:
            The ARN of each lane's queue.

        Raises:
            TryLaterError: while SQS still holds the name of a deleted queue.
            StateUnavailableError: if SQS can't be asked.
        """
        if logs:
            self._ensure(self._names.logs(bot_id), {}, bot_id)
        return {lane: self._ensure(self._names.bot(bot_id, lane), self._fifo(), bot_id) for lane in Lane}

    def arns(self, bot_id: int) -> dict[Lane, str]:
        """The ARN that each lane's queue has or would have."""
        return {lane: self._arn(self._names.bot(bot_id, lane)) for lane in Lane}

    def missing(self, bot_id: int, *, logs: bool) -> list[str]:
        """The names of those queues that a bot should have and hasn't.

        Raises:
            StateUnavailableError: if SQS can't be asked.
        """
        names = [self._names.bot(bot_id, lane) for lane in Lane] + ([self._names.logs(bot_id)] if logs else [])
        return [name for name in names if self._url(name) is None]

    def held(self, bot_id: int) -> int:
        """About how many messages a bot's lanes hold, those in flight among them; right after a minute of quiet.

        Raises:
            StateUnavailableError: if SQS can't be asked.
        """
        return sum(self._held(self._names.bot(bot_id, lane)) for lane in Lane)

    def delete(self, bot_id: int) -> None:
        """Take a bot's queues away with all that is in them, but no delivery log that nobody has read.

        Raises:
            StateUnavailableError: if SQS can't do it.
        """
        logs = self._names.logs(bot_id)
        unread = self._held(logs)
        if unread:
            log().warning("logs queue kept, since it has unread lines", queue=logs, lines=unread)
        doomed = [self._names.bot(bot_id, lane) for lane in Lane] + ([] if unread else [logs])
        for name in doomed:
            if (url := self._url(name)) is not None:
                self._asked(name, partial(self._client.delete_queue, QueueUrl=url))

    def _held(self, name: str) -> int:
        url = self._url(name)
        if url is None:
            return 0
        ask = partial(self._client.get_queue_attributes, QueueUrl=url, AttributeNames=list(_COUNTS))
        answer = self._asked(name, ask)
        return sum(int(answer["Attributes"].get(count, 0)) for count in _COUNTS) if answer else 0

    def _url(self, name: str) -> str | None:
        answer = self._asked(name, partial(self._client.get_queue_url, QueueName=name))
        return answer["QueueUrl"] if answer else None

    def _asked[T](self, name: str, ask: Callable[[], T]) -> T | None:
        """What SQS answers; None of a queue that isn't there, which is no error to who asks."""
        try:
            return ask()
        except self._client.exceptions.QueueDoesNotExist:
            return None
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"queue {name}: {error}") from error

    def _arn(self, name: str) -> str:
        return self._dead_queue_arn.rpartition(":")[0] + f":{name}"

    def _ensure(self, name: str, attributes: dict[str, str], bot_id: int) -> str:
        attributes = attributes | self._common(name)
        tags = {"application": "tg-courier", "stack": self._names.stack, "bot_id": str(bot_id)}
        try:
            url = self._create(name, attributes, tags)
            answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        except self._client.exceptions.QueueDeletedRecently:
            raise TryLaterError(f"queue {name} was deleted a moment ago", after_s=NAME_REST_S) from None
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"queue {name}: {error}") from error
        return answer["Attributes"]["QueueArn"]

    def _create(self, name: str, attributes: dict[str, str], tags: dict[str, str]) -> str:
        try:
            return self._client.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]  # type: ignore[arg-type]
        except self._client.exceptions.QueueNameExists:
            url = self._client.get_queue_url(QueueName=name)["QueueUrl"]
            changeable = {key: value for key, value in attributes.items() if key != "FifoQueue"}
            self._client.set_queue_attributes(QueueUrl=url, Attributes=changeable)  # type: ignore[arg-type]
            return url

    def _fifo(self) -> dict[str, str]:
        return {
            "FifoQueue": "true",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": self._dead_queue_arn, "maxReceiveCount": MAX_RECEIVES}),
        }

    def _common(self, name: str) -> dict[str, str]:
        return {
            "VisibilityTimeout": str(VISIBILITY_S),
            "MessageRetentionPeriod": str(RETENTION_S),
            "SqsManagedSseEnabled": "true",
            "Policy": json.dumps(_no_plain_text(self._arn(name))),
        }


def _no_plain_text(queue_arn: str) -> dict[str, Any]:
    """Nobody talks to a queue without TLS; SQS takes at most seven actions in a statement."""
    actions = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyPlainText",
                "Effect": "Deny",
                "Principal": "*",
                "Action": [f"sqs:{action}" for action in actions],
                "Resource": queue_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
