"""Everyone who waits is answered once: by one upload a bot, by what Telegram calls the file, by a link, or in words."""

import asyncio
import hashlib

from courier.download.errors import WORDS, Failure
from courier.state.media import JobState, Outcome
from tests.functional.download.desk import AUDIO, HASH, JPEG, PUBLIC, VIDEO, Desk, desk, waiter
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "desk"]


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


async def test_what_is_too_old_is_uploaded_anew(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    await desk.deliver()
    desk.now += 86_401

    await asyncio.to_thread(desk.worker().answer, waiter(2), Outcome(), VIDEO)

    assert [record.chat_id for record in desk.uploads()] == [101, 102]


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
