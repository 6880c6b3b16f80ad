"""What Telegram has is sent by its `file_id`: by a call until one went well, then by the queue, and to nobody twice."""

import asyncio
from typing import Any

import pytest

from courier.download.delivery.answers import FileAnswers
from courier.download.delivery.memory import GOOD_S
from courier.download.delivery.starting import Place, Starting
from courier.errors import CourierError, TelegramError, TryLaterError
from courier.state.bots import Status
from courier.state.media import FileId, Outcome, StoredFile, Waiter
from local.simulator.rules import Rule
from tests.functional.download.desk import BUCKET, HASH, PUBLIC, VIDEO, Desk, desk, waiter
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "desk"]

WRONG = "Bad Request: wrong file identifier/HTTP URL specified"


def media_of(desk: Desk) -> list[Any]:
    """What was left to queues."""
    return [one["media"]["file_id"] for one in desk.posted.of("send_msg")]


def sent(desk: Desk) -> list[tuple[int | None, str]]:
    """Who got the file by a call, and how."""
    return [(record.chat_id, record.media["source"]) for record in desk.sim.accepted if record.media]


async def answer(answers: FileAnswers, *waiters: Waiter, file: StoredFile = VIDEO) -> None:
    for one in waiters:
        await asyncio.to_thread(answers.answer, one, Outcome(), file)


async def uploaded(desk: Desk) -> str:
    """Its `file_id`, once the first has it."""
    desk.store()
    await answer(desk.worker(), waiter(1))
    (record,) = desk.uploads()
    return str(record.media["file_id"])


async def test_the_first_of_a_process_is_sent_by_a_call_and_all_others_by_the_queue(desk: Desk) -> None:
    file_id = await uploaded(desk)

    await answer(desk.worker(), *(waiter(number) for number in range(2, 12)))

    assert sent(desk) == [(101, "upload"), (102, "file_id")]
    assert desk.posted.answered() == [f"1-{number}" for number in range(3, 12)]
    assert set(media_of(desk)) == {file_id}


async def test_a_call_by_file_id_says_what_the_queue_would(desk: Desk) -> None:
    await uploaded(desk)
    async with desk.session.post(
        f"{desk.api._base}/bot1:fake/sendMessage", json={"chat_id": 102, "text": "?"}
    ) as asked:
        message_id = (await asked.json())["result"]["message_id"]

    await answer(desk.worker(), waiter(2, thread_id=4, reply_to=message_id))

    record = list(desk.sim.accepted)[-1]
    assert (record.method, record.text, record.thread_id, record.reply_to) == (
        "sendVideo",
        "Cats & <dogs>",
        4,
        message_id,
    )


async def test_after_a_while_a_call_asks_again(desk: Desk) -> None:
    await uploaded(desk)
    worker = desk.worker()
    await answer(worker, waiter(2))
    desk.now += GOOD_S + 1

    await answer(worker, waiter(3), waiter(4))

    assert sent(desk) == [(101, "upload"), (102, "file_id"), (103, "file_id")]
    assert desk.posted.answered() == ["1-4"]


@pytest.mark.parametrize("size", [2_000_000, 20_000_001], ids=["small", "more than getFile serves"])
async def test_what_telegram_refuses_is_uploaded_for_the_same_waiter(desk: Desk, size: int) -> None:
    await uploaded(desk)
    rule = {"action": "400", "times": 1, "description": WRONG, "match": {"chat_id": 102, "method": "sendVideo"}}
    desk.sim.add_fault(Rule.model_validate(rule))
    file = VIDEO.model_copy(update={"bytes": size})
    desk.s3.put_object(Bucket=BUCKET, Key=file.key, Body=bytes(size))
    worker = desk.worker()

    await answer(worker, waiter(2), waiter(3), file=file)

    assert sent(desk) == [(101, "upload"), (102, "upload")]
    assert media_of(desk) == [desk.uploads()[1].media["file_id"]]
    await answer(worker, waiter(1), waiter(2), file=file)
    assert desk.posted.answered() == ["1-3"], "who has it gets nothing more"


async def test_what_telegram_never_knew_is_uploaded(desk: Desk) -> None:
    desk.store()
    desk.files.save_file_id(HASH, 1, FileId(file_id="AgAD-forgotten", media="video"))

    await answer(desk.answers, waiter(1), waiter(2))

    assert sent(desk) == [(101, "upload")]
    assert media_of(desk) == [desk.uploads()[0].media["file_id"]]


async def test_a_repeat_sends_nothing_to_those_who_got_it_by_a_call(desk: Desk) -> None:
    await uploaded(desk)
    await answer(desk.worker(), waiter(2))
    await answer(desk.worker(), waiter(3))

    await answer(desk.worker(), waiter(1), waiter(2), waiter(3))

    assert sent(desk) == [(101, "upload"), (102, "file_id"), (103, "file_id")]
    assert desk.posted.messages == []


async def test_a_chats_own_fault_costs_the_file_id_nothing(desk: Desk) -> None:
    file_id = await uploaded(desk)
    words = "Bad Request: not enough rights to send videos to the chat"
    desk.sim.add_fault(Rule.model_validate({"action": "400", "description": words, "match": {"chat_id": 102}}))
    desk.sim.add_fault(Rule.model_validate({"action": "403", "match": {"chat_id": 103}}))

    await answer(desk.worker(), *(waiter(number) for number in range(2, 6)))

    assert sent(desk) == [(101, "upload"), (104, "file_id")]
    link, file = desk.posted.of("send_msg")
    assert (link["chat_id"], f"{PUBLIC}/m/" in link["text"]) == (102, True)
    assert (file["chat_id"], file["media"]["file_id"]) == (105, file_id)
    assert list(desk.recipients.noted) == [(1, 103)]


@pytest.mark.parametrize(("action", "error"), [("429", TryLaterError), ("5xx", TelegramError)])
async def test_what_telegram_said_nothing_of_isnt_left_to_the_queue(
    desk: Desk, action: str, error: type[CourierError]
) -> None:
    await uploaded(desk)
    rule = {"action": action, "times": 1, "retry_after": 40, "match": {"method": "sendVideo"}}
    desk.sim.add_fault(Rule.model_validate(rule))
    worker = desk.worker()

    with pytest.raises(error):
        await answer(worker, waiter(2))
    await answer(worker, waiter(3), waiter(4))

    assert sent(desk) == [(101, "upload"), (103, "file_id")]
    assert desk.posted.answered() == ["1-4"]
    held = await desk.pacer.penalties(desk.rows.rows[1], ["102"])
    assert ("102" in held.chats) == (action == "429")


async def test_a_call_by_file_id_spends_what_a_message_would(desk: Desk) -> None:
    await uploaded(desk)
    bot, loop, starting = desk.rows.rows[1], asyncio.get_running_loop(), Starting(desk.pacer)
    for _ in range(3):
        await starting.wait(bot, Place.of(102))

    began = loop.time()
    await answer(desk.worker(), waiter(2))

    assert loop.time() - began > 0.5


async def test_two_who_send_at_once_do_so_one_after_another(desk: Desk) -> None:
    await uploaded(desk)
    desk.sim.configure({"latency_ms": 300})

    both = await asyncio.gather(*(answer(desk.worker(), waiter(number)) for number in (2, 3)), return_exceptions=True)

    assert len(sent(desk)) == 2
    (error,) = [one for one in both if one is not None]
    assert str(error) == "somebody else is sending it"


async def test_without_time_for_a_call_it_isnt_begun(desk: Desk) -> None:
    desk.ask(waiter(2))
    await uploaded(desk)

    assert await desk.deliver(left_s=30, answers=desk.worker()) == "again"
    assert await desk.deliver(left_s=60, answers=desk.worker()) == "done"
    assert sent(desk) == [(101, "upload"), (102, "file_id")]


async def test_a_paused_bots_queue_takes_what_telegram_has_just_taken(desk: Desk) -> None:
    await uploaded(desk)
    worker = desk.worker()
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.PAUSED})
    with pytest.raises(TryLaterError):
        await answer(worker, waiter(2))

    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.ACTIVE})
    desk.now += 60
    await answer(worker, waiter(2))
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.PAUSED})
    desk.now += 60
    await answer(worker, waiter(3))

    assert desk.posted.answered() == ["1-3"]
