"""Small doubles of AWS's clients, with just what the command line uses."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cli.loglines import Line


@dataclass
class Stored:
    """A message of a FIFO queue."""

    id: str
    group: str
    body: str = "{}"
    attributes: dict[str, str] = field(default_factory=dict)
    system: dict[str, str] = field(default_factory=dict)
    receipts: int = 0
    is_held: bool = False

    def received(self) -> dict[str, Any]:
        """As SQS hands it out."""
        self.is_held = True
        self.receipts += 1
        return {
            "MessageId": self.id,
            "ReceiptHandle": f"{self.id}/{self.receipts}",
            "Body": self.body,
            "Attributes": {"MessageGroupId": self.group, "SentTimestamp": "1500"} | self.system,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in self.attributes.items()
            },
        }


@dataclass
class FifoQueue:
    """SQS with one FIFO queue: a group with a message in flight gives nothing more.

    Attributes:
        interrupt_at: The receive at which somebody presses Ctrl-C.
        is_forgetful: Whether held messages come again at each receive, as after their visibility timeout.
    """

    messages: list[Stored] = field(default_factory=list)
    interrupt_at: int | None = None
    is_forgetful: bool = False
    receives: int = 0

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        self.receives += 1
        if self.receives == self.interrupt_at:
            raise KeyboardInterrupt
        assert asked["VisibilityTimeout"] > 0
        busy = set() if self.is_forgetful else {message.group for message in self.messages if message.is_held}
        free = [message for message in self.messages if message.group not in busy]
        found = [message.received() for message in free[: asked["MaxNumberOfMessages"]]]
        return {"Messages": found} if found else {}

    def change_message_visibility_batch(self, **asked: Any) -> dict[str, Any]:
        assert len(asked["Entries"]) <= 10
        for entry in asked["Entries"]:
            message = self._of(entry["ReceiptHandle"])
            message.is_held = entry["VisibilityTimeout"] > 0
        return {}

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        assert len(asked["Entries"]) <= 10
        for entry in asked["Entries"]:
            self.messages.remove(self._of(entry["ReceiptHandle"]))
        return {}

    def _of(self, handle: str) -> Stored:
        name, _, receipt = handle.partition("/")
        (message,) = (message for message in self.messages if message.id == name)
        assert int(receipt) == message.receipts, "an old receipt does nothing"
        return message

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        held = sum(message.is_held for message in self.messages)
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(len(self.messages) - held),
                "ApproximateNumberOfMessagesNotVisible": str(held),
                "ApproximateNumberOfMessagesDelayed": "0",
            }
        }

    @property
    def held(self) -> list[str]:
        """What somebody holds."""
        return [message.id for message in self.messages if message.is_held]


@dataclass
class Logs:
    """CloudWatch Logs: events by group. Like an emulator it knows no patterns and ends at a full page."""

    groups: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page: int = 10_000
    starts: list[int] = field(default_factory=list)

    def get_paginator(self, name: str) -> "Paginator":
        return Paginator(self, name)


@dataclass
class Paginator:
    logs: Logs
    name: str

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        if self.name == "describe_log_groups":
            prefix = asked["logGroupNamePrefix"]
            yield {"logGroups": [{"logGroupName": name} for name in self.logs.groups if name.startswith(prefix)]}
            return
        self.logs.starts.append(asked["startTime"])
        events = [one for one in self.logs.groups[asked["logGroupName"]] if one["timestamp"] >= asked["startTime"]]
        yield {"events": events[: self.logs.page]}


def event(at_ms: int, message: str | dict[str, Any], **more: str) -> dict[str, Any]:
    """A log event; `eventId` only if it is named, as with emulators."""
    text = message if isinstance(message, str) else json.dumps(message)
    return {"timestamp": at_ms, "message": text, "logStreamName": "stream"} | more


def line(message: str, *, at: float = 0.0, stage: str = "control", key: str = "", **fields: Any) -> Line:
    """A line as it was understood."""
    return Line(
        key=(stage, key or f"{at} {message}"),
        stage=stage,
        at=at,
        level=str(fields.pop("level", "INFO")),
        message=message,
        correlation_id=fields.get("correlation_id"),
        fields=fields,
    )
