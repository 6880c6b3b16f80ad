"""A webhook function in memory: its table, its queue, its clocks."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from courier.errors import StateUnavailableError
from courier.state.webhooks import Webhook, digest_of
from courier.webhook.directory import Directory
from courier.webhook.receiver import Receiver
from tests.support.queues import FakeQueues

URL = "https://sqs/courier-updates.fifo"
SECRET = "fake-secret"
HELLO = {"update_id": 7, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "Hello"}}


@dataclass
class Ready:
    """Bot 1 has a webhook.

    Attributes:
        reads: Bots whose row was read.
        is_down: Whether the table can't be read.
    """

    webhooks: dict[int, Webhook] = field(
        default_factory=lambda: {1: Webhook("https://example.org", 1, digest_of(SECRET))}
    )
    queues: FakeQueues = field(default_factory=FakeQueues)
    reads: list[int] = field(default_factory=list)
    is_down: bool = False
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.receiver = Receiver(Directory(self, lambda: self.now), self.queues, URL, lambda: self.now)

    def get(self, bot_id: int) -> Webhook | None:
        self.reads.append(bot_id)
        if self.is_down:
            raise StateUnavailableError("table: no answer")
        return self.webhooks.get(bot_id)

    def post(self, body: Any, *, bot_id: Any = 1, secret: str | None = SECRET, is_encoded: bool = False) -> int:
        """The status that Telegram gets."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        event = {
            "pathParameters": {"bot_id": str(bot_id)},
            "headers": {} if secret is None else {"x-telegram-bot-api-secret-token": secret},
            "body": base64.b64encode(raw).decode() if is_encoded else raw.decode(errors="surrogateescape"),
            "isBase64Encoded": is_encoded,
        }
        return int(self.answer(event)["statusCode"])

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.receiver.answer(event)
        assert answer["body"] == "", "the caller is told nothing"
        return answer

    def taken(self) -> list[dict[str, Any]]:
        """What is on the queue."""
        assert {url for url, _ in self.queues.sent} <= {URL}
        return [json.loads(message.body) for _, message in self.queues.sent]
