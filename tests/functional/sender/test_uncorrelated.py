"""A message that is about to be sent in another's name: its marks, over many receives."""

from dataclasses import replace
from typing import Any

import pytest

from courier.sender.legs import Leg
from courier.sender.starts import Starts
from courier.telemetry import log
from tests.functional.conftest import Bench
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg


async def test_it_is_no_suspect_and_goes_out_once_when_the_code_is_mended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.use(active_bot(chat_burst=20))
    wait, message = Starts.wait, record(send_msg(5, "x", external_id="e"), correlation_id="c-1")

    async def fault(self: Starts, leg: Leg) -> Any:
        hold = await wait(self, leg)
        log().thread_safe_append_keys(correlation_id="c-2")
        return hold

    with monkeypatch.context() as patched:
        patched.setattr(Starts, "wait", fault)
        for receives in range(1, 9):
            assert await bench.send(replace(message, receives=receives)) == [message.message_id]
    assert (bench.queues.letters, bench.telegram.texts()) == ([], [])

    assert await bench.send(replace(message, receives=9)) == []
    assert bench.telegram.texts() == ["x"]
