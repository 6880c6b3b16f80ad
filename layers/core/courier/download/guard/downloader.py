"""yt-dlp, kept to what the guard sees: its options, the modules that it mustn't find, a check of every request.

yt_dlp belongs to the media layer and is imported on call only.
"""

import sys
from collections.abc import Mapping
from typing import Any

from courier.download.guard.rules import Guard

#: Demuxers for files that we have made or downloaded. Those of playlists (hls, dash, concat) aren't among them: a
#: "video" that is a playlist in truth would have ffmpeg read whatever it names.
_DEMUXERS = ",".join(
    (
        *("aac", "ac3", "aiff", "amr", "asf", "avi", "caf", "eac3", "ffmetadata", "flac", "flv", "image2", "jpeg_pipe"),
        *(
            "matroska,webm",
            "mjpeg",
            "mov,mp4,m4a,3gp,3g2,mj2",
            "mp3",
            "mpeg",
            "mpegts",
            "ogg",
            "png_pipe",
            "srt",
            "wav",
        ),
        *("webp_pipe", "webvtt"),
    )
)
#: What stands before each `-i` of ffmpeg's, ours and yt-dlp's: no network, and no demuxer that opens other files.
FFMPEG_INPUT = ("-protocol_whitelist", "file,pipe,crypto", "-format_whitelist", _DEMUXERS)

#: For every process that runs the media layer's ffmpeg. It is linked statically, and its iconv crashes on the character
#: sets of the system's own glibc: any MPEG-TS whose service has a name (all that ffmpeg makes) is a segmentation fault.
FFMPEG_ENVIRONMENT: Mapping[str, str] = {"GCONV_PATH": "/nonexistent"}

#: Clients in C: they would connect unseen. Where one is installed, yt-dlp is to think that it isn't.
_UNSEEN_CLIENTS = ("curl_cffi", "pycurl")

#: They win over whatever else a job wants of yt-dlp.
SAFE_OPTIONS: Mapping[str, Any] = {
    # ffmpeg, aria2c and others connect in processes that nobody watches. yt-dlp's own downloaders do HLS and DASH.
    "external_downloader": "native",
    "hls_prefer_native": True,
    "enable_file_urls": False,
    "remote_components": set(),
    "cookiesfrombrowser": None,
    "allow_unplayable_formats": False,
    "nocheckcertificate": False,
    "impersonate": None,
    "cachedir": False,
    "wait_for_video": None,
    "live_from_start": False,
    # The environment's proxies are none of ours; "" is "none", where None would be "look into the environment".
    "proxy": "",
}


def safe_options(options: Mapping[str, Any], *, proxy: str = "") -> dict[str, Any]:
    """Options for `YoutubeDL`, with those that keep it within the guard's sight on top.

    >>> safe_options({"external_downloader": "aria2c", "format": "best"})["external_downloader"]
    'native'

    Args:
        options: What the job wants.
        proxy: URL of the operator's proxy; the guard is to know it too.
    """
    inputs = {"ffmpeg_i": [*FFMPEG_INPUT]}
    return {
        **options,
        **SAFE_OPTIONS,
        "proxy": proxy,
        "postprocessor_args": {**options.get("postprocessor_args", {}), **inputs},
    }


def hide_unseen_clients() -> None:
    """Make clients in C impossible to import. Before yt_dlp is imported, in a process that does nothing else."""
    for name in _UNSEEN_CLIENTS:
        sys.modules[name] = None  # type: ignore[assignment] # Python's own way to say "not there"


def guarded_ydl(options: Mapping[str, Any], guard: Guard, *, proxy: str = "") -> Any:
    """A `YoutubeDL` whose every request is checked by its URL; its connections are checked by the hook.

    Args:
        options: What the job wants.
        guard: Of this process; see `hook.arm`.
        proxy: As in `safe_options`.
    """
    from yt_dlp import YoutubeDL  # noqa: PLC0415 - the media layer's

    ydl = YoutubeDL(safe_options(options, proxy=proxy))
    director = ydl._request_director  # noqa: SLF001 - all that yt-dlp requests goes through it
    send = director.send

    def checked(request: Any) -> Any:
        guard.check_request(request.url)
        return send(request)

    director.send = checked
    return ydl
