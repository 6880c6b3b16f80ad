"""yt-dlp itself against traps: none is ever reached, and each attempt ends in the forbidden error."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from courier.download.guard.downloader import FFMPEG_ENVIRONMENT
from courier.download.guard.errors import ForbiddenAddressError
from courier.download.guard.hook import armed
from courier.download.guard.rules import Guard
from tests.functional.download.jobs import download
from tests.functional.download.traps import M3U8, NAMES, WAYS, Way
from tests.support.media_server import Manner, Media, MediaServer, serving
from tests.support.media_server.pages import hls, json_ld_page


@pytest.fixture(autouse=True)
def _swept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """yt-dlp doesn't close the file of a download that fails: it is among what came since the test began."""
    for name, value in FFMPEG_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    gc.freeze()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    gc.unfreeze()


class NoGuard(Guard):
    """What would be without one."""

    def check_connection(self, family: int, address: Any) -> None: ...
    def check_entry(self, url: str) -> None: ...


def guarded(url: str, site: MediaServer, tmp_path: Path, **options: Any) -> str:
    """Download under a guard that opens the site alone."""
    guard = Guard(allowed={site.target}, programs=[site.media.ffmpeg])
    with armed(guard):
        return download(url, tmp_path, guard, site.media.ffmpeg, **options)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_way_into_a_trap(way: Way, site: MediaServer, trap: MediaServer, tmp_path: Path) -> None:
    with pytest.raises(ForbiddenAddressError, match=r"^forbidden address: "):
        guarded(way(site, trap), site, tmp_path, names=NAMES)
    assert trap.connections == 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_without_a_guard_each_way_ends_in_the_trap(
    way: Way, site: MediaServer, trap: MediaServer, tmp_path: Path
) -> None:
    guard = NoGuard(programs=[site.media.ffmpeg])
    with armed(guard), suppress(Exception):
        download(way(site, trap), tmp_path, guard, site.media.ffmpeg, names=NAMES)
    assert trap.connections > 0


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]", "localhost", "127.0.0.1"])
def test_loopback_by_any_name(media: Media, site: MediaServer, tmp_path: Path, host: str) -> None:
    with serving(media) as trap, serving_v6(media, trap.port) as trap_v6:
        with pytest.raises(ForbiddenAddressError):
            guarded(trap.url("video.mp4", host=host), site, tmp_path)
        assert trap.connections + trap_v6.connections == 0


def serving_v6(media: Media, port: int) -> Any:
    return serving(media, "::1", port)


@pytest.mark.parametrize("scheme", ["ftp", "ftps", "rtmp", "rtmpe", "rtsp", "mms", "gopher", "smb", "ldap", "unix"])
@pytest.mark.parametrize("is_entry", [True, False])
def test_other_schemes(scheme: str, is_entry: bool, site: MediaServer, trap: MediaServer, tmp_path: Path) -> None:
    url = f"{scheme}://{trap.target}/video.mp4"
    with pytest.raises(ForbiddenAddressError):
        guarded(url if is_entry else site.put("/list.m3u8", hls(url), M3U8), site, tmp_path)
    assert trap.connections == 0


@pytest.mark.parametrize("url", ["file:///etc/hostname", "file:/etc/hostname", "data:text/html,hello", "//evil", ""])
def test_no_link_at_all(url: str, site: MediaServer, tmp_path: Path) -> None:
    with pytest.raises(ForbiddenAddressError):
        guarded(url, site, tmp_path)


def test_files_in_a_playlist(site: MediaServer, tmp_path: Path) -> None:
    url = site.put("/list.m3u8", hls("file:///etc/hostname"), M3U8)
    with pytest.raises(ForbiddenAddressError):
        guarded(url, site, tmp_path)
    assert Path("/etc/hostname").read_bytes() not in {path.read_bytes() for path in tmp_path.iterdir()}


def test_what_ytdlp_goes_on_without_is_told_all_the_same(site: MediaServer, trap: MediaServer, tmp_path: Path) -> None:
    """A thumbnail that can't be had is no error to yt-dlp."""
    page = site.put("/page", json_ld_page(site.url("video.mp4"), thumbnail=trap.url("picture.jpg")))
    with pytest.raises(ForbiddenAddressError):
        guarded(page, site, tmp_path, writethumbnail=True, ignoreerrors=True)
    assert trap.connections == 0


def test_a_name_that_resolves_anew(media: Media, trap: MediaServer, tmp_path: Path) -> None:
    """An allowed name means the addresses that it had when the job began."""
    names = {"rebind.test": ["127.0.0.2"]}
    with serving(media, port=trap.port) as site:
        guard = Guard(
            allowed={f"rebind.test:{site.port}"}, programs=[media.ffmpeg], resolve=lambda *_: frozenset({"127.0.0.1"})
        )
        url = site.url("video.mp4", host="rebind.test")
        with armed(guard), pytest.raises(ForbiddenAddressError, match=r"asked for as rebind.test"):
            download(url, tmp_path, guard, media.ffmpeg, names=names)
        assert trap.connections == site.connections == 0


def test_another_name_for_what_is_allowed(site: MediaServer, tmp_path: Path) -> None:
    """Whoever owns a name could point it at what we opened for ours."""
    with pytest.raises(ForbiddenAddressError, match=r"asked for as evil.test"):
        guarded(site.url("video.mp4", host="evil.test"), site, tmp_path, names={"evil.test": ["127.0.0.1"]})
    assert site.connections == 0


def test_a_live_playlist_is_not_given_to_ffmpeg(site: MediaServer, trap: MediaServer, tmp_path: Path) -> None:
    url = site.put("/list.m3u8", hls(trap.url("hls/index0.ts"), is_live=True), M3U8)
    with pytest.raises(Exception, match=r"forbidden (program|address)"):
        guarded(url, site, tmp_path)
    assert trap.connections == 0


def test_drm_is_not_given_to_ffmpeg_either(site: MediaServer, trap: MediaServer, tmp_path: Path) -> None:
    text = hls(trap.url("hls/index0.ts"), key=trap.at("/key")).replace("AES-128", "SAMPLE-AES")
    with pytest.raises(Exception, match="forbidden program"):
        guarded(site.put("/list.m3u8", text, M3U8), site, tmp_path)
    assert trap.connections == 0


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("video.mp4", {}),
        ("hls/index.m3u8", {}),
        ("fmp4/index.m3u8", {}),
        ("dash/index.mpd", {"format": "bv*+ba"}),
        ("audio.mp3", {"postprocessors": [{"key": "FFmpegExtractAudio", "preferredcodec": "m4a"}]}),
    ],
)
def test_what_is_allowed_arrives(site: MediaServer, tmp_path: Path, path: str, options: dict[str, Any]) -> None:
    assert guarded(site.url(path), site, tmp_path, **options).startswith("out.")


def test_a_page_and_redirects_of_what_is_allowed(site: MediaServer, tmp_path: Path) -> None:
    page = site.put("/page", json_ld_page(site.redirect(site.url("video.mp4"), hops=3)))
    assert guarded(page, site, tmp_path) == "out.mp4"


def test_an_allowed_name(site: MediaServer, tmp_path: Path) -> None:
    guard = Guard(allowed={f"localhost:{site.port}"}, programs=[site.media.ffmpeg])
    with armed(guard):
        url = site.url("video.mp4", Manner.NO_RANGE, host="localhost")
        assert download(url, tmp_path, guard, site.media.ffmpeg) == "out.mp4"
