"""Everyone who waits is answered once: by one upload a bot, by what Telegram calls the file, by a link, or in words."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from redis.asyncio import Redis

from courier.download.delivery.starting import Place, Starting
from courier.download.errors import WORDS, Failure
from courier.errors import StateUnavailableError
from courier.state.bots import Status
from courier.state.media import FileId, JobState
from local.simulator import Simulator, running_simulator
from local.simulator.rules import Match, Rule
from tests.functional.download.desk import AUDIO, BUCKET, HASH, JPEG, PUBLIC, VIDEO, Desk, waiter
from tests.functional.state.conftest import aws, client

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]


@pytest.fixture
async def desk(redis: Redis, aws: "boto3.Session", client: "DynamoDBClient") -> AsyncIterator[Desk]:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    async with running_simulator(Simulator()) as telegram, aiohttp.ClientSession() as session:
        made = Desk(redis, client, s3, telegram)
        made.session = session
        yield made


def media_of(desk: Desk) -> list[Any]:
    return [one["media"]["file_id"] for one in desk.posted.of("send_msg")]


async def test_the_first_gets_the_file_and_all_others_what_telegram_calls_it(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in range(1, 31)), *(waiter(number, bot_id=2) for number in range(1, 4)))
    desk.store()

    assert await desk.deliver() == "done"

    first, second = desk.uploads()
    assert {first.bot_id, second.bot_id} == {1, 2}
    assert first.media["sha256"] == second.media["sha256"] == VIDEO.sha256
    ids = {record.bot_id: record.media["file_id"] for record in desk.uploads()}
    answers = desk.posted.of("send_msg")
    assert len(answers) == 33 - 2
    assert all(one["media"] == {"kind": "video", "file_id": ids[one["bot_id"]]} for one in answers)
    assert len(set(desk.posted.answered())) == 31
    job = desk.jobs.job(HASH)
    assert job is not None
    assert (job.state, job.waiting, job.deadline_at) == (JobState.DONE, 0, None)


async def test_an_upload_says_all_that_is_known_of_a_video(desk: Desk) -> None:
    desk.ask(waiter(1, thread_id=4))
    desk.store()

    await desk.deliver()

    (record,) = desk.uploads()
    assert record.method == "sendVideo"
    assert (record.text, record.chat_id, record.thread_id) == ("Cats & <dogs>", 101, 4)
    told = {name: record.media[name] for name in ("width", "height", "duration", "supports_streaming", "filename")}
    assert told == {
        "width": 640,
        "height": 360,
        "duration": 7,
        "supports_streaming": True,
        "filename": "Cats dogs.mp4",
    }
    assert record.media["thumbnail"] == {"size": len(JPEG), "sha256": hashlib.sha256(JPEG).hexdigest()}


async def test_an_upload_says_all_that_is_known_of_a_sound(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2))
    desk.store(AUDIO, thumbnail=False)

    await desk.deliver()

    (record,) = desk.uploads()
    assert record.method == "sendAudio"
    told = {name: record.media.get(name) for name in ("title", "performer", "duration", "filename", "thumbnail")}
    assert told == {"title": "Песня", "performer": "Band", "duration": 7, "filename": "audio.mp3", "thumbnail": None}
    assert desk.posted.of("send_msg")[0]["media"]["kind"] == "audio"


async def test_answers_reply_to_the_request_in_its_thread(desk: Desk) -> None:
    desk.ask(waiter(1, thread_id=4))

    await desk.deliver(failure="too_long", detail="5 hours")

    (answer,) = desk.posted.of("send_msg")
    assert answer == {
        "bot_id": 1,
        "chat_id": 101,
        "text": WORDS[Failure.TOO_LONG],
        "external_id": "1-1",
        "parse_mode": "HTML",
        "reply_to_message_id": 9,
        "message_thread_id": 4,
    }
    assert desk.posted.messages[0]["correlation_id"] == "c-1"


async def test_an_upload_replies_too_and_bears_that_the_request_is_gone(desk: Desk) -> None:
    async with desk.session.post(
        f"{desk.api._base}/bot1:fake/sendMessage", json={"chat_id": 101, "text": "?"}
    ) as asked:
        message_id = (await asked.json())["result"]["message_id"]
    desk.ask(waiter(1, reply_to=message_id), waiter(1, bot_id=2, reply_to=777))
    desk.store()

    await desk.deliver()

    assert [(record.bot_id, record.reply_to) for record in desk.uploads()] == [(1, message_id), (2, None)]


async def test_what_telegram_has_is_asked_for_once_and_sent_again(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    await desk.deliver()
    (record,) = desk.uploads()
    other = desk.worker()

    for number in (2, 3):
        await asyncio.to_thread(other.answer, waiter(number), _fine(), VIDEO)

    assert media_of(desk) == [record.media["file_id"]] * 2
    bot = desk.sim.bots.find(1)
    assert bot is not None
    assert bot.counters.calls["getFile"] == 1
    assert len(desk.uploads()) == 1


async def test_what_telegram_refuses_is_uploaded_anew(desk: Desk) -> None:
    desk.store()
    desk.files.save_file_id(HASH, 1, FileId(file_id="AgAD-forgotten", media="video"))

    await asyncio.to_thread(desk.answers.answer, waiter(1), _fine(), VIDEO)
    await asyncio.to_thread(desk.answers.answer, waiter(2), _fine(), VIDEO)

    (record,) = desk.uploads()
    assert record.chat_id == 101
    assert media_of(desk) == [record.media["file_id"]]


async def test_what_is_too_old_is_uploaded_anew(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    await desk.deliver()
    desk.now += 86_401

    await asyncio.to_thread(desk.worker().answer, waiter(2), _fine(), VIDEO)

    assert [record.chat_id for record in desk.uploads()] == [101, 102]


async def test_a_repeat_sends_nothing_twice_to_the_one_who_got_it_by_the_upload(desk: Desk) -> None:
    desk.store()
    await asyncio.to_thread(desk.answers.answer, waiter(1), _fine(), VIDEO)

    await asyncio.to_thread(desk.worker().answer, waiter(1), _fine(), VIDEO)

    assert len(desk.uploads()) == 1
    assert desk.posted.messages == []


async def test_two_who_answer_at_once_upload_once(desk: Desk) -> None:
    desk.store()
    desk.sim.configure({"latency_ms": 300})

    both = await asyncio.gather(
        *(asyncio.to_thread(desk.worker().answer, waiter(number), _fine(), VIDEO) for number in (1, 2)),
        return_exceptions=True,
    )

    assert len(desk.uploads()) == 1
    (error,) = [one for one in both if one is not None]
    assert str(error) == "somebody else is uploading it"


async def test_the_lease_of_one_who_died_passes(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    assert desk.files.lease(HASH, 1, "dead", 60)

    assert await desk.deliver() == "again"
    desk.now += 61
    assert await desk.deliver() == "done"
    assert len(desk.uploads()) == 1


async def test_a_chat_that_cant_be_reached_keeps_nobody_from_the_file(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2), waiter(3))
    desk.store()
    desk.sim.add_fault(Rule(action="403", match=Match(chat_id=101)))

    assert await desk.deliver() == "done"

    (record,) = desk.uploads()
    assert record.chat_id == 102
    assert desk.posted.answered() == ["1-3"]
    assert list(desk.recipients.noted) == [(1, 101)]


@pytest.mark.parametrize("action", ["429", "5xx"])
async def test_one_who_can_be_answered_later_is_answered_later(desk: Desk, action: str) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": action, "times": 1, "retry_after": 1}))

    assert await desk.deliver() == "again"
    assert desk.uploads() == []
    desk.now += 11
    await asyncio.sleep(0)

    assert await desk.deliver() == "done"
    assert [record.chat_id for record in desk.uploads()] == [101]


async def test_a_429_holds_the_sender_too(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "429", "times": 1, "retry_after": 40}))

    await desk.deliver()

    bot = desk.rows.rows[1]
    held = await desk.pacer.penalties(bot, ["101"])
    assert held.chats["101"] - asyncio.get_running_loop().time() == pytest.approx(40, abs=2)
    assert await desk.deliver() == "again", "nothing is uploaded meanwhile"
    assert desk.sim.bots.find(1).counters.calls["sendVideo"] == 1  # type: ignore[union-attr]


async def test_telegram_in_trouble_isnt_tried_for_each_of_a_crowd(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in range(1, 21)))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "5xx"}))

    assert await desk.deliver() == "again"

    assert desk.sim.bots.find(1).counters.calls["sendVideo"] == 1  # type: ignore[union-attr]


async def test_a_chat_with_a_new_id_gets_the_file_there(desk: Desk) -> None:
    desk.ask(waiter(1, chat_id=-5))
    desk.store()
    rule = {"action": "migrate", "match": {"chat_id": -5}, "migrate_to_chat_id": -1_005}
    desk.sim.add_fault(Rule.model_validate(rule))

    assert await desk.deliver() == "done"
    assert [record.chat_id for record in desk.uploads()] == [-1_005]


async def test_an_answer_that_was_lost_is_tried_again(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "reset_after", "times": 1}))

    assert await desk.deliver() == "again"
    desk.now += 11
    assert await desk.deliver() == "done"
    assert len(desk.uploads()) == 2, "at least once"


async def test_an_upload_spends_what_a_message_would(desk: Desk) -> None:
    """Three that were just sent to the chat: the fourth's last bytes wait for the second in which it has room."""
    bot, loop = desk.rows.rows[1], asyncio.get_running_loop()
    place = Place.of(101)
    starting = Starting(desk.pacer)
    for _ in range(3):
        await starting.wait(bot, place)
    desk.ask(waiter(1))
    desk.store()

    began = loop.time()
    assert await desk.deliver() == "done"
    assert loop.time() - began > 0.5

    began = loop.time()
    await starting.wait(bot, place)
    assert loop.time() - began > 0.5, "and the next waits for it"


async def test_a_group_without_room_for_a_minute_isnt_uploaded_to(desk: Desk) -> None:
    bot, place, starting = desk.rows.rows[1], Place.of(-7), Starting(desk.pacer)
    bot = desk.rows.rows[1] = bot.model_copy(update={"limits": bot.limits.model_copy(update={"group_per_minute": 1})})
    await starting.wait(bot, place)
    desk.ask(waiter(1, chat_id=-7), waiter(2))
    desk.store()

    assert await desk.deliver() == "again"

    assert [record.chat_id for record in desk.uploads()] == [102]
    assert await desk.deliver() == "done"
    assert desk.posted.answered() == ["1-1"]


async def test_a_refused_token_stops_the_bot(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "401"}))

    assert await desk.deliver() == "again"

    assert desk.rows.rows[1].status == Status.STOPPED


async def test_a_paused_bot_uploads_nothing_but_its_queue_takes_what_telegram_has(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.PAUSED})
    assert await desk.deliver() == "again"

    desk.files.save_file_id(HASH, 1, FileId(file_id="AgAD", media="video"))
    assert await desk.deliver() == "done"
    assert media_of(desk) == ["AgAD"]


async def test_a_bot_that_is_gone_needs_no_answers(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2, bot_id=7))
    desk.store()
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.REMOVED})

    assert await desk.deliver() == "done"
    assert (desk.uploads(), desk.posted.messages) == ([], [])


async def test_over_the_limit_there_is_a_link(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2))
    desk.store()

    assert await desk.deliver(answers=desk.worker(upload_bytes=1000)) == "done"

    first, second = (one["text"] for one in desk.posted.of("send_msg"))
    assert first.startswith("Cats &amp; &lt;dogs&gt;\n\nThis is too large to be sent here (2.6 MB).")
    tokens = [text.rpartition("/")[2] for text in (first, second)]
    assert all(f"{PUBLIC}/m/{token}" in text for token, text in zip(tokens, (first, second), strict=True))
    assert tokens[0] != tokens[1]
    link = desk.links.find(tokens[0])
    assert link is not None
    assert (link.key, link.title, link.open_until - desk.now) == (VIDEO.key, VIDEO.title, 72 * 3600)


async def test_without_an_address_of_ours_too_large_is_too_large(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()

    await desk.deliver(answers=desk.worker(upload_bytes=1000, public_url=""))

    assert desk.posted.of("send_msg")[0]["text"] == WORDS[Failure.TOO_LARGE]


async def test_what_telegram_doesnt_take_is_linked_to(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.configure({"max_upload_mb": 0.001})

    assert await desk.deliver() == "done"

    assert f"{PUBLIC}/m/" in desk.posted.of("send_msg")[0]["text"]


async def test_a_file_that_is_gone_is_missed_and_apologised_for(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.files.keep(HASH, VIDEO)

    assert await desk.deliver() == "done"

    assert desk.posted.of("send_msg")[0]["text"] == WORDS[Failure.TEMPORARY]
    assert desk.files.stored(HASH) is None


async def test_without_time_for_an_upload_it_isnt_begun(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store(VIDEO.model_copy(update={"bytes": 50_000_000}))

    assert await desk.deliver(left_s=20) == "again"
    assert desk.sim.bots.find(1) is None
    desk.files.keep(HASH, VIDEO)
    assert await desk.deliver(left_s=20) == "done"


async def test_while_queues_cant_be_reached_nobody_is_lost(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in range(1, 4)))
    desk.posted.is_down = True

    assert await desk.deliver(failure="gone") == "again"
    desk.posted.is_down = False
    assert await desk.deliver(failure="temporary") == "done"

    assert desk.posted.answered() == ["1-1", "1-2", "1-3"]
    assert {one["text"] for one in desk.posted.of("send_msg")} == {WORDS[Failure.GONE]}


async def test_ends_are_told_once_an_attempt(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.told.is_down = True
    assert await desk.deliver() == "again"
    desk.told.is_down = False

    assert await desk.deliver() == "done"

    (event,) = desk.told.events
    told = event.model_dump(exclude={"version", "occurred_at", "sha256"})
    assert (event.DETAIL_TYPE, told) == (
        "media.ready",
        {
            "correlation_id": "c-1",
            "hash": HASH,
            "attempt": 1,
            "url": "https://video.example/1",
            "kind": "video",
            "quality": "best",
            "key": VIDEO.key,
            "bytes": VIDEO.bytes,
            "title": VIDEO.title,
            "duration": 7,
        },
    )
    assert len(desk.uploads()) == 1


async def test_a_failure_is_told(desk: Desk) -> None:
    desk.ask(waiter(1))

    await desk.deliver(failure="private", detail="ERROR: members only")

    (event,) = desk.told.events
    assert (event.DETAIL_TYPE, event.model_dump()["failure"]) == ("media.failed", "private")
    assert event.model_dump()["details"] == "ERROR: members only"


async def test_an_attempt_that_was_replaced_or_cancelled_says_nothing(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.jobs.leave(HASH, "1-1")

    assert await desk.deliver(failure="gone") == "stale"
    assert await desk.deliver(attempt=2, failure="gone") == "stale"
    assert (desk.posted.messages, desk.told.events) == ([], [])


async def test_the_message_of_progress_goes_with_the_answer(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2))
    desk.progress.note("1-1")

    await desk.deliver(failure="gone")

    kinds = [(message["type"], message["data"]["external_id"]) for message in desk.posted.messages]
    assert kinds == [("send_msg", "1-1"), ("del_msg", "1-1-progress"), ("send_msg", "1-2")]


async def test_a_fault_of_ours_with_one_costs_nobody_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask(waiter(1), waiter(2))
    text = type(desk.mail).text

    def faulty(self: Any, one: Any, html: str) -> None:
        if one.waiter_id == "1-1":
            raise KeyError("fault")
        text(self, one, html)

    monkeypatch.setattr(type(desk.mail), "text", faulty)

    assert await desk.deliver(failure="gone") == "again"
    assert desk.posted.answered() == ["1-2"]


async def test_a_store_that_cant_be_read_is_tried_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask(waiter(1))
    desk.store()

    async def broken(*_: Any) -> None:
        raise StateUnavailableError("S3 is down")

    monkeypatch.setattr(type(desk.answers.uploader.objects), "small", broken)  # type: ignore[attr-defined]

    assert await desk.deliver() == "again"


def _fine() -> Any:
    from courier.state.media import Outcome  # noqa: PLC0415

    return Outcome()
