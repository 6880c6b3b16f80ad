"""Whatever was downloaded becomes what Telegram plays: an mp4 with its index in front, or an mp3.

Streams are copied wherever Telegram's apps play them. A picture that they don't play everywhere is encoded anew if
there is time for it; else it stays as it is, if an mp4 can hold it at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from courier.download.errors import Failure
from courier.download.making.bounds import EndedError
from courier.download.making.ffmpeg import Ffmpeg, FfmpegError, Media, UnreadableError

#: Telegram's apps play H.264 of 8 bits, all of them; and these in an mp4.
_PLAYED_PIXELS = frozenset({"yuv420p", "yuvj420p"})
_PLAYED_SOUNDS = frozenset({"aac", "mp3"})
#: What an mp4 can hold beside H.264: some apps show it.
_HELD = frozenset({"hevc", "av1", "vp9", "mpeg4"})
#: Pixels that are decoded (VP9) and encoded (x264, `veryfast`) a second: measured 28 to 30 million for each second of
#: processor time. 2 GB of Lambda have 1.16 processors.
ENCODED_PIXELS_S = 20_000_000
#: The share of the time left that an encoding may be expected to take.
_SHARE = 0.6
_USUAL_FPS = 30.0
#: Seconds within which streams are copied, even those of the largest file.
_COPY_S = 300.0
#: How much of its duration a file must have in truth.
_WHOLE = 0.9
#: Containers whose head says how long they are, whatever comes of the rest.
_TELLING = ("mov", "matroska")
_MP4 = ("-map_metadata", "-1", "-sn", "-dn", "-movflags", "+faststart", "-f", "mp4")
_ENCODED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
    *("-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2"),
)
_MP3 = ("-map", "0:a:0", "-vn", "-map_metadata", "-1", "-id3v2_version", "3", "-f", "mp3")
_BITRATE = "192k"


@dataclass(frozen=True, slots=True)
class Shaper:
    """One job's.

    Attributes:
        left_s: Seconds that are left for all of it.
        max_duration_s: What plays longer isn't taken, whatever its page had said.
    """

    ffmpeg: Ffmpeg
    left_s: Callable[[], float]
    max_duration_s: float

    def video(self, source: Path, target: Path) -> Media:
        """An mp4 of what was downloaded, and what it is.

        Raises:
            EndedError: It has no picture, plays too long, or can't be made in time.
            UnreadableError: It is broken or not whole.
        """
        media = self._looked(source)
        if media.video is None:
            raise EndedError.failed(Failure.UNSUPPORTED, "it has no picture")
        sound = ("-map", "0:a:0?", "-c:a", *(("copy",) if media.audio in _PLAYED_SOUNDS else ("aac", "-b:a", "160k")))
        ways = list(self._pictures(media))
        if not ways:
            raise EndedError.failed(Failure.TOO_LONG, f"{media.video} can't be encoded in {self.left_s():.0f} s")
        for number, picture in enumerate(ways):
            try:
                arguments = ["-map", "0:v:0", *picture, *sound, *_MP4]
                self.ffmpeg.make((), source, arguments, target, max(1.0, self.left_s()))
                break
            except (FfmpegError, TimeoutError):
                # A picture that couldn't be copied may be encoded; one that took too long may be copied.
                if number == len(ways) - 1:
                    raise
        return self._whole(media, target)

    def audio(self, source: Path, target: Path) -> Media:
        """An mp3 of its sound; raises as `video` does."""
        media = self._looked(source)
        if media.audio is None:
            raise EndedError.failed(Failure.UNSUPPORTED, "it has no sound")
        codec = ("copy",) if media.audio == "mp3" else ("libmp3lame", "-b:a", _BITRATE)
        self.ffmpeg.make((), source, [*_MP3, "-c:a", *codec], target, max(1.0, self.left_s()))
        return self._whole(media, target)

    def _pictures(self, media: Media) -> list[tuple[str, ...]]:
        """How its picture may be treated, what is best first."""
        tag = ("-tag:v", "hvc1") if media.video == "hevc" else ()
        copied = ("-c:v", "copy", *tag)
        if media.video == "h264" and media.pixels in _PLAYED_PIXELS:
            return [copied, _ENCODED] if self._is_affordable(media) else [copied]
        can_copy = media.video in _HELD or media.video == "h264"
        return [way for way, can in ((_ENCODED, self._is_affordable(media)), (copied, can_copy)) if can]

    def _is_affordable(self, media: Media) -> bool:
        if not (media.duration_s and media.width and media.height):
            return False
        pixels = media.width * media.height * (media.fps or _USUAL_FPS) * media.duration_s
        return pixels / ENCODED_PIXELS_S <= _SHARE * self.left_s()

    def _looked(self, source: Path) -> Media:
        media = self.ffmpeg.look(source)
        if media.duration_s is not None and media.duration_s > self.max_duration_s:
            raise EndedError.failed(Failure.TOO_LONG, f"{media.duration_s:.0f} s, of {self.max_duration_s:.0f}")
        return media

    def _whole(self, source: Media, target: Path) -> Media:
        """What was made, if it is all that its source had promised: ffmpeg takes half of a file without a word."""
        made = self.ffmpeg.look(target)
        if (made.duration_s or 0.0) > self.max_duration_s:
            raise EndedError.failed(Failure.TOO_LONG, f"{made.duration_s} s, of {self.max_duration_s:.0f}")
        promised = source.duration_s if source.container.startswith(_TELLING) else None
        if promised and (made.duration_s or 0.0) < _WHOLE * promised:
            raise UnreadableError(f"content too short: {made.duration_s} s of {promised} s")
        return made
