"""A job in its own process: what it finds around it, how it ends, and that the guard holds there."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from courier.download.guard import running
from courier.download.guard.downloader import FFMPEG_ENVIRONMENT, FFMPEG_INPUT
from courier.download.guard.processes import anew
from courier.download.guard.running import JobCrashedError, JobError, JobStoppedError, JobTimeoutError
from tests.functional.download import jobs
from tests.functional.download.traps import M3U8, NAMES
from tests.support.guarded import SLEEPER, Make, Run, surviving
from tests.support.media_server import MediaServer
from tests.support.media_server.pages import hls


@pytest.fixture(params=["anew", "forked"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs jobs, in processes of both kinds."""
    return partial(running.run, start=request.getfixturevalue("fork_server") if request.param == "forked" else anew)


def test_a_job_finds_nothing_of_ours(make: Make, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_RUNTIME_API", "HTTP_PROXY", "TELEGRAM_TOKEN"):
        monkeypatch.setenv(name, "secret")
    found = run(make(jobs.environment))
    assert not {name for name in found["names"] if name.startswith(("AWS_", "HTTP", "TELEGRAM"))}
    assert found["stdin"] == "/dev/null"
    assert found["folder"] == str(tmp_path)
    assert {file for file in found["files"] if not file.startswith(("pipe:", "/proc/"))} == {
        "/dev/null",
        str(tmp_path / "stderr.txt"),
    }
    assert found["curl"]


def test_a_download(make: Make, run: Run, site: MediaServer, tmp_path: Path) -> None:
    told: list[Any] = []
    payload = {"url": site.url("hls/index.m3u8"), "folder": str(tmp_path), "ffmpeg": str(site.media.ffmpeg)}
    job = make(jobs.fetch, payload, allowed=frozenset({site.target}), programs=(site.media.ffmpeg,))
    assert run(job, note=told.append) == "out.mp4"
    assert told == ["started"]
    assert (tmp_path / "out.mp4").stat().st_size > 10_000


def test_threads_are_guarded_too(make: Make, run: Run, trap: MediaServer) -> None:
    with pytest.raises(JobError, match=r"^forbidden address: ") as caught:
        run(make(jobs.in_thread, trap.url("video.mp4")))
    assert caught.value.is_forbidden
    assert trap.connections == 0


def test_segments_that_are_fetched_side_by_side(
    make: Make, run: Run, site: MediaServer, trap: MediaServer, tmp_path: Path
) -> None:
    url = site.put("/list.m3u8", hls("/plain/hls/index0.ts", trap.url("hls/index1.ts", host="evil.test")), M3U8)
    payload = {
        "url": url,
        "folder": str(tmp_path),
        "ffmpeg": str(site.media.ffmpeg),
        "names": NAMES,
        "options": {"concurrent_fragment_downloads": 3},
    }
    with pytest.raises(JobError, match=r"asked for as evil.test") as caught:
        run(make(jobs.fetch, payload, allowed=frozenset({site.target}), programs=(site.media.ffmpeg,)))
    assert caught.value.is_forbidden
    assert trap.connections == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["-i", "{trap}"],
        ["-protocol_whitelist", "file,http,tcp", "-i", "{trap}"],
        ["-i", "tcp:127.0.0.2:80"],
        ["-i", "concat:/etc/hostname|{trap}"],
        ["-f", "lavfi", "-i", "movie=x", "{trap}"],
    ],
)
def test_ffmpeg_gets_no_network(make: Make, run: Run, site: MediaServer, trap: MediaServer, arguments: Any) -> None:
    command = [str(site.media.ffmpeg), *(word.format(trap=trap.url("video.mp4")) for word in arguments), "-"]
    with pytest.raises(JobError, match=r"^forbidden program: "):
        run(make(jobs.start, command, programs=(site.media.ffmpeg,)))
    assert trap.connections == 0


@pytest.mark.parametrize("command", [["/bin/sh", "-c", "true"], ["curl", "http://127.0.0.2"], ["ffmpeg", "-version"]])
def test_other_programs(make: Make, run: Run, site: MediaServer, command: list[str]) -> None:
    with pytest.raises(JobError, match=r"^forbidden program: "):
        run(make(jobs.start, command, programs=(site.media.ffmpeg,)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hostile.mp4", "ffconcat version 1.0\nfile video.mp4\n"),
        ("hostile.m3u8", hls("video.mp4")),
        ("hostile.m3u8", hls("{trap}")),
    ],
)
def test_a_video_that_is_a_playlist_in_truth(
    site: MediaServer, trap: MediaServer, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / "video.mp4").write_bytes(site.media.read("video.mp4"))
    (tmp_path / name).write_text(text.format(trap=trap.url("video.mp4")))
    command = [str(site.media.ffmpeg), *FFMPEG_INPUT, "-i", name, "-c", "copy", "out.mp4"]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode != 0
    assert b"whitelist" in done.stderr
    assert trap.connections == 0


def test_our_ffmpeg_reads_mpeg_ts(site: MediaServer) -> None:
    """See `FFMPEG_ENVIRONMENT`."""
    command = [str(site.media.ffmpeg), *FFMPEG_INPUT, "-i", "hls/index0.ts", "-f", "null", "-"]
    done = subprocess.run(
        command,
        cwd=site.media.folder,
        env=dict(FFMPEG_ENVIRONMENT),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]


def test_what_a_job_raises(make: Make, run: Run) -> None:
    with pytest.raises(JobError, match=r"^no such video$") as caught:
        run(make(jobs.fail, "no such video"))
    assert (caught.value.type_name, caught.value.is_forbidden) == ("ValueError", False)
    assert "in fail" in caught.value.trace


@pytest.mark.parametrize("secret", ["s3cret", 'quo"te\\ö'])
def test_a_secret_is_not_told(make: Make, run: Run, secret: str) -> None:
    words = f"http://user:{secret}@proxy.test doesn't answer"
    with pytest.raises(JobError, match=r"user:\*\*\*@proxy") as caught:
        run(make(jobs.fail, words, secret=secret))
    assert secret not in caught.value.trace


def test_a_crash_is_told_with_its_last_words(make: Make, run: Run) -> None:
    with pytest.raises(JobCrashedError, match="exit status 7: out of luck"):
        run(make(jobs.crash))


def test_a_job_that_says_nothing_any_more_is_ended(make: Make, run: Run) -> None:
    told: list[int] = []
    with pytest.raises(JobCrashedError, match="exit status -9"):
        run(make(jobs.fall_silent), note=told.append)
    assert not psutil.pid_exists(told[0])


@pytest.mark.parametrize("why", ["timeout", "stopped"])
def test_a_killed_job_takes_its_programs_along(make: Make, run: Run, why: str) -> None:
    python = Path(sys.executable)
    told: list[list[int]] = []
    payload = {"program": [str(python), "-c", *SLEEPER]}
    job = make(jobs.wait, payload, programs=(python,), timeout_s=3.0 if why == "timeout" else 30.0)
    expected = JobTimeoutError if why == "timeout" else JobStoppedError
    with pytest.raises(expected):
        run(job, note=told.append, is_wanted=lambda: why == "timeout" or not told)
    assert not surviving([psutil.Process(number) for number in told[0] if psutil.pid_exists(number)])
