"""Control queue: bots come, change, rest and go. And every minute the sweep, which no record tells of."""

from typing import Any

from courier.queues.records import BatchResponse, records_of
from courier.wiring.control import control, sweep
from courier.wiring.process import run


def handler(event: dict[str, Any], _context: object) -> BatchResponse | None:
    """Carry out a batch, and name the messages that must be tried again; or sweep, on its schedule."""
    if "Records" in event:
        return run(control().handle(records_of(event)))
    sweep().run()
    return None
