"""The deployed platform from outside: queues, the simulator's counters, and nothing of the inside."""

import itertools
import json
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.simulator.client import SimulatorClient
from local.simulator.journal import Accepted
from local.stack.endpoints import Endpoints

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

#: Each process that tests on one stack has bots of its own.
_bot_ids = itertools.count(501 + 1000 * int(os.environ.get("COURIER_TEST_ROW", "0")))
#: Seconds that the slowest machine may take for what takes a few.
PATIENCE_S = 60.0


@dataclass
class Platform:
    """A running stack."""

    endpoints: Endpoints
    state_dir: Path

    @cached_property
    def telegram(self) -> SimulatorClient:
        """The simulator's admin API."""
        return SimulatorClient(self.endpoints.telegram_url)

    @property
    def sqs(self) -> "SQSClient":
        """SQS of the stack."""
        return self.endpoints.aws.sqs

    def queue(self, name: str) -> str:
        """The URL of a queue by what follows the stack's name."""
        return self.sqs.get_queue_url(QueueName=f"{self.endpoints.stack}-{name}")["QueueUrl"]

    def control(self, type_: str, **data: Any) -> str:
        """Send a control message; its correlation id comes back."""
        correlation_id = f"e2e-{uuid.uuid4()}"
        body = {"type": type_, "data": data, "correlation_id": correlation_id}
        self.sqs.send_message(
            QueueUrl=self.queue("control.fifo"),
            MessageBody=json.dumps(body),
            MessageGroupId=str(data.get("bot_id", "none")),
            MessageDeduplicationId=str(uuid.uuid4()),
        )
        return correlation_id

    def add_bot(self, bot_id: int | None = None, *, token: str | None = None, **more: Any) -> int:
        """Add a bot and wait until it is active."""
        bot_id = bot_id if bot_id is not None else next(_bot_ids)
        self.control("add_bot", bot_id=bot_id, token=token or f"{bot_id}:e2e-fake", **more)
        self.wait_for(lambda: self.status(bot_id) == "active", f"bot {bot_id} active")
        return bot_id

    def add_hearing_bot(self, **more: Any) -> int:
        """Add a bot with a webhook, and with a queue of the application for its updates."""
        bot_id = next(_bot_ids)
        name = f"{self.endpoints.stack}-app-{bot_id}.fifo"
        self.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
        self.add_bot(bot_id, webhook=True, updates_queue=name, **more)
        self.wait_for_webhook(bot_id)
        return bot_id

    def wait_for_webhook(self, bot_id: int, number: int = 0) -> int:
        """Wait until a registration is through that is newer than that number; its own."""
        found: dict[str, Any] = {}

        def is_there() -> bool:
            item = self._row(bot_id)
            found.clear()
            found.update(json.loads(item["webhook"]["S"]) if "webhook" in item else {})
            return found.get("number", 0) > number and not found.get("coming")

        self.wait_for(is_there, f"webhook of bot {bot_id}")
        return int(found["number"])

    def forwarded(self, bot_id: int, count: int, *, timeout_s: float = PATIENCE_S) -> list[dict[str, Any]]:
        """Take so many updates off the application's queue, each with its `group`."""
        url, found = self.queue(f"app-{bot_id}.fifo"), []

        def look() -> bool:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"], WaitTimeSeconds=1
            )
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]) | {"group": message["Attributes"]["MessageGroupId"]})
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return len(found) >= count

        self.wait_for(look, f"{count} updates of bot {bot_id}", timeout_s)
        return found

    def status(self, bot_id: int) -> str | None:
        """What the bot's row says."""
        status: str | None = self._row(bot_id).get("status", {}).get("S")
        return status

    def _row(self, bot_id: int) -> dict[str, Any]:
        key = {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": "bot"}}
        answer = self.endpoints.aws.dynamodb.get_item(TableName=f"{self.endpoints.stack}-state", Key=key)
        return dict(answer.get("Item", {}))

    def send(self, bot_id: int, messages: Iterable[tuple[int, str]], *, broadcast: bool = False) -> None:
        """Put texts for chats on a lane's queue, in their order."""
        bodies = [
            (str(chat), {"type": "send_msg", "data": {"bot_id": bot_id, "chat_id": chat, "text": text}})
            for chat, text in messages
        ]
        self.put(f"bot-{bot_id}{'-broadcast' if broadcast else ''}.fifo", bodies)

    def put(self, queue: str, bodies: Sequence[tuple[str, dict[str, Any] | str]]) -> None:
        """Put bodies on a queue, each under its group."""
        url = self.queue(queue)
        for some in batched(bodies, 10, strict=False):
            answer = self.sqs.send_message_batch(
                QueueUrl=url,
                Entries=[
                    {
                        "Id": str(number),
                        "MessageBody": body if isinstance(body, str) else json.dumps(body),
                        "MessageGroupId": group,
                        "MessageDeduplicationId": str(uuid.uuid4()),
                    }
                    for number, (group, body) in enumerate(some)
                ],
            )
            assert not answer.get("Failed")

    def arrived(self, bot_id: int, count: int, *, timeout_s: float = PATIENCE_S) -> list[Accepted]:
        """Wait until so many messages of a bot were accepted; all that were, in their order of arrival."""
        return self.telegram.wait_for_messages(count, bot_id=bot_id, timeout_s=timeout_s)

    def refused(self, bot_id: int) -> int:
        """429s that a bot met."""
        return sum(self.telegram.counters(bot_id).refused.values())

    def dead_letters(
        self, correlation_id: str | None = None, *, count: int = 1, timeout_s: float = PATIENCE_S
    ) -> list[dict[str, Any]]:
        """Wait for dead letters, of one correlation id if it is given, and take them off the queue."""
        found: list[dict[str, Any]] = []
        url = self.queue("dead.fifo")

        def look() -> bool:
            answer = self.sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], WaitTimeSeconds=1
            )
            for message in answer.get("Messages", []):
                attributes = {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}
                if correlation_id in (None, attributes["correlation_id"]):
                    found.append({"body": message["Body"]} | attributes)
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    self.sqs.change_message_visibility(
                        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                    )
            return len(found) >= count

        self.wait_for(look, f"{count} dead letters", timeout_s)
        return found

    def has_dead_letters(self, bot_id: int) -> bool:
        """Whether a message of a bot's lies among the first dead letters, which stay there."""
        url = self.queue("dead.fifo")
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["source"], VisibilityTimeout=0
        )
        sources = [one["MessageAttributes"]["source"]["StringValue"] for one in answer.get("Messages", [])]
        return any(source.startswith(f"{self.endpoints.stack}-bot-{bot_id}") for source in sources)

    def sweep(self) -> None:
        """Let the sweep run now, and not when its minute comes."""
        answer = self.endpoints.aws.functions.invoke(FunctionName=f"{self.endpoints.stack}-control", Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def log_text(self, stage: str) -> str:
        """All that a stage has logged."""
        group = f"/aws/lambda/{self.endpoints.stack}-{stage}"
        pages = self.endpoints.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def log(self, correlation_id: str) -> list[dict[str, Any]]:
        """The log lines of all stages with an id."""
        text = "\n".join(self.log_text(stage) for stage in ("control", "sender"))
        return [json.loads(line) for line in text.splitlines() if line.startswith("{") and correlation_id in line]

    def texts(self, bot_id: int, count: int, *, timeout_s: float = PATIENCE_S) -> list[tuple[int | None, str]]:
        """Wait until so many messages of a bot arrived; chat and text of each."""
        return [(one.chat_id, one.text) for one in self.arrived(bot_id, count, timeout_s=timeout_s)]

    def mappings(self, bot_id: int) -> dict[str, str]:
        """The states of a bot's event source mappings, by lane's queue."""
        pages = self.endpoints.aws.functions.get_paginator("list_event_source_mappings").paginate()
        found = [one for page in pages for one in page["EventSourceMappings"]]
        arns = {one["EventSourceArn"].rpartition(":")[2]: one["State"] for one in found}
        return {name: state for name, state in arns.items() if f"-bot-{bot_id}" in name}

    def in_queue(self, queue: str) -> int | None:
        """Messages that a queue holds, hidden ones too; None if it isn't there."""
        try:
            url = self.queue(queue)
        except self.sqs.exceptions.QueueDoesNotExist:
            return None
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(answer["ApproximateNumberOfMessages"]) + int(answer["ApproximateNumberOfMessagesNotVisible"])

    @staticmethod
    def wait_for(condition: Any, what: str, timeout_s: float = PATIENCE_S) -> None:
        """Poll something that nobody announces."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
            time.sleep(0.05)
