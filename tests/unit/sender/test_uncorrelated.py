"""No call is started in another message's name; what would be stays in its queue, with its neighbours going on."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from courier.sender.legs import Leg
from courier.sender.starts import Starts
from courier.telemetry import ensure_correlated, log
from tests.support.queues import record, send_msg
from tests.support.telegram import FakeTelegram
from tests.unit.sender.ready import Ready

type Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def _mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever waits for its start in chat 2 goes on under the id of another message."""
    wait = Starts.wait

    async def fault(self: Starts, leg: Leg) -> Any:
        hold = await wait(self, leg)
        if leg.call.chat == "2":
            log().thread_safe_append_keys(correlation_id="c-1")
        return hold

    monkeypatch.setattr(Starts, "wait", fault)


@pytest.mark.usefixtures("_mixed_up")
async def test_a_message_under_anothers_id_stays_and_its_neighbours_go(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = Ready()
    records = [record(send_msg(chat, f"to {chat}"), correlation_id=f"c-{chat}") for chat in (1, 2, 3)]

    response = await ready.sender().handle(records, 15.0)

    assert response == {"batchItemFailures": [{"itemIdentifier": records[1].message_id}]}
    assert sorted(ready.telegram.texts()) == ["to 1", "to 3"]
    assert list(ready.queues.hidden) == [records[1].receipt]
    (line,) = (line for line in lines() if line["level"] == "ERROR")
    assert (line["message"], line["expected"], line["found"]) == ("work under another correlation id", "c-2", "c-1")
    figures = json.loads(capsys.readouterr().out)
    assert (figures["Uncorrelated"], figures["Delivered"]) == ([1.0], [2.0])


@pytest.mark.usefixtures("_mixed_up")
async def test_it_is_never_given_up_for_it() -> None:
    ready, kept = Ready(), record(send_msg(2, "x"), correlation_id="c-2")
    late = type(kept)(**{name: getattr(kept, name) for name in kept.__slots__} | {"receives": 500})

    response = await ready.sender().handle([late], 15.0)

    assert response == {"batchItemFailures": [{"itemIdentifier": late.message_id}]}
    assert (ready.queues.letters, ready.telegram.texts()) == ([], [])


async def test_every_call_of_chats_side_by_side_is_in_its_messages_name() -> None:
    """Asked where the call is made: at Telegram's end of the sender."""
    checked: list[str] = []

    class Asking(FakeTelegram):
        async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
            ensure_correlated(f"c-{params['chat_id']}")
            await asyncio.sleep(0)
            ensure_correlated(f"c-{params['chat_id']}")
            checked.append(params["text"])
            return await super().call(token, method, params)

    ready = Ready(Asking())
    chats = (1, 2, 3) * 3
    records = [record(send_msg(chat, f"{n}"), correlation_id=f"c-{chat}") for n, chat in enumerate(chats)]

    assert await ready.sender().handle(records, 15.0) == {"batchItemFailures": []}
    assert len(checked) == 9
