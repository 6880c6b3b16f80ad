"""The small picture that Telegram shows before a video plays and beside a song."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from courier.download.making.ffmpeg import Ffmpeg, FfmpegError

#: Bot API: a thumbnail is a JPEG of at most 320 x 320 and 200 kB.
SIDE, MOST_BYTES = 320, 200_000
#: JPEG qualities of ffmpeg's, the best first.
_QUALITIES = ("3", "8", "16")
#: Bytes of a site's picture that are looked at, and pixels that are made of them.
MOST_SOURCE_BYTES, _MOST_PIXELS = 8_000_000, "60000000"
_SCALED = f"scale='min({SIDE},iw)':'min({SIDE},ih)':force_original_aspect_ratio=decrease"
#: Seconds that one may take, and the second of a video at which it is taken: the first is often black.
_TIMEOUT_S, _AT_S = 30.0, 10.0


def thumbnail(
    ffmpeg: Ffmpeg, target: Path, *, picture: Callable[[], Path | None], video: Path | None, duration_s: float | None
) -> Path | None:
    """A thumbnail: of the site's picture, else of the video itself; None where neither gives one.

    Args:
        picture: Fetches the site's; whatever it raises but a refused address is no reason to go without the video.
        video: None where there is none to look at.
    """
    source = picture()
    if source is not None and _made(ffmpeg, source, (), target):
        return target
    at = min(_AT_S, (duration_s or 0.0) / 10)
    return target if video is not None and _made(ffmpeg, video, ("-ss", f"{at:.2f}"), target) else None


def _made(ffmpeg: Ffmpeg, source: Path, before: tuple[str, ...], target: Path) -> bool:
    for quality in _QUALITIES:
        with suppress(FfmpegError, TimeoutError):
            options = [
                "-map",
                "0:v:0",
                "-frames:v",
                "1",
                "-update",
                "1",
                "-vf",
                _SCALED,
                "-q:v",
                quality,
                "-f",
                "image2",
            ]
            ffmpeg.make(("-max_pixels", _MOST_PIXELS, *before), source, options, target, _TIMEOUT_S)
            if target.exists() and 0 < target.stat().st_size <= MOST_BYTES:
                return True
    target.unlink(missing_ok=True)
    return False
