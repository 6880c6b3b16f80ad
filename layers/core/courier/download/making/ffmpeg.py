"""ffmpeg, which is started without an input and with its output captured, and read where ffprobe would be asked.

For guarded processes: whatever it reads is hostile.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from courier.download.guard.downloader import FFMPEG_INPUT

#: Seconds in which a file tells what it is.
_LOOK_S = 30.0
_STDERR_CHARS = 2_000
# What files say of themselves is indented further than these lines of ffmpeg's own.
_INPUT = re.compile(r"^Input #0, (\S+), from", re.MULTILINE)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
_STREAM = re.compile(r"^  Stream #0:\d+\S*: (Video|Audio): (\w+)(.*)$", re.MULTILINE)
_SIZE = re.compile(r"\b(\d{2,5})x(\d{2,5})\b")
_RATE = re.compile(r"([\d.]+)(k?) fps")
_PIXELS = re.compile(r", (yuvj?\d\w+|gbr\w+|rgb\w+|bgr\w+|gray\w*|pal8|nv\d+)\b")
_ROTATED = re.compile(r"displaymatrix: rotation of -?(?:90|270)\.")


class FfmpegError(Exception):
    """ffmpeg couldn't do it; the end of what it said."""


class UnreadableError(FfmpegError):
    """What came isn't media, or only the beginning of some."""


@dataclass(frozen=True, slots=True)
class Media:
    """What a file is.

    Attributes:
        container: ffmpeg's names of the format.
        duration_s: None where the file doesn't say.
        video: Codec of the picture; None where there is none. So is `audio`, of the sound.
        pixels: Format of the picture's pixels, `yuv420p` for instance.
        width: As it is shown, which is not as it is stored where the file says that it is to be turned.
    """

    container: str
    duration_s: float | None
    video: str | None = None
    audio: str | None = None
    pixels: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """The program.

    Attributes:
        path: Full; the guard knows it by that.
    """

    path: Path

    def look(self, file: Path) -> Media:
        """What a file is.

        Raises:
            UnreadableError: It isn't media.
        """
        # It complains that nothing is to be made of it: the exit status says nothing.
        words = self._start(["-i", str(file)], _LOOK_S).stderr.decode(errors="replace")
        return media_of(words)

    def make(self, before: Sequence[str], file: Path, after: Sequence[str], target: Path, timeout_s: float) -> None:
        """Make something of a file.

        Args:
            before: Options of the input.
            after: Options of the output.

        Raises:
            FfmpegError: It can't.
            TimeoutError: It took longer than it may.
        """
        try:
            done = self._start([*before, "-i", str(file), *after, "-y", str(target)], timeout_s)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"ffmpeg took more than {timeout_s:.0f} s") from None
        if done.returncode:
            raise FfmpegError(done.stderr.decode(errors="replace")[-_STDERR_CHARS:])

    def _start(self, arguments: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - the guard knows program and arguments
            [str(self.path), "-nostdin", "-hide_banner", "-nostats", *FFMPEG_INPUT, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )


def media_of(words: str) -> Media:
    """What ffmpeg said of its input.

    >>> media_of('''Input #0, mp3, from 'a':
    ...   Duration: 00:01:02.50, start: 0.0
    ...   Stream #0:0: Audio: mp3 (mp3float), 44100 Hz''')
    Media(container='mp3', duration_s=62.5, video=None, audio='mp3', pixels=None, width=None, height=None, fps=None)

    Raises:
        UnreadableError: It has no input.
    """
    container = _INPUT.search(words)
    if container is None:
        raise UnreadableError(words[-_STDERR_CHARS:])
    streams = [(found[1], found[2], found[3]) for found in _STREAM.finditer(words)]
    pictures = [(codec, rest) for kind, codec, rest in streams if kind == "Video" and "attached pic" not in rest]
    sounds = [codec for kind, codec, _ in streams if kind == "Audio"]
    codec, rest = pictures[0] if pictures else (None, "")
    size, rate, pixels = _SIZE.search(rest), _RATE.search(rest), _PIXELS.search(rest)
    sides = (int(size[1]), int(size[2])) if size else (None, None)
    width, height = reversed(sides) if _ROTATED.search(words) else sides
    return Media(
        container=container[1],
        duration_s=_seconds(words),
        video=codec,
        audio=sounds[0] if sounds else None,
        pixels=pixels[1] if pixels else None,
        width=width,
        height=height,
        fps=float(rate[1]) * (1000 if rate[2] else 1) if rate else None,
    )


def _seconds(words: str) -> float | None:
    found = _DURATION.search(words)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None
