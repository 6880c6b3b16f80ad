"""The whole of what a bot's queue takes: edits, deletes, calls, media, long texts, merged edits, groups that move."""

import asyncio
import json
from typing import Any

from courier.errors import MigratedError, RateLimitedError, RejectedError, ServerFaultError, UnreachableError
from courier.queues.records import Record
from tests.functional.conftest import Bench, make_bench
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg
from tests.support.telegram import Heard, Reaction


def message(type_: str, chat_id: int | None = 5, **data: Any) -> Record:
    chat = {} if chat_id is None else {"chat_id": chat_id}
    body = {"type": type_, "data": {"bot_id": 1} | chat | data}
    return record(body, group=str(data.get("method", chat_id)) if chat_id is None else str(chat_id))


def outcomes(bench: Bench) -> list[str]:
    return [line["outcome"] for line in bench.queues.lines()]


async def test_every_type_becomes_its_method(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    keyboard = {"inline_keyboard": [[{"text": "a", "url": "https://example.org"}]]}
    kept = await bench.send(
        message("edit_msg", message_id=7, text="x"),
        message("edit_msg", message_id=8, reply_markup=keyboard),
        message("del_msg", message_id=9),
        message("del_msg", message_ids=[1, 2]),
        message("call", None, method="sendDice", params={"chat_id": 5}),
        message("send_msg", media={"kind": "photo", "file_id": "f"}, text="caption"),
    )

    assert kept == []
    assert sorted((heard.method, *sorted(heard.params.items())) for heard in bench.telegram.heard) == sorted(
        [
            ("editMessageText", ("chat_id", 5), ("message_id", 7), ("text", "x")),
            ("editMessageReplyMarkup", ("chat_id", 5), ("message_id", 8), ("reply_markup", keyboard)),
            ("deleteMessage", ("chat_id", 5), ("message_id", 9)),
            ("deleteMessages", ("chat_id", 5), ("message_ids", [1, 2])),
            ("sendDice", ("chat_id", 5)),
            ("sendPhoto", ("caption", "caption"), ("chat_id", 5), ("photo", "f")),
        ]
    )


async def test_edits_and_deletes_find_their_target_by_external_id(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    kept = await bench.send(
        record(send_msg(5, "x", external_id="order")),
        message("edit_msg", external_id="order", text="y"),
        message("del_msg", external_id="order"),
    )

    assert kept == []
    sent, edited, deleted = bench.telegram.heard
    assert edited.params["message_id"] == 1
    assert (deleted.method, deleted.params["message_ids"]) == ("deleteMessages", [1])
    assert sent.text == "x"


async def test_an_edit_waits_for_the_message_that_it_names_and_is_buried_if_there_is_none(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    bench.telegram.react = lambda _: ServerFaultError("Bad Gateway", code=502)
    await bench.send(record(send_msg(5, "x", external_id="order")))
    bench.telegram.react = lambda _: None

    assert len(await bench.send(message("edit_msg", external_id="order", text="y"))) == 1
    assert await bench.send(message("edit_msg", external_id="unheard of", text="y")) == []
    assert "no message unheard of was sent within a day" in bench.queues.reasons()[0]


async def test_an_external_id_is_no_key_of_idempotency_for_edits(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    for text in ("x", "y"):
        assert await bench.send(message("edit_msg", message_id=7, external_id="same", text=text)) == []

    assert bench.telegram.texts() == ["x", "y"]


async def test_a_call_with_an_external_id_is_made_once(bench: Bench) -> None:
    for _ in range(2):
        call = message("call", None, method="sendDice", params={"chat_id": 5}, external_id="dice")
        assert await bench.send(call) == []

    assert len(bench.telegram.heard) == 1


async def test_a_long_text_goes_out_in_parts_and_goes_on_where_it_stopped(bench: Bench) -> None:
    bench.use(active_bot(logs=True, chat_burst=30))
    refusals = iter([None, RateLimitedError("Too Many Requests", code=429, retry_after_s=1)])
    bench.telegram.react = lambda _: next(refusals, None)
    long = record(send_msg(5, "a" * 4096 + "b" * 4096 + "c"), message_id="long")
    behind = record(send_msg(5, "behind"))

    assert await bench.send(long, behind) == ["long", behind.message_id]
    await bench.redis.delete(*await bench.redis.keys("*:h:*"), *await bench.redis.keys("*:c:*"))
    assert await bench.send(long, behind) == []

    assert [text[0] for text in bench.telegram.texts()] == ["a", "b", "b", "c", "b"]
    delivered = next(line for line in bench.queues.lines() if line["outcome"] == "delivered")
    assert (delivered["sent_msg_id"], delivered["sent_msg_ids"]) == (1, [1, 3, 4])


async def test_edits_that_wait_together_become_one(bench: Bench) -> None:
    bench.use(active_bot(logs=True, chat_burst=30))
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "a"}]]}
    kept = await bench.send(
        message("edit_msg", message_id=7, text="10 %"),
        message("edit_msg", message_id=7, text="20 %", reply_markup=keyboard),
        record(send_msg(5, "between")),
        message("edit_msg", message_id=8, text="another"),
        message("edit_msg", message_id=7, text="30 %"),
    )

    assert kept == []
    assert bench.telegram.texts() == ["between", "another", "30 %"]
    assert bench.telegram.heard[-1].params["reply_markup"] == keyboard
    assert sorted(outcomes(bench)) == ["delivered", "delivered", "delivered", "superseded", "superseded"]


async def test_merged_edits_wait_together(bench: Bench) -> None:
    bench.telegram.react = lambda _: RateLimitedError("Too Many Requests", code=429, retry_after_s=3)
    edits = [message("edit_msg", message_id=7, text=text) for text in ("1", "2", "3")]

    assert await bench.send(*edits) == [edit.message_id for edit in edits]
    assert {bench.queues.hidden[edit.receipt] for edit in edits} == {3}


async def test_a_delete_between_edits_keeps_them_apart(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    await bench.send(
        message("edit_msg", message_id=7, text="1"),
        message("del_msg", message_id=7),
        message("edit_msg", message_id=7, text="2"),
    )

    assert [heard.method for heard in bench.telegram.heard] == ["editMessageText", "deleteMessage", "editMessageText"]


async def test_a_groups_new_id_is_used_at_once_and_remembered(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))

    def migrate(heard: Heard) -> Reaction:
        return MigratedError("upgraded", code=400, new_chat_id=-1005) if heard.chat_id == -5 else None

    bench.telegram.react = migrate
    assert await bench.send(record(send_msg(-5, "1")), record(send_msg(-5, "2"))) == []
    assert [heard.chat_id for heard in bench.telegram.heard] == [-5, -1005, -1005]

    other = make_bench(bench.redis, telegram=bench.telegram, bots=bench.bots)
    assert await other.send(record(send_msg(-5, "3"))) == []
    assert [heard.chat_id for heard in bench.telegram.heard][3:] == [-1005]


async def test_an_unreachable_recipient_is_remembered(bench: Bench) -> None:
    bench.telegram.react = lambda _: UnreachableError("Forbidden: bot was blocked by the user", code=403)

    assert await bench.send(record(send_msg(5, "x"))) == []

    assert bench.recipients.noted == {(1, 5): "Forbidden: bot was blocked by the user"}
    assert bench.queues.reasons() == ["Telegram refuses it: 403 Forbidden: bot was blocked by the user"]


async def test_a_callback_answer_waits_for_no_chat(bench: Bench) -> None:
    await bench.sender._pacer.penalise(active_bot(), "5", 9.0)
    answer = message("call", None, method="answerCallbackQuery", params={"callback_query_id": "1"})

    assert len(await bench.send(record(send_msg(5, "held")), answer)) == 1

    assert [heard.method for heard in bench.telegram.heard] == ["answerCallbackQuery"]


async def test_an_album_spends_as_many_messages_as_it_has(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=10))
    album = message("call", None, method="sendMediaGroup", params={"chat_id": 5, "media": [{}] * 10})

    assert len(await bench.send(album, record(send_msg(5, "behind")))) == 1
    assert len(bench.telegram.heard) == 1


class WorkerDiedError(BaseException):
    """Stands for SIGKILL: whoever meets it stops everything of its worker at once."""


async def let_attempts_age(bench: Bench, seconds: float = 31) -> None:
    """What open attempts know of the time that passed until the queue gave their messages out again."""
    async for mark in bench.redis.scan_iter("*:m:*"):
        started_ms = await bench.redis.hget(mark, "c")
        if started_ms is not None:
            await bench.redis.hset(mark, "c", str(int(started_ms) - round(seconds * 1000)))


async def work_until_death(worker: Bench, batch: list[Record]) -> list[str] | None:
    """A worker's batch; None if it died, and with it all that it had under way."""
    before = asyncio.all_tasks()
    try:
        return await worker.send(*batch)
    except WorkerDiedError:
        for task in asyncio.all_tasks() - before:
            task.cancel()
        await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
        return None


async def test_a_message_that_kills_its_worker_is_found_out(bench: Bench) -> None:
    """Five workers die of it: one with all of the batch, four with it alone; its neighbours are delivered."""
    bench.use(active_bot(chat_burst=30))
    chats = {9: "innocent, but its chat is penalised", 5: "poison", 6: "innocent", 7: "innocent too"}
    await bench.sender._pacer.penalise(active_bot(), "9", 600.0)
    batch = [record(send_msg(chat, text), message_id=f"m{chat}") for chat, text in chats.items()]

    def die(heard: Heard) -> None:
        if heard.chat_id == 5:
            raise WorkerDiedError

    deaths, kept = 0, None
    while kept is None:
        worker = make_bench(bench.redis, bots=bench.bots, queues=bench.queues)
        # Its neighbours' answers come later than its death.
        worker.telegram.ways = {5: 0.0, 6: 0.02, 7: 0.02}
        worker.telegram.react = die
        kept = await work_until_death(worker, batch)
        deaths += kept is None
        alive = worker
        await let_attempts_age(bench)

    assert (deaths, kept) == (5, ["m9"])
    assert bench.queues.reasons() == ["its worker died 5 times in a row while it was being sent, at last alone"]
    # They left the queue before the poison was tried again, so that nothing behind them waits for its end.
    assert {one.receipt for one in batch[2:]} <= set(bench.queues.deleted)
    assert batch[0].receipt in bench.queues.hidden
    ended = await alive.sender._marks.begin(1, ["m6", "m7"])
    assert [known.end and known.end.is_sent for known in ended] == [True, True]


async def test_a_group_that_isnt_the_chat_is_delivered_and_counted(bench: Bench, capsys: Any) -> None:
    assert await bench.send(record(send_msg(5, "x"), group="my-own")) == []

    assert '"OddGroup":[1.0]' in capsys.readouterr().out


async def test_two_bots_with_one_token_share_a_pace(bench: Bench) -> None:
    for bot_id in (1, 2):
        bench.use(active_bot(bot_id, telegram_id=77, bot_per_second=10))
    second = [
        record({"type": "send_msg", "data": {"bot_id": 2, "chat_id": chat, "text": "x"}}, queue="courier-bot-2.fifo")
        for chat in range(100, 110)
    ]
    assert await bench.send(*(record(send_msg(chat, "x")) for chat in range(1, 11))) == []
    assert await bench.send(*second) == []

    assert len(bench.telegram.heard) == 20
    assert bench.telegram.busiest(1.0) <= 10


async def test_a_refusal_of_an_edited_message_buries_it(bench: Bench) -> None:
    bench.telegram.react = lambda _: RejectedError("Bad Request: message to edit not found", code=400)

    assert await bench.send(message("edit_msg", message_id=7, text="x")) == []
    assert "message to edit not found" in bench.queues.reasons()[0]


async def test_a_batchs_figures_are_one_line_of_metrics(bench: Bench, capsys: Any) -> None:
    bench.use(active_bot(chat_per_second=10, chat_burst=1))
    errors = {6: RejectedError("Bad Request: no", code=400), 7: ServerFaultError("Bad Gateway", code=502)}
    bench.telegram.react = lambda heard: errors.get(heard.chat_id) if isinstance(heard.chat_id, int) else None
    capsys.readouterr()

    await bench.send(*(record(send_msg(chat, "x")) for chat in (5, 5, 6, 7)))

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (figures,) = [line for line in lines if "_aws" in line]
    told = {name: value for name, (value, *_) in figures.items() if name not in ("_aws", "lane", "service")}
    assert told.pop("QueueAge") >= 0
    # The chat's second message had to wait a tenth of a second.
    assert 0.05 <= told.pop("Waited") <= 0.3
    # One for all, and another for what missed its start on a machine that had other things to do.
    assert told.pop("Reservations") in (1, 2)
    assert told == {
        "Delivered": 2,
        "Failed": 1,
        "FailedRejected": 1,
        "Retrying": 1,
        "RetryingServerFault": 1,
        "Held": 1,
    }


async def test_an_owner_that_vanished_stands_in_nobodys_way_for_long(bench: Bench) -> None:
    bench.use(active_bot(chat_burst=30))
    key = "c1:{1}:i:send_msg:order"
    bench.telegram.react = lambda _: ServerFaultError("Bad Gateway", code=502)
    await bench.send(record(send_msg(5, "x", external_id="order")))
    assert 0 < await bench.redis.ttl(key) <= 900

    # Nobody ever receives that message again; when its claim is over, its twin is the one.
    await bench.redis.pexpire(key, 0)
    bench.telegram.react = lambda _: None
    assert await bench.send(record(send_msg(5, "x", external_id="order"))) == []
    assert await bench.redis.ttl(key) > 86_000
