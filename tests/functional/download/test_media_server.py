"""The tests' media server does what it says: other tests believe it."""

import http.client
import urllib.error
import urllib.request
from threading import Thread

import pytest

from tests.support.media_server import Manner, Media, MediaServer, serving


def opened(url: str, **headers: str) -> http.client.HTTPResponse:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the tests' own server
    answer = urllib.request.build_opener().open(request, timeout=10)
    assert isinstance(answer, http.client.HTTPResponse)
    return answer


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    with opened(url, **headers) as answer:
        return answer.status, answer.read()


def test_files_are_real(media: Media) -> None:
    assert media.read("video.mp4")[4:8] == b"ftyp"
    assert media.read("audio.mp3")[:3] in {b"ID3", b"\xff\xfb\x90"}
    assert media.read("picture.jpg")[:2] == b"\xff\xd8"
    assert b"EXT-X-ENDLIST" in media.read("hls/index.m3u8")
    assert b"EXT-X-MAP" in media.read("fmp4/index.m3u8")
    assert b"SegmentTemplate" in media.read("dash/index.mpd")


@pytest.mark.parametrize("manner", [Manner.PLAIN, Manner.NO_RANGE, Manner.SLOW, Manner.UNKNOWN_LENGTH])
def test_whole_files(site: MediaServer, manner: Manner) -> None:
    site.pause_s = 0.0
    assert fetch(site.url("video.mp4", manner)) == (200, site.media.read("video.mp4"))


@pytest.mark.parametrize(
    ("asked", "slice_"), [("0-9", slice(0, 10)), ("10-", slice(10, None)), ("-5", slice(-5, None))]
)
def test_parts(site: MediaServer, asked: str, slice_: slice) -> None:
    body = site.media.read("video.mp4")[slice_]
    assert fetch(site.url("video.mp4"), Range=f"bytes={asked}") == (206, body)
    assert site.hits[-1].range == f"bytes={asked}"


def test_parts_are_not_everywhere(site: MediaServer) -> None:
    assert fetch(site.url("video.mp4", Manner.NO_RANGE), Range="bytes=0-9")[0] == 200
    with pytest.raises(urllib.error.HTTPError, match="416"):
        fetch(site.url("video.mp4"), Range="bytes=99999999-")


def test_truncated_and_wrong_lengths(site: MediaServer) -> None:
    size = len(site.media.read("video.mp4"))
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(site.url("video.mp4", Manner.TRUNCATED))
    assert len(caught.value.partial) == size // 2
    assert len(fetch(site.url("video.mp4", Manner.WRONG_LENGTH))[1]) == size // 2


def test_endless(site: MediaServer) -> None:
    size = len(site.media.read("video.mp4"))
    with opened(site.url("video.mp4", Manner.ENDLESS)) as answer:
        assert len(answer.read(3 * size)) == 3 * size


def test_held_until_released(site: MediaServer) -> None:
    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(fetch(site.url("video.mp4", Manner.HELD))[1]))
    reader.start()
    site.wait_for("/held/video.mp4")
    assert got == []
    site.release()
    reader.join(10)
    assert got == [site.media.read("video.mp4")]


@pytest.mark.parametrize("code", [403, 404, 410, 429, 500])
def test_statuses(site: MediaServer, code: int) -> None:
    with pytest.raises(urllib.error.HTTPError, match=str(code)):
        fetch(site.status(code))


def test_redirects(site: MediaServer) -> None:
    assert fetch(site.redirect(site.url("picture.jpg"), hops=3))[0] == 200
    assert [hit.path for hit in site.hits] == [f"/redirect/302/{left}" for left in (3, 2, 1)] + ["/plain/picture.jpg"]
    with pytest.raises(urllib.error.HTTPError, match="infinite loop"):
        fetch(site.loop())


def test_nothing_outside_its_folder(site: MediaServer) -> None:
    connection = http.client.HTTPConnection(site.host, site.port, timeout=10)
    connection.request("GET", "/plain/../../../../../../etc/hostname")
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize("host", ["127.0.0.2", "::1"])
def test_other_addresses(media: Media, host: str) -> None:
    with serving(media, host) as server:
        assert fetch(server.url("picture.jpg"))[0] == 200
        assert server.connections == 1
