"""The step `fetch` with yt-dlp, ffmpeg and a site in earnest: what is stored, and what comes of what can't be."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from courier.download.making.ffmpeg import Ffmpeg, Media
from courier.download.making.programs import programs
from tests.functional.download.making.bench import CANONICAL, JOB_HASH, Bench, mp3
from tests.functional.download.traps import M3U8
from tests.support.media_server import Manner, MediaServer
from tests.support.media_server.pages import hls

VIDEO, AUDIO, THUMB = f"video/{CANONICAL}.mp4", f"audio/{CANONICAL}.mp3", f"thumb/{CANONICAL}.jpg"
STORED = {"outcome": "stored"}


def looked(bench: Bench, key: str, tmp_path: Path) -> Media:
    """What a stored object is."""
    file = tmp_path / "looked"
    file.write_bytes(bench.body(key))
    return Ffmpeg(programs().ffmpeg).look(file)


def is_fast(body: bytes) -> bool:
    """Whether a player can begin before it has all: the index stands before the data."""
    return 0 < body.find(b"moov") < body.find(b"mdat")


@pytest.mark.parametrize("path", ["video.mp4", "hls/index.m3u8", "fmp4/index.m3u8", "dash/index.mpd"])
def test_a_video(bench: Bench, site: MediaServer, tmp_path: Path, path: str) -> None:
    assert bench.fetch(site.url(path)) == STORED
    assert bench.keys() == [THUMB, VIDEO]
    body, media = bench.body(VIDEO), looked(bench, VIDEO, tmp_path)
    assert (media.video, media.audio, media.width, media.height) == ("h264", "aac", 320, 180)
    assert is_fast(body)
    file = bench.files.stored(CANONICAL)
    assert file is not None
    assert file == bench.files.stored(JOB_HASH)
    assert (file.key, file.title) == (VIDEO, "Größe: 100 %")
    assert (file.bytes, file.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert (file.duration, file.width, file.height) == (4, 320, 180)


def test_what_an_object_says_of_itself(bench: Bench, site: MediaServer) -> None:
    url = site.url("video.mp4")
    bench.fetch(url)
    head: Any = bench.s3.head_object(Bucket="courier-media", Key=VIDEO)
    said = head["Metadata"]
    assert said["title"] == "Gr%C3%B6%C3%9Fe: 100 %25"
    assert (said["original-url"], said["normalised-url"]) == (url, "https://x.test/video")
    assert (said["extractor"], said["correlation-id"]) == ("generic", "c-1")
    assert said["sha256"] == hashlib.sha256(bench.body(VIDEO)).hexdigest()
    assert {"time", "duration", "width", "height"} <= said.keys()
    assert head["ContentType"] == "video/mp4"


def test_a_thumbnail(bench: Bench, site: MediaServer, tmp_path: Path) -> None:
    """The site's where there is one, else one of the video's own pictures."""
    bench.fetch(site.url("video.mp4"), thumbnail=site.url("picture.jpg"))
    assert site.asked("/plain/picture.jpg")
    media = looked(bench, THUMB, tmp_path)
    assert (media.video, media.width, media.height) == ("mjpeg", 320, 180)
    assert len(bench.body(THUMB)) <= 200_000


@pytest.mark.parametrize("name", ["/status/404/video.mp4", "/plain/hls/index0.ts", "/plain/hls/index.m3u8"])
def test_without_the_sites_thumbnail(bench: Bench, site: MediaServer, tmp_path: Path, name: str) -> None:
    assert bench.fetch(site.url("video.mp4"), thumbnail=site.at(name)) == STORED
    assert looked(bench, THUMB, tmp_path).width == 320


@pytest.mark.parametrize("path", ["video.mp4", "audio.mp3", "hls/index.m3u8"])
def test_a_sound(bench: Bench, site: MediaServer, path: str) -> None:
    outcome = bench.fetch(site.url(path), media="audio", performer="Ärzte", thumbnail=site.url("picture.jpg"))
    assert outcome == STORED
    assert bench.keys() == [AUDIO, THUMB]
    found = mp3(bench.body(AUDIO))
    assert found.info.length == pytest.approx(4, abs=0.3)
    assert (str(found["TIT2"]), str(found["TPE1"])) == ("Größe: 100 %", "Ärzte")
    assert found["APIC:"].data == bench.body(THUMB)


def test_who_comes_second_takes_what_is_stored(bench: Bench, site: MediaServer) -> None:
    """Two racing executions store one object, and both rows are right about it."""
    bench.fetch(site.url("hls/index.m3u8"))
    first = bench.body(VIDEO)
    assert bench.fetch(site.url("video.mp4")) == STORED
    assert bench.body(VIDEO) == first
    file = bench.files.stored(JOB_HASH)
    assert file is not None
    assert (file.bytes, file.sha256) == (len(first), hashlib.sha256(first).hexdigest())
    assert (file.title, file.duration) == ("Größe: 100 %", 4)


def failure(outcome: dict[str, Any]) -> str | None:
    return outcome["failure"] if outcome["outcome"] == "failed" else None


@pytest.mark.parametrize(
    ("manner", "expected"),
    [(Manner.TRUNCATED, "temporary"), (Manner.WRONG_LENGTH, "temporary"), (Manner.UNKNOWN_LENGTH, None)],
)
def test_bad_manners(bench: Bench, site: MediaServer, manner: Manner, expected: str | None) -> None:
    outcome = bench.fetch(site.url("video.mp4", manner))
    assert failure(outcome) == expected, outcome
    assert bench.keys() == ([] if expected else [THUMB, VIDEO])


@pytest.mark.parametrize(("code", "expected"), [(404, "gone"), (403, "blocked"), (429, "temporary")])
def test_what_sites_say(bench: Bench, site: MediaServer, code: int, expected: str) -> None:
    assert failure(bench.fetch(site.status(code))) == expected


@pytest.mark.parametrize("place", ["link", "thumbnail", "segment", "redirect"])
def test_traps(bench: Bench, site: MediaServer, trap: MediaServer, place: str) -> None:
    urls = {
        "link": trap.url("video.mp4"),
        "segment": site.put("/list.m3u8", hls("/plain/hls/index0.ts", trap.url("hls/index1.ts")), M3U8),
        "redirect": site.redirect(trap.url("video.mp4"), hops=2),
    }
    thumbnail = site.redirect(trap.url("picture.jpg")) if place == "thumbnail" else None
    outcome = bench.fetch(urls.get(place, site.url("video.mp4")), thumbnail=thumbnail)
    assert failure(outcome) == "forbidden_address"
    assert trap.connections == 0
    assert bench.keys() == []


def test_a_live_stream(bench: Bench, site: MediaServer) -> None:
    page = site.put("/live.m3u8", hls("/plain/hls/index0.ts", is_live=True), M3U8)
    assert failure(bench.fetch(page)) in {"live", "unsupported"}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"large_bytes": 200_000}, {"outcome": "transfer", "reason": "size"}),
        ({"max_bytes": 200_000}, "too_large"),
    ],
)
def test_more_than_anybody_takes(bench: Bench, site: MediaServer, limits: dict[str, int], expected: Any) -> None:
    """Nobody knew how much it would be, and it doesn't end."""
    for name, value in limits.items():
        setattr(bench, name, value)
    outcome = bench.fetch(site.url("video.mp4", Manner.ENDLESS))
    assert outcome == expected or failure(outcome) == expected
    assert bench.keys() == []
    assert list(bench.base.iterdir()) == []


def test_known_to_be_too_large_for_the_disk(bench: Bench, site: MediaServer) -> None:
    outcome = bench.fetch(site.url("video.mp4"), expected_bytes=20_000_001)
    assert outcome == {"outcome": "transfer", "reason": "size"}
    assert site.hits == []


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_longer_than_its_page_had_said(bench: Bench, site: MediaServer, kind: str) -> None:
    bench.max_duration_s = 3.0
    assert failure(bench.fetch(site.url("video.mp4"), media=kind)) == "too_long"


@pytest.mark.parametrize("manner", [Manner.SLOW, Manner.HELD])
def test_it_stops_before_its_end(bench: Bench, site: MediaServer, manner: Manner) -> None:
    """One that is too slow, and one that stands still."""
    site.pause_s = 3.0
    outcome = bench.fetch(site.url("video.mp4", manner), left_s=bench.store_s + 5.0)
    assert outcome == {"outcome": "transfer", "reason": "time"}
    assert list(bench.base.iterdir()) == []


def test_too_late_to_begin(bench: Bench, site: MediaServer) -> None:
    assert bench.fetch(site.url("video.mp4"), left_s=3.0) == {"outcome": "transfer", "reason": "time"}
    assert not bench.base.exists()


def test_a_job_that_nobody_wants(bench: Bench, site: MediaServer) -> None:
    bench.jobs.looks = 0
    assert bench.fetch(site.url("video.mp4")) == {"outcome": "stale"}
    assert (site.hits, bench.jobs.asked) == ([], [(JOB_HASH, 1)])


def test_a_cancel_is_noticed_on_the_way(bench: Bench, site: MediaServer) -> None:
    bench.jobs.looks = 1
    assert bench.fetch(site.url("video.mp4", Manner.HELD)) == {"outcome": "stale"}
    assert site.asked("/held/video.mp4")
    assert bench.keys() == []
    assert list(bench.base.iterdir()) == []


def test_progress(bench: Bench, site: MediaServer) -> None:
    bench.fetch(site.url("video.mp4"), expected_bytes=len(site.media.read("video.mp4")))
    told = bench.progress.told
    assert told
    assert all(content == JOB_HASH for content, _, _ in told)
    assert told[0][2] == "Downloading"
    assert 0 < (told[0][1] or 0) <= 1


def test_outcomes_are_json(bench: Bench, site: MediaServer) -> None:
    for url in (site.url("video.mp4"), site.status(404)):
        outcome = bench.fetch(url)
        assert json.loads(json.dumps(outcome)) == outcome
