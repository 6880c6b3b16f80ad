"""Real media: a few seconds of a test picture and a tone, made by the ffmpeg that the media layer ships."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

SECONDS = 4
WIDTH, HEIGHT = 320, 180
_SOURCES = (
    *("-f", "lavfi", "-i", f"testsrc=size={WIDTH}x{HEIGHT}:rate=10:duration={SECONDS}"),
    *("-f", "lavfi", "-i", f"sine=frequency=440:duration={SECONDS}"),
)
_CODECS = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10", "-c:a", "aac", "-shortest")
_COPY = ("-i", "video.mp4", "-c", "copy")
_LIST = ("-hls_time", "1", "-hls_list_size", "0", "-hls_playlist_type", "vod")
#: File that comes of it, and how it is made from the ones above it.
_RECIPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("video.mp4", (*_SOURCES, *_CODECS, "-movflags", "+faststart")),
    ("audio.mp3", ("-i", "video.mp4", "-vn", "-c:a", "libmp3lame", "-b:a", "64k")),
    ("picture.jpg", ("-i", "video.mp4", "-frames:v", "1", "-update", "1")),
    ("hls/index.m3u8", (*_COPY, "-f", "hls", *_LIST)),
    ("fmp4/index.m3u8", (*_COPY, "-f", "hls", *_LIST, "-hls_segment_type", "fmp4")),
    ("dash/index.mpd", (*_COPY, "-f", "dash", "-seg_duration", "1", "-use_timeline", "0")),
)


@dataclass(frozen=True, slots=True)
class Media:
    """The files, by paths that are also their paths on the server.

    Attributes:
        folder: Where they lie.
        ffmpeg: The program that made them.
    """

    folder: Path
    ffmpeg: Path

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


def made(folder: Path) -> Media:
    """Make all of them, in a second or two."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    for name, how in _RECIPES:
        (folder / name).parent.mkdir(exist_ok=True)
        subprocess.run(
            [ffmpeg, "-nostdin", "-loglevel", "error", *how, name],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
    return Media(folder, Path(ffmpeg))
