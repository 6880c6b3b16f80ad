"""Two chats of one batch: each line of the real logger has its own message's id."""

from collections.abc import Callable
from typing import Any

from courier.errors import RejectedError
from tests.support.queues import record, send_msg
from tests.support.telegram import FakeTelegram
from tests.unit.sender.ready import Ready


async def test_chats_of_one_batch_dont_mix(lines: Callable[[], list[dict[str, Any]]]) -> None:
    telegram = FakeTelegram(react=lambda heard: RejectedError("no", code=400) if heard.text == "bad" else None)
    records = [
        record(send_msg(chat, text), correlation_id=f"c-{chat}")
        for text in ("first", "bad", "last")
        for chat in (1, 2, 3)
    ]

    response = await Ready(telegram).sender().handle(records, 15.0)

    assert response == {"batchItemFailures": []}
    told = [line for line in lines() if "chat_id" in line]
    assert len(told) == 9
    assert all(line["correlation_id"] == f"c-{line['chat_id']}" for line in told)
    # They did run side by side: else nothing was shown.
    assert [line["chat_id"] for line in told] != sorted(line["chat_id"] for line in told)
