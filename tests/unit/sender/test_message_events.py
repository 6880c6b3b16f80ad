"""Messages' ends on the event bus: which are told, and that no message is lost or waits for it."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import pytest

from courier.contracts.events import DomainEvent, MessageDelivered, MessageFailed
from courier.contracts.outcomes import Outcome
from courier.errors import RejectedError, StateUnavailableError, TokenRefusedError
from courier.queues.names import Lane
from courier.sender import batch
from courier.sender.message_events import MessageEvents
from courier.sender.report import Ending, Report
from courier.state.bots import Status
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg
from tests.support.telegram import FakeTelegram, Heard
from tests.unit.events.test_domain_events import validator
from tests.unit.sender.messages import job
from tests.unit.sender.ready import Ready

type Lines = Callable[[], list[dict[str, Any]]]
#: What is told of each outcome.
TOLD: dict[Outcome, str | None] = {
    "delivered": "message.delivered",
    "failed": "message.failed",
    "unknown": "message.failed",
    "dropped": "message.failed",
    "expired": "message.failed",
    "duplicate": None,
    "superseded": None,
    "retrying": None,
}


@dataclass
class FakeBus:
    """Takes events, unless it raises `error`, or hangs until `answers` is set."""

    error: Exception | None = None
    answers: threading.Event | None = None
    taken: list[DomainEvent] = field(default_factory=list)

    def put(self, events: Sequence[DomainEvent]) -> None:
        if self.answers is not None:
            self.answers.wait()
        if self.error is not None:
            raise self.error
        self.taken += events

    def told(self) -> list[tuple[str, str]]:
        return [(event.DETAIL_TYPE, event.correlation_id) for event in self.taken]


def test_no_outcome_was_forgotten() -> None:
    assert TOLD.keys() == set(get_args(Outcome))


@pytest.mark.parametrize("is_all", [True, False], ids=["all", "failed"])
@pytest.mark.parametrize("outcome", TOLD)
def test_what_is_told_of_an_outcome(outcome: Outcome, *, is_all: bool) -> None:
    report = Report(active_bot(), Lane.BROADCAST, MessageEvents(FakeBus(), is_all=is_all, clock=lambda: 9.5))
    made = job(external_id="e")

    report.note(made, Ending(outcome, 2, ids=(77,), error_code=400, details="why" * 1000))

    wanted = TOLD[outcome] if is_all or TOLD[outcome] == "message.failed" else None
    events = report.take_events()
    assert [event.DETAIL_TYPE for event in events] == ([wanted] if wanted else [])
    assert report.take_events() == []
    for event in events:
        detail = json.loads(event.detail())
        validator(event.DETAIL_TYPE).validate(detail)
        about = {"bot_id": 1, "lane": "broadcast", "type": "send_msg", "chat_id": 5, "external_id": "e", "attempts": 2}
        assert detail.items() >= (about | {"occurred_at": 9.5, "correlation_id": made.record.correlation_id}).items()
        if isinstance(event, MessageDelivered):
            assert event.sent_msg_ids == [77]
        if isinstance(event, MessageFailed):
            assert (event.outcome, event.error_code, len(event.details or "")) == (outcome, 400, 1000)


async def test_a_batch_tells_its_ends_under_their_own_ids() -> None:
    bus = FakeBus()
    telegram = FakeTelegram(react=lambda heard: RejectedError("no", code=400) if heard.text == "bad" else None)
    ready = Ready(telegram, events=MessageEvents(bus, is_all=True))
    records = [
        record(send_msg(1, "good"), correlation_id="c-1"),
        record(send_msg(2, "bad"), correlation_id="c-2"),
        record("{", group="3", correlation_id="c-3"),
    ]

    assert await ready.sender().handle(records, 15.0) == {"batchItemFailures": []}

    assert sorted(bus.told()) == [("message.delivered", "c-1"), ("message.failed", "c-2"), ("message.failed", "c-3")]
    refused = next(event for event in bus.taken if event.correlation_id == "c-3")
    assert isinstance(refused, MessageFailed)
    (letter,) = (letter for letter in ready.queues.letters if letter.record.correlation_id == "c-3")
    assert (refused.type, refused.chat_id, refused.details) == (None, None, letter.reason)
    validator("message.failed").validate(json.loads(refused.detail()))


@pytest.mark.parametrize("error", [StateUnavailableError("event bus courier: down"), RuntimeError("a fault of ours")])
async def test_a_bus_that_is_down_costs_no_message_anything(
    error: Exception, lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = Ready(events=MessageEvents(FakeBus(error), is_all=True))
    ready.bots.put(active_bot(logs=True))

    assert await ready.sender().handle([record(send_msg(1, "x")), record(send_msg(2, "y"))], 15.0) == {
        "batchItemFailures": []
    }

    assert sorted(ready.telegram.texts()) == ["x", "y"]
    assert len(ready.queues.lines()) == 2
    (line,) = (line for line in lines() if line["level"] == "ERROR")
    assert (line["message"], line["events"], line["reason"]) == ("events of messages are lost", 2, str(error))
    assert json.loads(capsys.readouterr().out)["EventsLost"] == [2.0]


async def test_a_bus_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "EVENTS_S", 0.01)
    bus = FakeBus(answers=threading.Event())
    assert bus.answers is not None
    ready = Ready(events=MessageEvents(bus, is_all=True))

    try:
        assert await ready.sender().handle([record(send_msg(1, "x"))], 15.0) == {"batchItemFailures": []}
        assert bus.taken == []
    finally:
        bus.answers.set()
    assert json.loads(capsys.readouterr().out)["EventsLost"] == [1.0]


async def test_without_events_none_is_made() -> None:
    ready = Ready()
    report = Report(active_bot(), Lane.REGULAR)

    await ready.sender().handle([record(send_msg(1, "x"))], 15.0)
    report.note(job(), Ending("delivered", 1))

    assert report.take_events() == []


async def test_a_stopped_bot_is_noted_once_under_the_id_of_the_message_that_met_the_401(lines: Lines) -> None:
    def refuse(_: Heard) -> TokenRefusedError:
        return TokenRefusedError("Unauthorized", code=401)

    ready = Ready(FakeTelegram(react=refuse))

    await ready.sender().handle([record(send_msg(1, "x"), correlation_id="c-401")], 15.0)

    bot = ready.bots.rows[1]
    assert bot.status == Status.STOPPED
    assert bot.stopped_untold is not None
    assert bot.stopped_untold.correlation_id == "c-401"
    (line,) = (line for line in lines() if line["message"] == "bot stopped")
    assert line["correlation_id"] == "c-401"
