"""A batch of the media queue: each group in its order, and no bad message costs its neighbours anything."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courier.contracts.media import CancelMedia, RequestMedia, Sender, sender_in
from courier.download.taking import FAILED, UNREADABLE
from courier.errors import CourierError, RefusedMessageError, StateUnavailableError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import BatchResponse, Record, failures
from courier.queues.returning import HidesMessages, hide
from courier.telemetry import correlated, count, log

#: Seconds kept at an invocation's end, to bring back what was left.
CLOSING_S = 3.0
#: Seconds without which no message is begun: patterns of all sites may have to be loaded first.
BEGIN_S = 10.0
#: Seconds until what there was no time for is handed out again.
NO_TIME_S = 1
#: Seconds until a message is tried again after something couldn't be reached.
STATE_RETRY_S = 5
#: Receives of a message after which an error that nobody foresaw is its end.
MOST_RECEIVES = 5


class Takes(Protocol):
    """What a message comes to; see `taking.Taker`."""

    def take(self, record: Record) -> None: ...
    def tell(self, to: Sender | RequestMedia | CancelMedia, words: str, name: str, correlation_id: str) -> None: ...


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaBatch:
    """Takes batches of requests.

    Attributes:
        clock: Seconds, of any beginning.
    """

    taker: Takes
    dead: TakesDeadLetters
    queues: HidesMessages
    clock: Callable[[], float] = field(default=time.monotonic)

    def handle(self, records: Sequence[Record], remaining_s: float) -> BatchResponse:
        """Take what can be taken; the rest, and what stands behind it in its group, stays in the queue.

        Args:
            records: In the queue's order.
            remaining_s: Seconds until Lambda ends the invocation.
        """
        last_begin = self.clock() + remaining_s - CLOSING_S - BEGIN_S
        stopped: dict[str, int] = {}
        held: dict[Record, int] = {}
        for record in records:
            if record.group not in stopped:
                with correlated(record.correlation_id):
                    seconds = self._one(record) if self.clock() <= last_begin else NO_TIME_S
                if seconds is None:
                    continue
                stopped[record.group] = seconds
            held[record] = stopped[record.group]
        hide(self.queues, held)
        return failures([record.message_id for record in held])

    def _one(self, record: Record) -> int | None:
        """Take a message; the seconds for which it stays in the queue, None where it is done with."""
        try:
            self.taker.take(record)
        except RefusedMessageError as error:
            return self._bury(record, str(error), UNREADABLE)
        except CourierError as error:
            log().warning("request waits", reason=str(error), after_s=STATE_RETRY_S)
            return STATE_RETRY_S
        except Exception as error:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
            log().exception("request met an unforeseen error", receives=record.receives)
            if record.receives < MOST_RECEIVES:
                return STATE_RETRY_S << (record.receives - 1)
            reason = f"failed {record.receives} times: {type(error).__name__} {error}"
            return self._bury(record, reason, FAILED)
        return None

    def _bury(self, record: Record, reason: str, words: str) -> int | None:
        """Give a message up, and tell whoever sent it, if it says who that is."""
        sender = sender_in(record.body)
        try:
            self.dead.put([DeadLetter(record, reason)])
            if sender:
                self.taker.tell(sender, words, f"{sender.bot_id}-{record.message_id}", record.correlation_id)
        except StateUnavailableError as error:
            log().warning("request waits to be given up", reason=str(error), after_s=STATE_RETRY_S)
            return STATE_RETRY_S
        log().warning("request given up", reason=reason)
        count({"MediaGivenUp": 1})
        return None
