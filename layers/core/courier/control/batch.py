"""A batch of the control queue: one message after another, each bot's in their order."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel

from courier.contracts.control import CONTROL_TYPES, AddBot, Pulse
from courier.contracts.envelope import Opened, open_envelope
from courier.errors import RefusedMessageError, StateUnavailableError, TryLaterError
from courier.queues.dead_letters import DeadLetter
from courier.queues.records import BatchResponse, Record, failures
from courier.state.bots import Bot
from courier.telemetry import correlated, count, log

#: Seconds until a message is tried again after AWS didn't answer.
STATE_RETRY_S = 5
#: Receives after which a message that meets a fault of this code is given up, and seconds between them.
UNFORESEEN_TRIES, UNFORESEEN_RETRY_S = 5, 10


class AddsBots(Protocol):
    """Carries out `add_bot`."""

    async def add(self, wanted: AddBot) -> Bot: ...


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


class HidesMessages(Protocol):
    """Queues, as far as a message's return is concerned."""

    def url(self, name: str) -> str: ...
    def hide(self, url: str, seconds_by_receipt: dict[str, int]) -> list[str]: ...


class ControlBatch:
    """Carries out control messages."""

    def __init__(self, adder: AddsBots, dead: TakesDeadLetters, queues: HidesMessages) -> None:
        self._adder = adder
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
        if kept:
            self._hide(kept, waiting)
        return failures([record.message_id for record in kept])

    async def _one(self, record: Record) -> int | None:
        """Seconds until it should be tried again; None where it is done with."""
        try:
            await self._carry_out(open_envelope(record.body, CONTROL_TYPES))
        except RefusedMessageError as error:
            return self._bury(record, str(error))
        except TryLaterError as error:
            log().warning("control message waits", reason=str(error), after_s=error.after_s)
            return error.after_s
        except StateUnavailableError as error:
            log().warning("control message waits", reason=str(error), after_s=STATE_RETRY_S)
            return STATE_RETRY_S
        except Exception as error:  # noqa: BLE001 - a fault of ours with one message must not cost its neighbours
            log().exception("unforeseen")
            if record.receives < UNFORESEEN_TRIES:
                return UNFORESEEN_RETRY_S
            return self._bury(record, f"tg-courier failed on it: {type(error).__name__} {error}")
        return None

    async def _carry_out(self, opened: Opened[BaseModel]) -> None:
        match opened.message:
            case AddBot() as wanted:
                await self._adder.add(wanted)
            case Pulse() as pulse:
                log().info("pulse", pulse=pulse.content())
            case other:
                raise RefusedMessageError(f"type: nothing carries out {type(other).__name__}")

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

    def _hide(self, kept: Sequence[Record], waiting: dict[str, int]) -> None:
        name = kept[0].queue_arn.rpartition(":")[2]
        try:
            url = self._queues.url(name)
        except StateUnavailableError as error:
            log().warning("messages come back after the queue's own timeout", reason=str(error))
            return
        refused = self._queues.hide(url, {record.receipt: waiting[record.group] for record in kept})
        if refused:
            log().warning("messages come back after the queue's own timeout", reason="; ".join(refused))
