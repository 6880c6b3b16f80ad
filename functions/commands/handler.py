"""Updates from Telegram: commands are carried out, and who listens is told."""

from typing import Any, Protocol

from courier.queues.records import BatchResponse, records_of
from courier.wiring.commands import commands
from courier.wiring.process import run


class Context(Protocol):
    """The part of Lambda's context that is used."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: dict[str, Any], context: Context) -> BatchResponse:
    """Process a batch; the answer names the messages that stay in the queue."""
    return run(commands().handle(records_of(event), context.get_remaining_time_in_millis() / 1000))
