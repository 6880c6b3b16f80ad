"""Messages that stay in their queue come back when their consumer says, and not when the queue's own timeout ends."""

from collections.abc import Mapping
from typing import Protocol

from courier.errors import StateUnavailableError
from courier.queues.records import Record
from courier.telemetry import log


class HidesMessages(Protocol):
    """Queues, as far as a message's return is concerned; see `courier.queues.sqs`."""

    def url(self, name: str) -> str: ...
    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]: ...


def hide(queues: HidesMessages, seconds: Mapping[Record, int]) -> None:
    """Have messages of one queue come back after so many seconds each.

    Where that can't be said, they come back when the queue's own timeout ends. It blocks: whoever has an event loop
    calls it on a thread.
    """
    if not seconds:
        return
    name = next(iter(seconds)).queue_arn.rpartition(":")[2]
    try:
        refused = queues.hide(queues.url(name), {record.receipt: each for record, each in seconds.items()})
    except StateUnavailableError as error:
        refused = [str(error)]
    if refused:
        log().warning("messages come back after the queue's own timeout", reason="; ".join(refused))
