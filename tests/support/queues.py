"""Queues that remember what was put on them."""

import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from courier.errors import StateUnavailableError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import Record
from courier.queues.sqs import Outbound

_numbers = itertools.count(1)


def record(
    body: str | dict[str, Any],
    *,
    group: str | None = None,
    queue: str = "courier-bot-1.fifo",
    message_id: str | None = None,
    correlation_id: str = "c-test",
) -> Record:
    """A record as Lambda would hand it over; the group is the body's chat if none is named."""
    number = next(_numbers)
    if isinstance(body, dict):
        group = group or str(body.get("data", {}).get("chat_id", "g"))
        body = json.dumps(body)
    return Record(
        message_id=message_id or f"sqs-{number}",
        receipt=f"receipt-{number}",
        body=body,
        queue_arn=f"arn:aws:sqs:us-east-1:000000000000:{queue}",
        group=group or "g",
        receives=1,
        queued_at=time.time(),
        correlation_id=correlation_id,
    )


def send_msg(chat_id: int | str, text: str, **more: Any) -> dict[str, Any]:
    """A `send_msg` of bot 1."""
    envelope = {name: more.pop(name) for name in ("correlation_id", "version") if name in more}
    return {"type": "send_msg", "data": {"bot_id": 1, "chat_id": chat_id, "text": text} | more} | envelope


@dataclass
class FakeQueues:
    """Takes what is sent, hidden and buried."""

    sent: list[tuple[str, Outbound]] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    is_down: bool = False

    def url(self, name: str) -> str:
        return f"https://sqs.test/{name}"

    def send(self, url: str, messages: Sequence[Outbound]) -> None:
        self._answer()
        self.sent += [(url, message) for message in messages]

    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        del url
        self.hidden |= seconds_by_receipt
        return []

    def delete(self, url: str, receipts: Sequence[str]) -> None:
        del url
        self._answer()
        self.deleted += receipts

    def put(self, letters: Sequence[DeadLetter]) -> None:
        self._answer()
        self.letters += letters

    def reasons(self) -> list[str]:
        return [letter.reason for letter in self.letters]

    def lines(self) -> list[dict[str, Any]]:
        """What the delivery log says."""
        return [json.loads(message.body) for _, message in self.sent]

    def _answer(self) -> None:
        if self.is_down:
            raise StateUnavailableError("SQS is down")
