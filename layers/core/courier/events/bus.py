"""EventBridge: events in batches, cut to what it takes.

An event that EventBridge refuses for what it is would be refused for ever: it is told without what can be left out,
else counted as lost. All else is an outage, and the caller's to wait for.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from courier.contracts.events import DomainEvent
from courier.errors import StateUnavailableError
from courier.telemetry import count, log

#: EventBridge: entries of one request.
BATCH = 10
#: Bytes of one request's entries. EventBridge takes 1 MB since 2026; some partitions' documentation still says 256 KB.
REQUEST_BYTES = 256 * 1024
#: EventBridge: bytes that it counts for an entry's time.
_TIME_BYTES = 14
#: Tries of entries that EventBridge didn't take for a reason on its side, the seconds after which none is begun, and of
#: the longest first pause between two.
TRIES = 3
GIVE_UP_S = 2.0
PAUSE_S = 0.1

#: Refusals of what an event says. Another try won't change them.
_FAULTY = frozenset({"MalformedDetail", "InvalidArgument", "RedactionFailure"})


class PutsEvents(Protocol):
    """EventBridge as boto3 has it; see `courier.aws`."""

    def put_events(self, *, Entries: Sequence[Any]) -> Any: ...  # noqa: N803 - boto3's


@dataclass(slots=True)
class _Entry:
    """An event on its way."""

    event: DomainEvent
    detail: str = field(init=False)

    def __post_init__(self) -> None:
        self.detail = self.event.detail()

    def size(self, source: str) -> int:
        """Its bytes as EventBridge counts them."""
        return _TIME_BYTES + len((source + self.event.DETAIL_TYPE + self.detail).encode())


class EventBus:
    """One stack's bus.

    Args:
        client: boto3's, or one of that form.
        bus_name: `{stack}`.
        source: `courier.{stack}`: what rules tell stacks by.
        clock: Seconds, of any beginning.
        sleep: Waits, in seconds, between tries.
    """

    def __init__(
        self,
        client: PutsEvents,
        bus_name: str,
        source: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._bus_name = bus_name
        self._source = source
        self._clock = clock
        self._sleep = sleep

    def put(self, events: Sequence[DomainEvent]) -> None:
        """Put events on the bus. Those of an earlier request may be there although a later one fails.

        Raises:
            StateUnavailableError: if EventBridge didn't take all of them now. Putting them again doubles what it took.
        """
        for some in self._batches(events):
            self._put_batch(some)

    def _batches(self, events: Sequence[DomainEvent]) -> Iterator[list[_Entry]]:
        batch: list[_Entry] = []
        size = 0
        for event in events:
            entry = _Entry(event)
            more = entry.size(self._source)
            if batch and (len(batch) == BATCH or size + more > REQUEST_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(entry)
            size += more
        if batch:
            yield batch

    def _put_batch(self, entries: list[_Entry]) -> None:
        began, tried, words = self._clock(), 0, ""
        while entries:
            if tried == TRIES or (tried and self._clock() >= began + GIVE_UP_S):
                raise StateUnavailableError(f"event bus {self._bus_name}: not taken: {words}")
            if tried and words:
                # Jitter keeps those who were throttled together from coming back together; it is no secret.
                self._sleep(random.uniform(0, PAUSE_S * 2 ** (tried - 1)))  # noqa: S311
            left, words = [], ""
            for entry, code, message in self._refused(entries):
                if code not in _FAULTY:
                    words = f"{code} {message}"
                    left.append(entry)
                elif (smaller := entry.event.cut()) is not entry.event:
                    left.append(_Entry(smaller))
                else:
                    _lost(entry.event, f"{code} {message}")
            entries, tried = left, tried + 1

    def _refused(self, entries: Sequence[_Entry]) -> list[tuple[_Entry, str, str]]:
        """Put entries; those that weren't taken, with EventBridge's code and words."""
        asked = [
            {
                "EventBusName": self._bus_name,
                "Source": self._source,
                "DetailType": entry.event.DETAIL_TYPE,
                "Detail": entry.detail,
                "Time": int(entry.event.occurred_at),
            }
            for entry in entries
        ]
        try:
            answer = self._client.put_events(Entries=asked)
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"event bus {self._bus_name}: {error}") from error
        if not answer.get("FailedEntryCount"):
            return []
        told = answer.get("Entries", [])
        if len(told) != len(entries):
            raise StateUnavailableError(f"event bus {self._bus_name}: an answer about {len(told)} of {len(entries)}")
        pairs = zip(entries, told, strict=True)
        return [(entry, one["ErrorCode"], one.get("ErrorMessage", "")) for entry, one in pairs if one.get("ErrorCode")]


def _lost(event: DomainEvent, reason: str) -> None:
    log().error("event lost", event=event.DETAIL_TYPE, of=event.correlation_id, reason=reason)
    count({"EventsLost": 1})
