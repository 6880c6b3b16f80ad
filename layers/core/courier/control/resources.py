"""What a bot needs on AWS: its queues, and the mappings that lead them to the sender. Making them twice is harmless."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError, TryLaterError
from courier.queues.names import Lane, QueueNames

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_sqs.client import SQSClient

#: Seconds a received message stays invisible: more than the sender's timeout (15 s), and little enough that a killed
#: sender's messages are back well within a minute.
VISIBILITY_S = 30
#: SQS's longest: nothing accepted is lost within it.
RETENTION_S = 14 * 24 * 3600
#: A distant backstop, SQS's largest: every receive counts, also one that only waited; the sender counts real attempts.
MAX_RECEIVES = 1000
#: SQS: seconds for which a deleted queue's name can't be used.
NAME_REST_S = 61


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
        return {
            lane: self._ensure(self._names.bot(bot_id, lane), self._fifo(), bot_id)
            for lane in (Lane.REGULAR, Lane.BROADCAST)
        }

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
            "Policy": json.dumps(_no_plain_text(self._dead_queue_arn.rpartition(":")[0] + f":{name}")),
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


class Mappings:
    """The event source mappings that lead bots' queues to the sender.

    Args:
        function_arn: The sender's.
        concurrency: Batches of one queue that may be sent at once, 2 to 1000.
    """

    def __init__(self, client: "LambdaClient", function_arn: str, concurrency: int) -> None:
        self._client = client
        self._function_arn = function_arn
        self._concurrency = concurrency

    def ensure(self, queue_arn: str) -> None:
        """Make the queue's mapping, or enable and mend the one that is there.

        Raises:
            StateUnavailableError: if Lambda can't be asked.
        """
        try:
            found = self._client.list_event_source_mappings(EventSourceArn=queue_arn)["EventSourceMappings"]
            if found:
                self._client.update_event_source_mapping(UUID=found[0]["UUID"], Enabled=True, **self._settings())
            else:
                self._create(queue_arn)
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"mapping of {queue_arn}: {error}") from error

    def _create(self, queue_arn: str) -> None:
        try:
            self._client.create_event_source_mapping(EventSourceArn=queue_arn, Enabled=True, **self._settings())
        except self._client.exceptions.ResourceConflictException:
            # Lambda made it between the list and this call: an earlier try of the same message.
            return

    def _settings(self) -> dict[str, Any]:
        return {
            "FunctionName": self._function_arn,
            "BatchSize": 10,
            "ScalingConfig": {"MaximumConcurrency": self._concurrency},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }
