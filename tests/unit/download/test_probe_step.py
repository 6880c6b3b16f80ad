"""The step `probe`: which outcome comes of what a probe finds, and of a site's pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from courier.download.access import Access
from courier.download.guard import running
from courier.download.guard.running import JobCrashedError, JobError, JobTimeoutError
from courier.download.identity import Identity, content_hash, identity_of, object_key
from courier.download.kinds import QUALITIES, Kind, Wish
from courier.download.page import Page
from courier.download.policy import Limits
from courier.download.probing.orders import Missed, ProbeOrder, Seen
from courier.download.probing.prober import Prober
from courier.download.steps.probe import Probe

URL = "https://youtu.be/dQw4w9WgXcQ"
YOUTUBE = Identity("youtube", "dQw4w9WgXcQ")
INFO: dict[str, Any] = {
    "id": "dQw4w9WgXcQ",
    "extractor_key": "Youtube",
    "title": "A song",
    "duration": 212.0,
    "uploader": "A singer",
    "thumbnails": [{"url": "https://i.example/small.jpg"}, {"url": "https://i.example/large.jpg"}],
    "formats": [
        {"format_id": "140", "ext": "m4a", "vcodec": "none", "acodec": "mp4a.40.2", "filesize": 3_000_000},
        {"format_id": "18", "ext": "mp4", "width": 640, "height": 360, "filesize": 20_000_000}
        | {"vcodec": "avc1.42001E", "acodec": "mp4a.40.2"},
    ],
}


@dataclass
class FakeJobs:
    """A job that is wanted, or isn't."""

    is_wanted: bool = True
    begun_ones: list[tuple[str, int]] = field(default_factory=list)

    def begun(self, content: str, attempt: int) -> bool:
        self.begun_ones.append((content, attempt))
        return self.is_wanted


@dataclass
class FakePaces:
    """Sites with so long a line."""

    lines: dict[str, float | None] = field(default_factory=dict)
    takes_back: bool = True
    held: list[tuple[str, str]] = field(default_factory=list)

    def wait_s(self, site: str, job: str) -> float | None:
        return 60.0 if (site, job) in self.held else self.lines.get(site, 0.0)

    def refused(self, site: str, job: str) -> bool:
        self.held.append((site, job))
        return self.takes_back


@dataclass
class FakeSite:
    """What the guarded process tells."""

    told: dict[str, Any] | Exception
    tasks: list[running.Job] = field(default_factory=list)

    def __call__(self, task: running.Job) -> dict[str, Any]:
        self.tasks.append(task)
        if isinstance(self.told, Exception):
            raise self.told
        return self.told


def seen(info: Mapping[str, Any] = INFO, identity: Identity = YOUTUBE, **more: Any) -> dict[str, Any]:
    of_page = {"normalised_url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ"} | more
    page = Seen(info=dict(info), extractor=identity.extractor, media_id=identity.media_id, **of_page)
    return page.model_dump(mode="json")


def missed(failure: str, detail: str) -> dict[str, Any]:
    return Missed(failure=failure, detail=detail).model_dump()


type Step = Callable[..., dict[str, Any]]


@pytest.fixture
def step(tmp_path: Path) -> Step:
    """Take the step for one job."""

    def run(told: dict[str, Any] | Exception | FakeSite, **changes: Any) -> dict[str, Any]:
        site = told if isinstance(told, FakeSite) else FakeSite(told)
        probe = Probe(
            jobs=changes.pop("jobs", FakeJobs()),
            paces=changes.pop("paces", FakePaces()),
            prober=Prober(changes.pop("access", Access), tmp_path, Path("/opt/deno"), site),
            limits=Limits(max_bytes=100_000_000, large_bytes=10_000_000, max_duration_s=600, max_age=16),
        )
        left_s = changes.pop("left_s", 90.0)
        wish = Wish(Kind(changes.get("media", "video")), changes.get("quality", "best"))
        content = content_hash(identity_of(changes.get("url", URL)), wish) if "hash" not in changes else ""
        job = {"hash": content, "attempt": 1, "url": URL, "media": "video", "quality": "best"} | changes
        return probe.run({"step": "probe", "job": job | {"correlation_id": "c"}}, left_s)

    return run


def test_a_page_is_told_whole(step: Step) -> None:
    outcome = step(seen())
    hashes = tuple(content_hash(YOUTUBE, Wish(Kind.VIDEO, quality)) for quality in QUALITIES[Kind.VIDEO])
    assert outcome["outcome"] == "accepted"
    assert Page.model_validate(outcome["page"]) == Page(
        canonical_hash=hashes[0],
        key=f"video/{hashes[0]}.mp4",
        extractor="youtube",
        media_id="dQw4w9WgXcQ",
        title="A song",
        performer="A singer",
        duration=212.0,
        selector=outcome["page"]["selector"],
        expected_bytes=20_000_000,
        is_large=True,
        thumbnail="https://i.example/large.jpg",
        normalised_url="https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        width=640,
        height=360,
        video_key=f"video/{hashes[0]}.mp4",
        video_hash=hashes[0],
        video_hashes=hashes,
        is_playable=True,
    )
    assert outcome["page"]["selector"].startswith("18/")


def test_a_sound_knows_its_videos(step: Step) -> None:
    page = Page.model_validate(step(seen(), media="audio")["page"])
    content = content_hash(YOUTUBE, Wish(Kind.AUDIO))
    assert (page.canonical_hash, page.key) == (content, object_key(content, Kind.AUDIO))
    assert (page.selector.split("/")[0], page.expected_bytes, page.is_large) == ("140", 3_000_000, False)
    assert page.video_hash == content_hash(YOUTUBE, Wish(Kind.VIDEO))


def test_what_a_link_led_to_names_the_object(step: Step) -> None:
    page = Page.model_validate(step(seen(), url="https://s.example/1", quality="720p")["page"])
    assert page.canonical_hash == content_hash(YOUTUBE, Wish(Kind.VIDEO, "720p"))


def test_a_page_for_the_machine_is_small(step: Step) -> None:
    info = INFO | {"title": "A" * 100_000, "uploader": "B" * 100_000}
    assert len(str(step(seen(info))["page"])) < 4_000


def test_a_picture_in_the_page_itself_is_none_for_the_machine(step: Step) -> None:
    there = {"url": "https://i.example/large.jpg"}
    info = INFO | {"thumbnails": [there, {"url": "data:image/png;base64," + "A" * 400_000}]}
    assert step(seen(info))["page"]["thumbnail"] == there["url"]


def test_a_page_that_the_machine_cant_carry_is_refused(step: Step) -> None:
    """Step Functions would end the execution where no catch is, and everybody would wait for the sweep."""
    formats = [INFO["formats"][0] | {"format_id": "A" * 300_000}]
    assert step(seen(INFO | {"formats": formats}))["failure"] == "unsupported"


@pytest.mark.parametrize(
    ("told", "failure"),
    [
        (missed("gone", "HTTP Error 404"), "gone"),
        (seen(INFO | {"is_live": True}), "live"),
        (seen(INFO | {"duration": 601}), "too_long"),
        (seen(INFO | {"age_limit": 18}), "age"),
        (seen(INFO | {"formats": []}), "unsupported"),
        (seen(INFO | {"formats": [INFO["formats"][1] | {"filesize": 100_000_001}]}), "too_large"),
        (JobTimeoutError("the job took too long"), "temporary"),
        (JobCrashedError("exit status -9: "), "temporary"),
        (JobError("ForbiddenAddressError", "forbidden address: …", is_forbidden=True), "forbidden_address"),
    ],
)
def test_what_cant_be_had(step: Step, told: dict[str, Any] | Exception, failure: str) -> None:
    outcome = step(told)
    assert (outcome["outcome"], outcome["failure"]) == ("failed", failure)
    assert outcome["detail"]


def test_a_job_that_nobody_wants_asks_nobody(step: Step) -> None:
    jobs, site = FakeJobs(is_wanted=False), FakeSite(seen())
    assert step(site, jobs=jobs, hash="0f", attempt=3) == {"outcome": "stale"}
    assert (jobs.begun_ones, site.tasks) == ([("0f", 3)], [])


@pytest.mark.parametrize(("line", "seconds"), [(1.0, 1), (7.2, 8), (600.0, 600)])
def test_a_job_waits_for_its_place(step: Step, line: float, seconds: int) -> None:
    site = FakeSite(seen())
    assert step(site, paces=FakePaces({"www.youtube.com": line})) == {"outcome": "wait", "seconds": seconds}
    assert site.tasks == []


def test_a_moment_is_not_waited_for(step: Step) -> None:
    assert step(seen(), paces=FakePaces({"www.youtube.com": 0.9}))["outcome"] == "accepted"


def test_a_line_that_is_too_long(step: Step) -> None:
    outcome = step(seen(), paces=FakePaces({"www.youtube.com": None}))
    assert (outcome["outcome"], outcome["failure"]) == ("failed", "temporary")


@pytest.mark.parametrize("words", ["ERROR: Unable to download webpage: HTTP Error 429: ", "Too Many Requests"])
def test_a_site_that_says_that_it_is_too_much_is_asked_later(step: Step, words: str) -> None:
    paces = FakePaces()
    told = missed("temporary", words)
    assert step(told, paces=paces, hash="0f") == {"outcome": "wait", "seconds": 60}
    assert paces.held == [("www.youtube.com", "0f-1")]


def test_but_not_for_ever(step: Step) -> None:
    outcome = step(missed("temporary", "HTTP Error 429"), paces=FakePaces(takes_back=False))
    assert (outcome["outcome"], outcome["failure"]) == ("failed", "temporary")


def test_other_failures_hold_nobody_up(step: Step) -> None:
    paces = FakePaces()
    step(missed("temporary", "HTTP Error 500 of 4290"), paces=paces)
    step(missed("blocked", "HTTP Error 429"), paces=paces)
    assert paces.held == []


@pytest.mark.parametrize("url", ["", "ftp://a.example/b", "https://user:word@a.example/"])
def test_what_is_no_link(step: Step, url: str) -> None:
    assert step(seen(), url=url, hash="0f")["failure"] == "bad_url"


def test_a_probe_ends_before_its_function(step: Step) -> None:
    site = FakeSite(seen())
    step(site, left_s=30.0)
    step(site, left_s=900.0)
    assert [task.timeout_s for task in site.tasks] == [25.0, 75.0]


def test_how_sites_are_reached_is_told_to_the_guard(step: Step) -> None:
    site = FakeSite(seen())
    access = Access(frozenset({"127.0.0.1:80"}), "http://user:word@proxy.test:3128", "cookies")
    step(site, access=lambda: access)
    task = site.tasks[0]
    assert (task.allowed, task.proxy, task.programs) == (access.allowed, "proxy.test:3128", (Path("/opt/deno"),))
    assert task.secret == "word"
    order = ProbeOrder.model_validate(task.payload)
    assert (order.url, order.proxy, order.cookies) == (URL, access.proxy, "cookies")


def test_an_error_keeps_the_proxys_password(step: Step) -> None:
    told = missed("temporary", "can't connect to http://user:word@proxy.test:3128")
    detail = step(told, access=lambda: Access(proxy="http://user:word@proxy.test:3128"))["detail"]
    assert detail == "can't connect to http://user:***@proxy.test:3128"
