"""What became of a batch: log lines at once; figures, the delivery log's entries and events at its end."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from courier.contracts.outcomes import DeliveryLog, Outcome
from courier.contracts.sending import SendMsg
from courier.queues.dead_letters import DeadLetter
from courier.queues.names import Lane
from courier.queues.records import Record
from courier.queues.sqs import Outbound
from courier.sender.hold import Hold
from courier.sender.jobs import Chain, Job, Refusal
from courier.state.bots import Bot
from courier.telemetry import MetricUnit, count, log


class PutsOnQueues(Protocol):
    """Queues by URL."""

    def url(self, name: str) -> str: ...
    def send(self, url: str, messages: Sequence[Outbound]) -> None: ...
    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]: ...
    def delete(self, url: str, receipts: Sequence[str]) -> None: ...


class RemembersUnreachable(Protocol):
    """Who can't be written to."""

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None: ...


class TakesDeadLetters(Protocol):
    """The dead-letter queue."""

    def put(self, letters: Sequence[DeadLetter]) -> None: ...


class TellsEnds(Protocol):
    """The event bus; see `courier.sender.message_events`. What is told is nobody's but its own to know."""

    def ended(self, job: Job, lane: Lane, ending: "Ending") -> Any | None: ...
    def refused(self, bot_id: int, lane: Lane, refusal: Refusal) -> Any: ...
    def put(self, events: Sequence[Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How a message ended, or that it will be tried again.

    Attributes:
        attempts: Calls made for it, this one included.
        ids: What Telegram calls the messages that it made.
        retry_in: Seconds until the next attempt.
        cause: The class of the error behind it, for the figures.
    """

    outcome: Outcome
    attempts: int
    ids: tuple[int, ...] = ()
    error_code: int | None = None
    details: str | None = None
    retry_in: int | None = None
    cause: str = ""


class Report:
    """Collects the endings of one batch.

    Args:
        events: None where the stack wants no events of messages.
    """

    def __init__(self, bot: Bot, lane: Lane, events: TellsEnds | None = None) -> None:
        self._bot = bot
        self._lane = lane
        self._events = events
        self._untold: list[Any] = []
        self.lines: list[DeliveryLog] = []
        self.figures: Counter[str] = Counter()
        self._seconds: dict[str, float] = {}

    def note(self, job: Job, ending: Ending) -> None:
        """A message's ending, or its next attempt."""
        delivered = ending.outcome in ("delivered", "duplicate")
        write = log().info if delivered or ending.outcome in ("expired", "superseded") else log().warning
        write(
            ending.outcome,
            type=job.type,
            lane=self._lane.value,
            bot_id=self._bot.bot_id,
            chat_id=job.call.chat_id,
            external_id=job.message.external_id,
            sent_msg_ids=ending.ids or None,
            attempts=ending.attempts,
            error_code=ending.error_code,
            details=ending.details,
            retry_in=ending.retry_in,
            waited_s=round(time.time() - job.record.queued_at, 3),
        )
        self.figures[ending.outcome.capitalize()] += 1
        if ending.cause:
            self.figures[ending.outcome.capitalize() + ending.cause] += 1
        if self._bot.is_sent_logs:
            self.lines.append(self._line(job, ending))
        if self._events is not None and (event := self._events.ended(job, self._lane, ending)) is not None:
            self._untold.append(event)

    def refused(self, refusal: Refusal) -> None:
        """A record that was no message."""
        log().warning("refused", lane=self._lane.value, bot_id=self._bot.bot_id, reason=refusal.reason)
        self.figures["Refused"] += 1
        if self._events is not None:
            self._untold.append(self._events.refused(self._bot.bot_id, self._lane, refusal))

    def odd_groups(self, chains: Sequence[Chain]) -> None:
        """Messages whose group isn't their chat: they are delivered, but their order is that of their group."""
        odd = [job for chain in chains for job in chain.jobs() if job.record.group.lower() not in _groups_of(job)]
        if odd:
            self.figures["OddGroup"] += len(odd)
            job = odd[0]
            log().warning(
                "message group isn't the chat", group=job.record.group, chat_id=job.call.chat_id, messages=len(odd)
            )

    def held(self, messages: int, hold: Hold) -> None:
        """Messages that go back to their queue."""
        log().debug("held", messages=messages, reason=hold.reason, seconds=hold.seconds)
        self.figures["Held"] += messages

    def waits(self, records: Sequence[Record], *, slept_s: float, reservations: int) -> None:
        """What the batch waited for: in its queue, and for its starts."""
        self._seconds = {
            "QueueAge": time.time() - min(record.queued_at for record in records),
            "Waited": round(slept_s, 3),
        }
        self.figures["Reservations"] += reservations

    @property
    def bot_id(self) -> int:
        """Whose batch it is."""
        return self._bot.bot_id

    def take_lines(self) -> list[Outbound]:
        """The delivery log's lines since the last time, as queue entries."""
        lines, self.lines = self.lines, []
        return [Outbound(json.dumps(line.model_dump(mode="json", exclude_none=True))) for line in lines]

    def take_events(self) -> list[Any]:
        """The events since the last time."""
        events, self._untold = self._untold, []
        return events

    def write_figures(self) -> None:
        """The batch's figures as one line of metrics."""
        seconds = dict.fromkeys(self._seconds, MetricUnit.Seconds)
        count(dict(self.figures) | self._seconds, seconds, lane=self._lane.value)

    def _line(self, job: Job, ending: Ending) -> DeliveryLog:
        message = job.message
        markup = message.reply_markup
        return DeliveryLog(
            type=job.type,
            status=1 if ending.outcome in ("delivered", "duplicate") else 0,
            outcome=ending.outcome,
            bot_id=message.bot_id,
            chat_id=job.call.chat_id,
            external_id=message.external_id,
            message_id=message.message_id,
            sent_msg_id=ending.ids[0] if ending.ids else None,
            sent_msg_ids=list(ending.ids) if len(ending.ids) > 1 else None,
            text=message.text,
            reply_markup=markup.model_dump(exclude_none=True) if markup else None,
            reply_to_message_id=message.reply_to_message_id if isinstance(message, SendMsg) else None,
            error_code=ending.error_code,
            details=ending.details,
            attempts=ending.attempts,
            retry_in=ending.retry_in,
            queued_at=job.record.queued_at,
            sent_at=time.time() if ending.outcome == "delivered" else None,
            correlation_id=job.record.correlation_id,
        )


def _groups_of(job: Job) -> set[str]:
    """The message groups that a job may be in: its chat as it was sent, or the method where there is none."""
    chat_id = getattr(job.message, "chat_id", job.call.chat_id)
    return {str(chat_id).lower(), job.call.chat or job.call.method.lower()}
