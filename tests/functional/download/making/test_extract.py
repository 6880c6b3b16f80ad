"""The step `extract`: a stored video's sound, with nothing asked of any site."""

import pytest

from tests.functional.download.making.bench import BUCKET, CANONICAL, JOB_HASH, Bench, mp3
from tests.support.media_server import MediaServer

SOURCE_HASH = "0c" * 32
SOURCE, AUDIO, THUMB = f"video/{SOURCE_HASH}.mp4", f"audio/{CANONICAL}.mp3", f"thumb/{CANONICAL}.jpg"


@pytest.fixture
def stored(bench: Bench, site: MediaServer) -> Bench:
    """With a video in the store."""
    bench.s3.put_object(Bucket=BUCKET, Key=SOURCE, Body=site.media.read("video.mp4"))
    return bench


def test_the_sound_of_a_stored_video(stored: Bench, site: MediaServer) -> None:
    assert stored.extract(SOURCE, performer="Ärzte") == {"outcome": "stored"}
    assert stored.keys() == [AUDIO, THUMB, SOURCE]
    found = mp3(stored.body(AUDIO))
    assert found.info.length == pytest.approx(4, abs=0.3)
    assert (str(found["TIT2"]), str(found["TPE1"])) == ("Größe: 100 %", "Ärzte")
    file = stored.files.stored(JOB_HASH)
    assert file is not None
    assert file == stored.files.stored(CANONICAL)
    assert (file.key, file.duration, file.width, file.performer) == (AUDIO, 4, None, "Ärzte")
    assert site.hits == []
    assert list(stored.base.iterdir()) == []


def test_its_cover_is_the_videos(stored: Bench, site: MediaServer) -> None:
    stored.s3.put_object(Bucket=BUCKET, Key=f"thumb/{SOURCE_HASH}.jpg", Body=site.media.read("picture.jpg"))
    stored.extract(SOURCE)
    assert mp3(stored.body(AUDIO))["APIC:"].data == stored.body(THUMB)


def test_a_video_that_has_gone(bench: Bench) -> None:
    assert bench.extract(SOURCE) == {"outcome": "absent"}


def test_too_late_to_begin(stored: Bench) -> None:
    assert stored.extract(SOURCE, left_s=stored.store_s + 4.0) == {"outcome": "absent"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("picture.jpg", "unsupported"), ("hls/index.m3u8", "temporary"), ("dash/index.mpd", "temporary")],
)
def test_what_has_no_sound(bench: Bench, site: MediaServer, name: str, expected: str) -> None:
    bench.s3.put_object(Bucket=BUCKET, Key=SOURCE, Body=site.media.read(name))
    outcome = bench.extract(SOURCE)
    assert (outcome["outcome"], outcome["failure"]) == ("failed", expected)
    assert bench.keys() == [SOURCE]


def test_a_playlist_under_the_name_of_a_video(bench: Bench, site: MediaServer) -> None:
    """It would have ffmpeg read other files and send them to whoever asked."""
    picture = f"thumb/{SOURCE_HASH}.jpg"
    bench.s3.put_object(Bucket=BUCKET, Key=picture, Body=site.media.read("video.mp4"))
    bench.s3.put_object(Bucket=BUCKET, Key=SOURCE, Body=b"ffconcat version 1.0\nfile picture\n")
    assert bench.extract(SOURCE)["outcome"] == "failed"
    assert bench.keys() == [picture, SOURCE]


def test_a_job_that_nobody_wants(stored: Bench) -> None:
    stored.jobs.looks = 0
    assert stored.extract(SOURCE) == {"outcome": "stale"}
    assert stored.keys() == [SOURCE]
