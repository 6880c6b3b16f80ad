"""Ways through the real definition with the real steps behind it: what the machine does, and what users get."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from courier.download.errors import WORDS, Failure
from courier.state.media import JobState
from local.simulator.rules import Rule
from tests.functional.conftest import redis, valkey_url
from tests.functional.download.conftest import media, run, site
from tests.functional.download.desk import BUCKET, Desk, desk
from tests.functional.download.traps import M3U8
from tests.functional.state.conftest import aws, client
from tests.support.guarded import Run
from tests.support.media_server import Manner, MediaServer
from tests.support.media_server.pages import hls, hls_master
from tests.workflow.conftest import Ended, Machine
from tests.workflow.real import Real
from tests.workflow.ways import ANSWERED, BEGIN, END, FETCH, FIND, START

__all__ = ["aws", "client", "desk", "media", "redis", "run", "site", "valkey_url"]

FETCHED = [*FETCH, "Ended", *END]
REFUSED = [*BEGIN, "Ended", *END]


@pytest.fixture
def real(desk: Desk, machine: Machine, site: MediaServer, redis: Any, *, tmp_path: Path, run: Run) -> Real:
    return Real(desk, machine, site, redis, base=tmp_path, run=run)


async def taken(real: Real, url: str, *numbers: int, media: str = "video") -> Ended:
    """Users ask, and the execution comes to its end; the loop is free for what steps do on it."""
    return await asyncio.to_thread(real.run, url, *numbers, media=media)


def assert_answered(ended: Ended, states: list[str], retried: int = 0) -> None:
    assert (ended.status, ended.states, ended.retried) == ("SUCCEEDED", states, retried)


def assert_told(real: Real, failures: Mapping[int, Failure]) -> None:
    """Each chat was told once, nobody anything else, listeners too, and nothing of it is left."""
    assert real.got() == {chat: [WORDS[failure]] for chat, failure in failures.items()}
    assert {event.DETAIL_TYPE for event in real.desk.told.events} == {"media.failed"}
    assert {event.model_dump()["failure"] for event in real.desk.told.events} == set(failures.values())
    assert real.left_behind() == []


async def test_one_download_serves_all_links_to_a_page_and_its_sound(real: Real, site: MediaServer) -> None:
    link = site.url("video.mp4")
    assert_answered(await taken(real, link, 1, 2), FETCHED)
    assert_answered(await taken(real, link, 3), ANSWERED)
    assert_answered(await taken(real, site.redirect(link), 4), [*FIND, "Ended", *END])
    assert real.got() == {101: ["sendVideo"], 102: ["video"], 103: ["video"], 104: ["video"]}

    ended = await taken(real, link, 5, media="audio")

    assert_answered(ended, [*FIND, "Extract", "Extracted", "Ended", *END])
    assert real.got()[105] == ["sendAudio"]
    assert len(real.of("fetch")) == len(real.of("extract")) == 1
    assert {one.step for one in real.taken if one.hits} == {"probe", "fetch"}
    assert [event.DETAIL_TYPE for event in real.desk.told.events] == ["media.ready"] * 4
    assert real.left_behind() == []


async def test_what_is_known_beforehand_isnt_fetched(real: Real, site: MediaServer) -> None:
    """Three executions beside one another: nothing is there, it is live, it is large."""
    real.large_bytes = 1000
    site.put("/live.m3u8", hls("/plain/hls/index0.ts", is_live=True), M3U8)
    live = site.put("/list.m3u8", hls_master("/live.m3u8"), M3U8)

    ended = await asyncio.gather(
        taken(real, site.status(404), 1, 2), taken(real, live, 3), taken(real, site.url("video.mp4"), 4)
    )

    for one, states in zip(ended, (REFUSED, REFUSED, [*FIND, "Sized", "Transfer", "Ended", *END]), strict=True):
        assert_answered(one, states)
    assert_told(real, {101: Failure.GONE, 102: Failure.GONE, 103: Failure.LIVE, 104: Failure.TOO_LARGE})
    assert not real.of("fetch")


@pytest.mark.parametrize(("manner", "reason"), [(Manner.ENDLESS, "size"), (Manner.HELD, "time")])
async def test_too_much_after_all(real: Real, site: MediaServer, manner: Manner, reason: str) -> None:
    real.large_bytes = 200_000 if reason == "size" else real.large_bytes
    real.fetch_s = 6.0 if reason == "time" else real.fetch_s

    assert_answered(await taken(real, site.url("video.mp4", manner), 1), [*FETCH, "Transfer", "Ended", *END])

    assert real.of("fetch")[0].told == {"outcome": "transfer", "reason": reason}
    assert_told(real, {101: Failure.TOO_LARGE})


async def test_a_site_is_asked_when_it_likes(real: Real, site: MediaServer) -> None:
    """Others go first, for half a minute; then it says that it is too much."""
    for number in range(25):
        await real.slowdown.wait_s(site.target, f"other-{number}")
    text = site.media.read("hls/index.m3u8").decode().replace("index", "/plain/hls/index")
    real.befalls("probe", [bool, bool, lambda: site.put("/status/429/video.mp4", text, M3U8)])

    ended = await taken(real, site.status(429), 1)

    assert_answered(ended, [*START, *["Probe", "Probed", "WaitForSite"] * 2, *FETCHED[len(START) :]])
    first, second, _ = real.of("probe")
    assert (first.told["outcome"], first.hits) == ("wait", 0)
    assert (second.told["outcome"], second.hits > 0) == ("wait", True)
    assert second.told["seconds"] > 45
    assert real.got() == {101: ["sendVideo"]}


async def test_a_fetch_that_is_cancelled_says_nothing(real: Real, site: MediaServer) -> None:
    """Whoever took it back died before the execution was stopped."""
    content = await asyncio.to_thread(real.ask, site.url("video.mp4", Manner.HELD), 1)
    await asyncio.to_thread(real.wait_asking, "fetch")
    real.desk.jobs.leave(content, "1-1")
    real.skipped_s = 60.0

    ended = await asyncio.to_thread(real.end, content)

    assert_answered(ended, [*FETCH, "Ended", "Stale"])
    assert (real.got(), real.desk.told.events, real.left_behind()) == ({}, [], [])


async def test_the_last_one_out_stops_the_execution(real: Real, site: MediaServer) -> None:
    content = await asyncio.to_thread(real.ask, site.url("video.mp4", Manner.HELD), 1, 2)
    await asyncio.to_thread(real.wait_asking, "fetch")
    assert not real.interest.cancel(content, "1-1").was_last
    assert real.interest.cancel(content, "1-2").was_last
    real.skipped_s = 60.0

    ended = await asyncio.to_thread(real.end, content)
    stopped = await asyncio.to_thread(real.wait_taken, "fetch")

    assert (ended.status, ended.states) == ("ABORTED", FETCH[:-1])
    assert stopped.told == {"outcome": "stale"}
    assert (real.got(), real.desk.told.events, real.left_behind()) == ({}, [], [])
    job = real.desk.jobs.job(content)
    assert job is not None
    assert (job.state, job.waiting, job.deadline_at) == (JobState.CANCELLED, 0, None)


async def test_a_fetch_is_tried_again(real: Real, site: MediaServer) -> None:
    """The store is down when it wants to store, and back the next time."""
    real.befalls("fetch", [lambda: down(real), lambda: back(real)])

    assert_answered(await taken(real, site.url("video.mp4"), 1, 2), FETCHED, retried=1)

    assert real.got() == {101: ["sendVideo"], 102: ["video"]}
    assert real.left_behind() == []


async def test_a_fetch_that_never_works_is_apologised_for(real: Real, site: MediaServer) -> None:
    """How sites are reached can't be read."""
    real.befalls("fetch", [real.close])

    ended = await taken(real, site.url("video.mp4"), 1, 2, 3)

    assert_answered(ended, [*FETCH[:-1], "Apologise", *END], retried=1)
    assert_told(real, dict.fromkeys((101, 102, 103), Failure.TEMPORARY))


async def test_while_telegram_cant_be_reached_deliver_comes_again(real: Real, site: MediaServer) -> None:
    real.desk.sim.add_fault(Rule.model_validate({"action": "5xx", "times": 1}))

    ended = await taken(real, site.url("video.mp4"), 1)

    assert_answered(ended, [*FETCH, "Ended", "Deliver", "Delivered", "Breathe", *END])
    assert [one.told["outcome"] for one in real.of("deliver")] == ["again", "done"]
    assert real.got() == {101: ["sendVideo"]}
    assert len(real.of("fetch")) == 1


def down(real: Real) -> None:
    real.desk.s3.delete_bucket(Bucket=BUCKET)


def back(real: Real) -> None:
    real.desk.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
