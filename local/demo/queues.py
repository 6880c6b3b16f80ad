"""The demo as an application: it knows the queues by their names, and JSON."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from local.demo.lanes import Lane
from local.stack import Endpoints, StackError


class Queues:
    """The queues of one stack, for one bot."""

    def __init__(self, endpoints: Endpoints, bot_id: int) -> None:
        self._aws = endpoints.aws
        self._stack = endpoints.stack
        self._bot_id = bot_id

    def add_bot(self, token: str) -> None:
        """The first of the two messages that everything begins with."""
        data = {"bot_id": self._bot_id, "token": token, "is_sent_logs": False}
        self._aws.sqs.send_message(
            QueueUrl=self._url(f"{self._stack}-control.fifo"),
            MessageBody=json.dumps({"type": "add_bot", "data": data}),
            MessageGroupId=str(self._bot_id),
            MessageDeduplicationId=f"demo-add-{self._bot_id}",
        )

    def lane_queues(self) -> tuple[str, str]:
        """Names of the bot's queues: regular, broadcast."""
        return f"{self._stack}-bot-{self._bot_id}.fifo", f"{self._stack}-bot-{self._bot_id}-broadcast.fifo"

    def bot_is_ready(self) -> bool:
        """Whether the queues of both lanes are there, and their mappings enabled."""
        try:
            return all(self._mapping_is_enabled(self._arn(queue)) for queue in self.lane_queues())
        except self._aws.sqs.exceptions.QueueDoesNotExist:
            return False

    def put(self, lane: Lane, check: Callable[[], None]) -> None:
        """Send a lane's messages, ten in a call, each in the group of its chat."""
        url = self._url(lane.queue)
        for chats, envelopes in lane.batches(self._bot_id):
            check()
            now = time.time()
            answer = self._aws.sqs.send_message_batch(
                QueueUrl=url,
                Entries=[
                    {
                        "Id": str(chat),
                        "MessageBody": json.dumps(envelope),
                        "MessageGroupId": str(chat),
                        "MessageDeduplicationId": f"demo-{lane.name}-{chat}",
                    }
                    for chat, envelope in zip(chats, envelopes, strict=True)
                ],
            )
            if failed := answer.get("Failed"):
                raise StackError(f"SQS refused {len(failed)} messages: {failed[0].get('Message')}")
            lane.sent_at |= dict.fromkeys(chats, now)

    def dead_letters(self) -> list[str]:
        """Why messages were given up, if any were."""
        with suppress(ClientError):
            answer = self._aws.sqs.receive_message(
                QueueUrl=self._url(f"{self._stack}-dead.fifo"),
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
            )
            return [_reason(message.get("MessageAttributes", {})) for message in answer.get("Messages", [])]
        return []

    def _mapping_is_enabled(self, queue_arn: str) -> bool:
        mappings = self._aws.functions.list_event_source_mappings(EventSourceArn=queue_arn)["EventSourceMappings"]
        return any(mapping.get("State") == "Enabled" for mapping in mappings)

    def _url(self, name: str) -> str:
        return self._aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def _arn(self, name: str) -> str:
        attributes = self._aws.sqs.get_queue_attributes(QueueUrl=self._url(name), AttributeNames=["QueueArn"])
        return attributes["Attributes"]["QueueArn"]


def _reason(attributes: dict[str, Any]) -> str:
    reason = attributes.get("reason", {}).get("StringValue", "without a reason")
    return f"{attributes.get('source', {}).get('StringValue', 'unknown')}: {reason}"
