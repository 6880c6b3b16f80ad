"""A probe looks at a link in a guarded process: what it finds on a site, and what it makes of what it can't have."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from courier.download.access import Access
from courier.download.errors import Failed, Failure
from courier.download.guard.running import Job
from courier.download.identity import URL, Identity
from courier.download.making.programs import programs
from courier.download.probing.prober import Found, Prober
from tests.functional.download import jobs
from tests.functional.download.traps import M3U8, MPD, WAYS
from tests.support.guarded import Run
from tests.support.media_server import Manner, MediaServer
from tests.support.media_server.pages import dash, hls, hls_master, json_ld_page, og_page, video_page

type Look = Callable[[str], Found | Failed]


@pytest.fixture
def look(site: MediaServer, tmp_path: Path, run: Run) -> Look:
    """A prober that may reach the site."""
    prober = Prober(lambda: Access(allowed=frozenset({site.target})), tmp_path / "jobs", programs().deno, run)
    return lambda url: prober.look(url, 60.0)


def found(outcome: Found | Failed) -> Found:
    assert isinstance(outcome, Found), outcome
    return outcome


def failure(outcome: Found | Failed) -> Failure:
    assert isinstance(outcome, Failed), outcome
    return outcome.failure


def test_a_file(look: Look, site: MediaServer, tmp_path: Path) -> None:
    url = f"{site.url('video.mp4')}?a=1&utm_source=chat"
    page = found(look(url))
    form = f"{site.url('video.mp4')}?a=1"
    assert (page.canonical, page.normalised_url, page.item) == (Identity(URL, form), form, 1)
    assert [one.bytes for one in page.probed.formats] == [len(site.media.read("video.mp4"))]
    assert page.probed.formats[0].has_video
    assert page.probed.title == "video"
    assert not list((tmp_path / "jobs").iterdir())


def test_a_file_whose_size_nobody_says(look: Look, site: MediaServer) -> None:
    assert found(look(site.url("video.mp4", Manner.UNKNOWN_LENGTH))).probed.formats[0].bytes is None


def test_a_sound(look: Look, site: MediaServer) -> None:
    one = found(look(site.url("audio.mp3"))).probed.formats[0]
    assert (one.has_audio, one.has_video) == (True, False)


def test_a_playlist_of_hls_is_one_video(look: Look, site: MediaServer) -> None:
    page = found(look(site.put("/list.m3u8", hls_master("/plain/hls/index.m3u8"), M3U8)))
    assert [(one.width, one.height, one.kbps) for one in page.probed.formats] == [(320, 180, 400.0)]
    assert not page.probed.is_live


def test_a_manifest_of_dash(look: Look, site: MediaServer) -> None:
    page = found(look(site.put("/list.mpd", dash(), MPD)))
    assert [one.lines for one in page.probed.formats] == [180]
    assert page.probed.duration_s == 4.0


def test_a_live_stream(look: Look, site: MediaServer) -> None:
    site.put("/live.m3u8", hls("/plain/hls/index0.ts", is_live=True), M3U8)
    assert found(look(site.put("/list.m3u8", hls_master("/live.m3u8"), M3U8))).probed.is_live


@pytest.mark.parametrize("page", [video_page, og_page, json_ld_page])
def test_pages_with_a_video(look: Look, site: MediaServer, page: Callable[[str], str]) -> None:
    probed = found(look(site.put("/page", page(site.url("video.mp4"))))).probed
    assert (probed.title, len(probed.formats)) == ("A page", 1)


def test_links_that_lead_to_one_page_have_its_identity(look: Look, site: MediaServer) -> None:
    target = site.put("/page", video_page(site.url("video.mp4")))
    pages = [found(look(url)) for url in (target, site.redirect(target), site.redirect(target, status=301, hops=3))]
    assert {page.canonical for page in pages} == {Identity(URL, target)}
    assert {page.normalised_url for page in pages} == {target}


def test_a_page_with_several_videos_is_about_its_first(look: Look, site: MediaServer) -> None:
    text = video_page(site.url("video.mp4")) + f'<video src="{site.url("hls/index.m3u8")}"></video>'
    page = found(look(site.put("/page", text)))
    assert [one.protocol for one in page.probed.formats] == ["http"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, Failure.PRIVATE),
        (403, Failure.BLOCKED),
        (404, Failure.GONE),
        (410, Failure.GONE),
        (429, Failure.TEMPORARY),
        (451, Failure.REGION),
        (500, Failure.TEMPORARY),
    ],
)
def test_what_a_site_answers(look: Look, site: MediaServer, status: int, expected: Failure) -> None:
    assert failure(look(site.status(status))) is expected


@pytest.mark.parametrize("url", ["ftp://a.example/b", "http://user:word@127.0.0.1/a.mp4", "nonsense"])
def test_what_is_no_link(look: Look, url: str) -> None:
    assert failure(look(url)) is Failure.BAD_URL


def test_a_page_without_a_video(look: Look, site: MediaServer) -> None:
    assert failure(look(site.put("/page", "<html><body>Words.</body></html>"))) is Failure.UNSUPPORTED


def test_a_trap_behind_a_redirect(look: Look, site: MediaServer, trap: MediaServer) -> None:
    assert failure(look(site.redirect(trap.url("video.mp4"), hops=2))) is Failure.FORBIDDEN_ADDRESS
    assert trap.connections == 0


@pytest.mark.parametrize(
    "way",
    [
        *("address", "decimal", "octal", "short", "mapped", "credentials", "redirect-307", "chain"),
        *("redirect-to-decimal", "redirect-with-credentials", "page-video", "page-og", "page-json-ld", "page-refresh"),
        *("hls-variant", "dash-base"),
    ],
)
def test_no_way_leads_into_a_trap(look: Look, site: MediaServer, trap: MediaServer, way: str) -> None:
    """What a probe doesn't come to yet is met by the download's own guard."""
    outcome = look(WAYS[way](site, trap))
    assert isinstance(outcome, Found) or outcome.failure in {Failure.FORBIDDEN_ADDRESS, Failure.BAD_URL}
    assert isinstance(outcome, Failed) or way in {"hls-variant", "dash-base"}
    assert trap.connections == 0


def test_a_site_that_says_nothing(tmp_path: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(0)
        target = f"127.0.0.1:{silent.getsockname()[1]}"
        prober = Prober(lambda: Access(allowed=frozenset({target})), tmp_path, run=run)
        assert failure(prober.look(f"http://{target}/video.mp4", 2.0)) is Failure.TEMPORARY
        asked, _ = silent.accept()
        asked.close()
    assert not list(tmp_path.iterdir())


def test_cookies_go_to_their_site(site: MediaServer, tmp_path: Path, run: Run) -> None:
    lines = ("# Netscape HTTP Cookie File", "127.0.0.1 FALSE / FALSE 0 session abc", ".a.example TRUE / FALSE 0 b c")
    cookies = lines[0] + "".join("\n" + line.replace(" ", "\t") for line in lines[1:]) + "\n"
    prober = Prober(lambda: Access(allowed=frozenset({site.target}), cookies=cookies), tmp_path, run=run)
    found(prober.look(site.url("video.mp4"), 60.0))
    assert site.hits[0].headers["cookie"] == "session=abc"


def test_cookies_that_cant_be_read_are_told_to_nobody(site: MediaServer, tmp_path: Path, run: Run) -> None:
    prober = Prober(lambda: Access(allowed=frozenset({site.target}), cookies="session=abc"), tmp_path, run=run)
    outcome = prober.look(site.url("video.mp4"), 60.0)
    assert failure(outcome) is Failure.TEMPORARY
    assert "abc" not in str(outcome)


def test_a_proxy_carries_all(site: MediaServer, tmp_path: Path, run: Run) -> None:
    """The media server answers requests that name whole URLs by their path."""
    proxy = f"http://user:word@{site.target}"
    prober = Prober(lambda: Access(proxy=proxy), tmp_path, run=run)
    outcome = prober.look("http://93.184.216.34/plain/video.mp4", 60.0)
    assert site.hits, outcome
    assert "word" not in str(outcome)


def test_a_private_target_is_not_asked_of_the_proxy(site: MediaServer, tmp_path: Path, run: Run) -> None:
    prober = Prober(lambda: Access(proxy=f"http://{site.target}"), tmp_path, run=run)
    assert failure(prober.look("http://10.0.0.1/plain/video.mp4", 60.0)) is Failure.FORBIDDEN_ADDRESS
    assert not site.hits


def test_scripts_of_sites_have_no_network(trap: MediaServer, tmp_path: Path, run: Run) -> None:
    """As yt-dlp starts them, but from a file."""
    deno = programs().deno
    assert deno is not None
    script = tmp_path / "script.js"
    script.write_text(f"await fetch('{trap.url('video.mp4')}').catch((error) => console.error(error.name, 1 + 1));")
    options = ("--ext=js", "--no-code-cache", "--no-prompt", "--no-remote", "--no-lock", "--no-config", "--no-npm")
    command = [str(deno), "run", *options, "--node-modules-dir=none", "--cached-only", str(script)]
    words = run(Job(f"{jobs.__name__}:start", command, tmp_path, 30.0, programs=(deno,)))
    assert "NotCapable 2" in words
    assert trap.connections == 0
