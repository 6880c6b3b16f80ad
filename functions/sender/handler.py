"""Bots' queues, both lanes: messages are sent."""

from typing import Any, Protocol

from courier.queues.records import BatchResponse, records_of
from courier.wiring.process import run
from courier.wiring.sender import sender


class Context(Protocol):
    """The part of Lambda's context that is used."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: dict[str, Any], context: Context) -> BatchResponse:
    """Send a batch; the answer names the messages that stay in the queue."""
    return run(sender().handle(records_of(event), context.get_remaining_time_in_millis() / 1000))
