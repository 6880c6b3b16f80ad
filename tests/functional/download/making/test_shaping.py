"""What ffmpeg makes of what comes: copied where Telegram plays it, else encoded, if there is time."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from courier.download.making.bounds import EndedError
from courier.download.making.ffmpeg import Ffmpeg, FfmpegError, UnreadableError
from courier.download.making.pictures import MOST_BYTES, thumbnail
from courier.download.making.programs import programs
from courier.download.making.shaping import Shaper
from tests.support.media_server import Media

type Make = Callable[..., Path]
#: ffmpeg options by codec.
VP9, VP8 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"), ("-c:v", "libvpx", "-cpu-used", "8")
HEVC, H264 = ("-c:v", "libx265", "-preset", "ultrafast"), ("-c:v", "libx264", "-preset", "ultrafast")
OPUS, AAC = ("-c:a", "libopus"), ("-c:a", "aac")


@pytest.fixture
def ffmpeg() -> Ffmpeg:
    return Ffmpeg(programs().ffmpeg)


@pytest.fixture
def make(media: Media, tmp_path: Path) -> Make:
    """A file of a second or two, made by ffmpeg's options."""

    def made(name: str, *options: str, before: tuple[str, ...] = ()) -> Path:
        command = [str(media.ffmpeg), "-nostdin", "-loglevel", "error", *before, "-i", str(media.folder / "video.mp4")]
        file = tmp_path / name
        subprocess.run([*command, *options, str(file)], stdin=subprocess.DEVNULL, capture_output=True, check=True)
        return file

    return made


def shaper(ffmpeg: Ffmpeg, left_s: float = 60.0, max_duration_s: float = 600.0) -> Shaper:
    return Shaper(ffmpeg, lambda: left_s, max_duration_s)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (("a.mp4", "-c", "copy"), ("h264", "aac")),
        (("a.mkv", "-c", "copy"), ("h264", "aac")),
        (("a.mkv", "-c:v", "copy", *OPUS), ("h264", "aac")),
        (("a.mkv", "-c:v", "copy", "-c:a", "libmp3lame"), ("h264", "mp3")),
        (("a.webm", *VP9, *OPUS), ("h264", "aac")),
        (("a.webm", *VP8, *OPUS), ("h264", "aac")),
        (("a.mkv", *H264, "-pix_fmt", "yuv444p", *AAC), ("h264", "aac")),
        (("a.mp4", "-an", "-c:v", "copy"), ("h264", None)),
    ],
)
def test_a_video(ffmpeg: Ffmpeg, make: Make, tmp_path: Path, how: tuple[str, ...], expected: object) -> None:
    source = make(how[0], "-t", "1", *how[1:])
    made = shaper(ffmpeg).video(source, tmp_path / "made.mp4")
    assert (made.video, made.audio) == expected
    assert (made.pixels, made.width, made.height) == ("yuv420p", 320, 180)
    assert made.container.startswith("mov,mp4")
    body = (tmp_path / "made.mp4").read_bytes()
    assert 0 < body.find(b"moov") < body.find(b"mdat")


@pytest.mark.parametrize(("codec", "options"), [("vp9", VP9), ("hevc", HEVC)])
def test_without_time_a_picture_stays_as_it_is(
    ffmpeg: Ffmpeg, make: Make, tmp_path: Path, codec: str, options: tuple[str, ...]
) -> None:
    source = make("a.mkv", "-t", "1", *options, *AAC)
    assert shaper(ffmpeg, left_s=0.01).video(source, tmp_path / "made.mp4").video == codec


def test_without_time_what_no_mp4_holds_is_too_long(ffmpeg: Ffmpeg, make: Make, tmp_path: Path) -> None:
    with pytest.raises(EndedError) as caught:
        shaper(ffmpeg, left_s=0.01).video(make("a.webm", "-t", "1", *VP8, *OPUS), tmp_path / "made.mp4")
    assert caught.value.outcome["failure"] == "too_long"


def test_odd_sides_are_made_even(ffmpeg: Ffmpeg, make: Make, tmp_path: Path) -> None:
    source = make("a.webm", "-t", "1", "-vf", "scale=161:91", "-an", *VP9)
    made = shaper(ffmpeg).video(source, tmp_path / "made.mp4")
    assert (made.width, made.height) == (160, 90)


def test_turned(ffmpeg: Ffmpeg, make: Make, tmp_path: Path) -> None:
    """Width and height are those that a viewer sees."""
    source = make("a.mp4", "-c", "copy", before=("-display_rotation", "90"))
    made = shaper(ffmpeg).video(source, tmp_path / "made.mp4")
    assert (made.width, made.height) == (180, 320)


def test_the_first_half_isnt_taken_for_the_whole(ffmpeg: Ffmpeg, media: Media, tmp_path: Path) -> None:
    body = media.read("video.mp4")
    (tmp_path / "half").write_bytes(body[: len(body) // 2])
    for shape, name in ((shaper(ffmpeg).video, "made.mp4"), (shaper(ffmpeg).audio, "made.mp3")):
        with pytest.raises(UnreadableError, match=r"^content too short"):
            shape(tmp_path / "half", tmp_path / name)


@pytest.mark.parametrize("text", ["", "<html>no video</html>", "#EXTM3U\n#EXTINF:1,\nvideo.mp4\n"])
def test_no_media(ffmpeg: Ffmpeg, tmp_path: Path, text: str) -> None:
    (tmp_path / "source").write_text(text)
    with pytest.raises(UnreadableError):
        shaper(ffmpeg).video(tmp_path / "source", tmp_path / "made.mp4")


def test_a_sound_is_no_video(ffmpeg: Ffmpeg, media: Media, tmp_path: Path) -> None:
    with pytest.raises(EndedError) as caught:
        shaper(ffmpeg).video(media.folder / "audio.mp3", tmp_path / "made.mp4")
    assert caught.value.outcome["failure"] == "unsupported"


@pytest.mark.parametrize("options", [("-vn", "-c:a", "libmp3lame"), ("-vn", *OPUS), ("-c", "copy")])
def test_a_sound(ffmpeg: Ffmpeg, make: Make, tmp_path: Path, options: tuple[str, ...]) -> None:
    made = shaper(ffmpeg).audio(make("a.mkv", *options), tmp_path / "made.mp3")
    assert (made.container, made.audio, made.video) == ("mp3", "mp3", None)
    assert made.duration_s == pytest.approx(4, abs=0.2)


def test_what_takes_too_long_is_stopped(ffmpeg: Ffmpeg, make: Make, tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        ffmpeg.make((), make("a.mp4", "-c", "copy"), ["-c:v", "libx265", "-preset", "placebo"], tmp_path / "a.mkv", 0.3)


def test_what_ffmpeg_says(ffmpeg: Ffmpeg, media: Media, tmp_path: Path) -> None:
    with pytest.raises(FfmpegError, match="Unknown encoder"):
        ffmpeg.make((), media.folder / "video.mp4", ["-c:v", "nonsense"], tmp_path / "a.mp4", 10.0)


@pytest.mark.parametrize("size", ["1280x720", "200x900", "64x64"])
def test_a_thumbnail(ffmpeg: Ffmpeg, make: Make, tmp_path: Path, size: str) -> None:
    picture = make("picture.png", "-frames:v", "1", "-vf", f"scale={size.replace('x', ':')},noise=alls=100:allf=t")
    target = tmp_path / "thumb.jpg"
    assert thumbnail(ffmpeg, target, picture=lambda: picture, video=None, duration_s=None) == target
    made = ffmpeg.look(target)
    assert made.video == "mjpeg"
    assert max(made.width or 0, made.height or 0) == min(320, max(map(int, size.split("x"))))
    assert target.stat().st_size <= MOST_BYTES


def test_no_thumbnail(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    (tmp_path / "picture").write_text("<svg/>")
    target = tmp_path / "thumb.jpg"
    assert thumbnail(ffmpeg, target, picture=lambda: tmp_path / "picture", video=None, duration_s=4.0) is None
    assert not target.exists()
