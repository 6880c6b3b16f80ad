"""The bus: batches, bounds, and what becomes of what EventBridge doesn't take."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from courier.contracts.events import MAX_UPDATE_BYTES, BotStopped, DomainEvent, TelegramUpdate
from courier.errors import StateUnavailableError
from courier.events.bus import GIVE_UP_S, REQUEST_BYTES, TRIES, EventBus

REFUSED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "PutEvents")
SILENT = ConnectTimeoutError(endpoint_url="https://events.test")
type Lines = Callable[[], list[dict[str, Any]]]


@dataclass
class FakeEventBridge:
    """Takes events but those to which `refuse` gives a code.

    Attributes:
        seconds: That each call takes.
    """

    refuse: Callable[[dict[str, Any]], str | None] = lambda _: None
    error: Exception | None = None
    seconds: float = 0.0
    now: float = 1000.0
    calls: list[Sequence[dict[str, Any]]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def put_events(self, *, Entries: Sequence[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert 1 <= len(Entries) <= 10
        self.calls.append(Entries)
        self.now += self.seconds
        if self.error:
            raise self.error
        told = [self._one(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in one for one in told), "Entries": told}

    def _one(self, entry: dict[str, Any]) -> dict[str, str]:
        code = self.refuse(json.loads(entry["Detail"]))
        if code:
            return {"ErrorCode": code, "ErrorMessage": "not now"}
        self.taken.append(json.loads(entry["Detail"]))
        return {"EventId": "e"}

    def bus(self) -> EventBus:
        return EventBus(self, "courier", "courier.courier", clock=lambda: self.now, sleep=self.slept.append)


def stopped(number: int) -> BotStopped:
    return BotStopped(correlation_id=f"c-{number}", occurred_at=10.75, bot_id=number, username="b", reason=None)


def update(number: int, text: str) -> TelegramUpdate:
    return TelegramUpdate(
        correlation_id="c",
        occurred_at=1.0,
        bot_id=1,
        update_id=number,
        kind="message",
        is_claimed=True,
        update={"text": text},
    )


def test_an_entry_says_whose_it_is_what_and_when() -> None:
    bridge = FakeEventBridge()

    bridge.bus().put([stopped(1)])

    assert bridge.calls == [
        [
            {
                "EventBusName": "courier",
                "Source": "courier.courier",
                "DetailType": "bot.stopped",
                "Detail": stopped(1).detail(),
                "Time": 10,
            }
        ]
    ]


@pytest.mark.parametrize(("events", "sizes"), [(0, []), (1, [1]), (10, [10]), (25, [10, 10, 5])])
def test_events_go_in_their_order_ten_a_call(events: int, sizes: list[int]) -> None:
    bridge = FakeEventBridge()

    bridge.bus().put([stopped(number) for number in range(events)])

    assert [len(call) for call in bridge.calls] == sizes
    assert [detail["bot_id"] for detail in bridge.taken] == list(range(events))


def test_no_request_is_larger_than_eventbridge_takes() -> None:
    bridge, text = FakeEventBridge(), "ü" * (MAX_UPDATE_BYTES // 4)

    bridge.bus().put([update(number, text) for number in range(5)])

    for call in bridge.calls:
        size = sum(len((e["Source"] + e["DetailType"] + e["Detail"]).encode()) + 14 for e in call)
        assert size <= REQUEST_BYTES
    assert [len(call) for call in bridge.calls] == [2, 2, 1]
    assert [detail["is_cut"] for detail in bridge.taken] == [False] * 5


def test_an_update_that_is_too_large_is_told_without_it() -> None:
    bridge = FakeEventBridge()

    bridge.bus().put([update(1, "x" * MAX_UPDATE_BYTES), update(2, "y")])

    assert [(one["update_id"], one["is_cut"]) for one in bridge.taken] == [(1, True), (2, False)]


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalFailure"])
def test_only_what_failed_is_put_again(code: str) -> None:
    def busy(detail: dict[str, Any]) -> str | None:
        return code if detail["bot_id"] in (1, 3) and len(bridge.calls) < TRIES else None

    bridge = FakeEventBridge(busy)

    bridge.bus().put([stopped(number) for number in range(5)])

    asked = [[json.loads(entry["Detail"])["bot_id"] for entry in call] for call in bridge.calls]
    assert asked == [[0, 1, 2, 3, 4], [1, 3], [1, 3]]
    assert len(bridge.slept) == TRIES - 1


def test_what_fails_again_and_again_is_told() -> None:
    bridge = FakeEventBridge(lambda detail: "ThrottlingException" if detail["bot_id"] == 1 else None)

    with pytest.raises(StateUnavailableError, match="courier: not taken: ThrottlingException not now"):
        bridge.bus().put([stopped(0), stopped(1)])

    assert len(bridge.calls) == TRIES
    assert [detail["bot_id"] for detail in bridge.taken] == [0]


def test_no_try_is_begun_when_time_is_over() -> None:
    bridge = FakeEventBridge(lambda _: "ThrottlingException", seconds=GIVE_UP_S)

    with pytest.raises(StateUnavailableError):
        bridge.bus().put([stopped(1)])

    assert len(bridge.calls) == 1


@pytest.mark.parametrize("error", [REFUSED, SILENT])
def test_eventbridge_that_cant_be_asked_is_one_error(error: Exception) -> None:
    with pytest.raises(StateUnavailableError, match="courier"):
        FakeEventBridge(error=error).bus().put([stopped(1)])


@pytest.mark.parametrize(
    "answer",
    [{"FailedEntryCount": 1}, {"FailedEntryCount": 1, "Entries": []}, {"FailedEntryCount": 2, "Entries": [{}]}],
)
def test_an_answer_that_doesnt_say_which_is_no_success(answer: dict[str, Any]) -> None:
    class Odd:
        def put_events(self, *, Entries: Sequence[Any]) -> Any:  # noqa: N803 - boto3's
            del Entries
            return answer

    with pytest.raises(StateUnavailableError, match="an answer about"):
        EventBus(Odd(), "courier", "courier.courier").put([stopped(1), stopped(2)])


def test_an_update_that_is_refused_for_what_it_says_is_told_without_it() -> None:
    """A number that EventBridge doesn't read, or whatever it comes to refuse."""
    bridge = FakeEventBridge(
        lambda detail: "MalformedDetail" if (detail["update"] or {}).get("text") == "odd" else None
    )

    bridge.bus().put([update(1, "odd"), update(2, "good")])

    assert [(one["update_id"], one["is_cut"]) for one in bridge.taken] == [(2, False), (1, True)]
    assert bridge.slept == []


def test_what_is_refused_for_ever_holds_up_nothing(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    bridge = FakeEventBridge(lambda detail: "MalformedDetail" if detail["bot_id"] == 1 else None)
    events: list[DomainEvent] = [stopped(1), stopped(2)]

    bridge.bus().put(events)

    assert [detail["bot_id"] for detail in bridge.taken] == [2]
    (line,) = lines()
    assert (line["level"], line["message"], line["event"], line["of"]) == (
        "ERROR",
        "event lost",
        "bot.stopped",
        "c-1",
    )
    assert json.loads(capsys.readouterr().out)["EventsLost"] == [1.0]
