"""Messages' ends as domain events. Loaded only where the stack wants them: see `courier.wiring.sender`."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from courier.contracts.events import DomainEvent, MessageDelivered, MessageFailed
from courier.queues.names import Lane
from courier.sender.jobs import Job, Refusal
from courier.sender.report import Ending

#: Characters of a reason that an event carries.
_MAX_DETAILS = 1_000


class TakesEvents(Protocol):
    """The event bus."""

    def put(self, events: Sequence[DomainEvent]) -> None: ...


class MessageEvents:
    """Makes events of endings, and puts them on the bus.

    Duplicates and superseded edits are the ends of no message of their own, and what is retried hasn't ended: the
    delivery log has them.

    Args:
        is_all: Whether deliveries are told too.
    """

    def __init__(self, bus: TakesEvents, *, is_all: bool, clock: Callable[[], float] = time.time) -> None:
        self._bus = bus
        self._is_all = is_all
        self._clock = clock

    def ended(self, job: Job, lane: Lane, ending: Ending) -> DomainEvent | None:
        """What to tell of an ending; None for nothing."""
        if ending.outcome == "delivered":
            if not self._is_all:
                return None
            return MessageDelivered(**self._about(job, lane, ending), sent_msg_ids=list(ending.ids))
        if ending.outcome not in ("failed", "unknown", "dropped", "expired"):
            return None
        return MessageFailed(
            **self._about(job, lane, ending),
            outcome=ending.outcome,
            error_code=ending.error_code,
            details=(ending.details or "")[:_MAX_DETAILS] or None,
        )

    def refused(self, bot_id: int, lane: Lane, refusal: Refusal) -> DomainEvent:
        """What to tell of a record that was no message."""
        return MessageFailed(
            correlation_id=refusal.record.correlation_id,
            occurred_at=self._clock(),
            bot_id=bot_id,
            lane=lane.value,
            type=None,
            chat_id=None,
            external_id=None,
            attempts=0,
            queued_at=refusal.record.queued_at,
            outcome="failed",
            error_code=None,
            details=refusal.reason[:_MAX_DETAILS],
        )

    def put(self, events: Sequence[Any]) -> None:
        """Put events on the bus.

        Raises:
            StateUnavailableError: if they can't all be put now.
        """
        self._bus.put(events)

    def _about(self, job: Job, lane: Lane, ending: Ending) -> dict[str, Any]:
        return {
            "correlation_id": job.record.correlation_id,
            "occurred_at": self._clock(),
            "bot_id": job.message.bot_id,
            "lane": lane.value,
            "type": job.type,
            "chat_id": job.call.chat_id,
            "external_id": job.message.external_id,
            "attempts": ending.attempts,
            "queued_at": job.record.queued_at,
        }
