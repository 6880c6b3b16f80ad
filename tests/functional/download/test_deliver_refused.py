"""A file that Telegram doesn't take is uploaded once for a bot; one whom nothing reaches in a day reads an apology."""

import asyncio
from typing import Any

import pytest

from courier.download.accumulation import GIVE_UP_S
from courier.download.errors import WORDS, Failure
from courier.state.files import UNSENDABLE_S
from courier.state.media import Outcome
from local.simulator.rules import Rule
from tests.functional.download.desk import PUBLIC, VIDEO, Desk, desk, waiter
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "desk"]


def fault(desk: Desk, **rule: Any) -> None:
    desk.sim.add_fault(Rule.model_validate(rule))


def tries(desk: Desk, bot_id: int = 1) -> int:
    bot = desk.sim.bots.find(bot_id)
    assert bot is not None
    return bot.counters.calls["sendVideo"]


def texts(desk: Desk) -> list[str]:
    return [one["text"] for one in desk.posted.of("send_msg")]


@pytest.mark.parametrize(
    "rule", [{"action": "413"}, {"action": "400", "description": "Bad Request: VIDEO_CONTENT_TYPE_INVALID"}]
)
async def test_what_telegram_doesnt_take_is_uploaded_once_a_bot_and_linked_to(desk: Desk, rule: dict[str, Any]) -> None:
    desk.ask(*(waiter(number) for number in range(1, 6)), waiter(1, bot_id=2), waiter(2, bot_id=2))
    desk.store()
    fault(desk, **rule)

    assert await desk.deliver() == "done"

    assert (tries(desk, 1), tries(desk, 2)) == (1, 1)
    assert len(desk.posted.answered()) == len(set(desk.posted.answered())) == 7
    assert all(f"{PUBLIC}/m/" in text and "too large" not in text for text in texts(desk))
    assert "Telegram doesn't take this file here (2.6 MB)." in texts(desk)[0]


async def test_every_process_knows_it_for_some_hours(desk: Desk) -> None:
    desk.store()
    fault(desk, action="413", times=1)
    for number in (1, 2):
        await asyncio.to_thread(desk.worker().answer, waiter(number), Outcome(), VIDEO)
    assert (tries(desk), len(texts(desk))) == (1, 2)

    desk.now += UNSENDABLE_S + 1
    await asyncio.to_thread(desk.answers.answer, waiter(3), Outcome(), VIDEO)

    assert [record.chat_id for record in desk.uploads()] == [103]


async def test_other_bytes_under_the_same_name_are_tried(desk: Desk) -> None:
    desk.store()
    fault(desk, action="413", times=1)
    other = VIDEO.model_copy(update={"sha256": "other"})

    await asyncio.to_thread(desk.answers.answer, waiter(1), Outcome(), VIDEO)
    await asyncio.to_thread(desk.answers.answer, waiter(2), Outcome(), other)

    assert [record.chat_id for record in desk.uploads()] == [102]


@pytest.mark.parametrize(
    "words",
    [
        "chat not found",
        "not enough rights to send videos to the chat",
        "TOPIC_CLOSED",
        "PEER_ID_INVALID",
        "message thread not found",
        "message to be replied not found",
    ],
)
async def test_a_chat_that_refuses_costs_no_other_the_file(desk: Desk, words: str) -> None:
    desk.ask(*(waiter(number) for number in range(1, 4)))
    desk.store()
    fault(desk, action="400", description=f"Bad Request: {words}", match={"chat_id": 101})

    assert await desk.deliver() == "done"

    assert [record.chat_id for record in desk.uploads()] == [102]
    assert desk.posted.answered() == ["1-1", "1-3"]


async def test_without_an_address_of_ours_the_words_are_others_than_too_large(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    fault(desk, action="413")

    await desk.deliver(answers=desk.worker(public_url=""))

    assert texts(desk) == ["Telegram doesn't take this file here. Try another quality, or only its sound."]


async def test_who_cant_have_the_file_in_a_day_reads_an_apology(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.progress.note("1-1")
    fault(desk, action="401")
    assert await desk.deliver() == "again"
    desk.now += GIVE_UP_S - 1
    assert await desk.deliver() == "again"
    assert desk.posted.messages == []

    desk.now += 1
    assert await desk.deliver() == "done"

    assert texts(desk) == [WORDS[Failure.TEMPORARY]]
    assert desk.posted.answered() == ["1-1"]
    assert len(desk.posted.of("del_msg")) == 1
    job = desk.jobs.job(desk.told.events[0].model_dump()["hash"])
    assert job is not None
    assert job.waiting == 0


async def test_who_cant_even_be_told_so_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.ask(waiter(1), waiter(2, bot_id=2))
    desk.posted.missing.add("courier-bot-1.fifo")
    desk.now += GIVE_UP_S

    assert await desk.deliver(failure="gone") == "done"

    assert desk.posted.answered() == ["2-2"]
    assert "waiter gets no answer at all" in caplog.text
