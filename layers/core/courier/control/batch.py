"""A batch of the control queue: one message after another, each bot's in their order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import BaseModel

from courier.contracts.control import CONTROL_TYPES, Pulse
from courier.contracts.envelope import open_envelope
from courier.errors import RefusedMessageError, StateUnavailableError, TryLaterError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import BatchResponse, Record, failures
from courier.queues.returning import HidesMessages, hide
from courier.telemetry import correlated, count, log

#: Seconds until a message is tried again after AWS didn't answer.
STATE_RETRY_S = 5
#: Seconds until a message is tried again after an error that nobody foresaw: time for someone to look, and for a
#: thousand tries to last most of a day.
UNFORESEEN_RETRY_S = 60

#: What carries out a message, by the message's model.
type Duties = Mapping[type[BaseModel], Callable[[Any], Awaitable[object]]]


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


async def answer_pulse(pulse: Pulse) -> None:
    """Say in the log that control lives."""
    log().info("pulse", pulse=pulse.content())


class ControlBatch:
    """Carries out control messages.

    Args:
        duties: What carries out each of `CONTROL_TYPES`.
    """

    def __init__(self, duties: Duties, dead: TakesDeadLetters, queues: HidesMessages) -> None:
        self._duties = duties
        self._dead = dead
        self._queues = queues

    async def handle(self, records: Sequence[Record]) -> BatchResponse:
        """Carry out what can be; the rest, and what stands behind it in its group, stays in the queue."""
        waiting: dict[str, int] = {}
        kept: list[Record] = []
        for record in records:
            if record.group in waiting:
                kept.append(record)
                continue
            with correlated(record.correlation_id):
                after_s = await self._one(record)
            if after_s is not None:
                waiting[record.group] = after_s
                kept.append(record)
        hide(self._queues, {record: waiting[record.group] for record in kept})
        return failures([record.message_id for record in kept])

    async def _one(self, record: Record) -> int | None:
        """Seconds until it should be tried again; None where it is done with."""
        try:
            await self._carry_out(record)
        except RefusedMessageError as error:
            return self._bury(record, str(error))
        except TryLaterError as error:
            log().info("control message waits", reason=str(error), after_s=error.after_s)
            return error.after_s
        except StateUnavailableError as error:
            log().warning("control message waits", reason=str(error), after_s=STATE_RETRY_S)
            return STATE_RETRY_S
        except Exception:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
            log().exception("control message met an unforeseen error", after_s=UNFORESEEN_RETRY_S)
            return UNFORESEEN_RETRY_S
        return None

    async def _carry_out(self, record: Record) -> None:
        opened = open_envelope(record.body, CONTROL_TYPES)
        carry_out = self._duties.get(type(opened.message))
        if carry_out is None:
            raise RefusedMessageError(f"type: nothing carries out {opened.type!r} yet")
        await carry_out(opened.message)

    def _bury(self, record: Record, reason: str) -> int | None:
        letter = DeadLetter(record, reason)
        try:
            self._dead.put([letter])
        except StateUnavailableError as error:
            log().warning("dead letter not taken", reason=str(error), after_s=STATE_RETRY_S)
            return STATE_RETRY_S
        log().warning("control message refused", reason=reason)
        count({"ControlRefused": 1})
        return None
