"""Control queue: bots are added."""

from typing import Any

from courier.queues.records import BatchResponse, records_of
from courier.wiring.control import control
from courier.wiring.process import run


def handler(event: dict[str, Any], _context: object) -> BatchResponse:
    """Carry out a batch; the answer names the messages that must be tried again."""
    return run(control().handle(records_of(event)))
