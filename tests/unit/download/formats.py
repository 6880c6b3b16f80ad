"""Pages as probes find them, in formats alone."""

from dataclasses import replace
from typing import Any

from courier.download.identity import Identity
from courier.download.kinds import Kind, Wish
from courier.download.policy import Limits
from courier.download.probed import Format, Probed

MB = 1_000_000
LIMITS = Limits(max_bytes=2_000 * MB, large_bytes=400 * MB, max_duration_s=3 * 3600)


def picture(format_id: str, height: int, vcodec: str, megabytes: int, ext: str = "mp4") -> Format:
    size = megabytes * MB
    return Format(format_id, ext, height * 16 // 9, height, size, kbps=megabytes, vcodec=vcodec, acodec="none")


def sound(format_id: str, acodec: str, kbps: float, *, ext: str = "m4a", language: int = -1) -> Format:
    return Format(
        format_id,
        ext,
        bytes=4 * MB,
        kbps=kbps,
        audio_kbps=kbps,
        vcodec="none",
        acodec=acodec,
        language_preference=language,
    )


STORYBOARD = Format("sb0", "mhtml", 160, 90, vcodec="none", acodec="none", protocol="mhtml")
AAC, OPUS = sound("140", "mp4a.40.2", 129), sound("251", "opus", 140, ext="webm")
SMALL = Format("18", "mp4", 640, 360, 20 * MB, kbps=400, audio_kbps=96, vcodec="avc1.42001E", acodec="mp4a.40.2")
H264 = tuple(picture(str(height), height, "avc1.640028", height // 10) for height in (144, 240, 360, 480, 720, 1080))
VP9 = tuple(picture(f"{height}v", height, "vp9", height // 12, "webm") for height in (360, 720, 1080, 1440, 2160))
YOUTUBE = (STORYBOARD, OPUS, AAC, SMALL, *VP9[:3], *H264, *VP9[3:])
VP9_ONLY = (OPUS, AAC, *VP9)
HLS = tuple(
    Format(
        f"hls-{kbps}", "mp4", height * 16 // 9, height, kbps=kbps, vcodec="avc1.64", acodec="mp4a.40.2", protocol="m3u8"
    )
    for kbps, height in ((500, 360), (1500, 720), (4000, 1080))
)
UPRIGHT = (AAC, *(replace(one, width=one.height, height=one.width) for one in H264))
DIRECT = (Format("0", "mp4", vcodec=None, acodec=None, bytes=7 * MB),)
DIRECT_SOUND = (Format("0", "mp3", acodec=None, vcodec=None, bytes=7 * MB),)
GIF = (Format("a", "mp4", 320, 180, 1 * MB, vcodec="avc1.42", acodec="none"),)
DUBBED = (sound("140-1", "mp4a.40.2", 129, language=-1), sound("139-0", "mp4a.40.5", 48, language=10), *H264)
PROTECTED = tuple(replace(one, has_drm=True) for one in HLS)
PARTS = (AAC, replace(H264[4], bytes=None, approximate_bytes=72 * MB))
TALL_ONLY = (AAC, H264[5], VP9[4])


def page_with(formats: tuple[Format, ...], **changes: Any) -> Probed:
    return replace(Probed(Identity("site", "1"), "A title", 600.0, is_live=False, formats=formats), **changes)


def video(quality: str) -> Wish:
    return Wish(Kind.VIDEO, quality)


AUDIO = Wish(Kind.AUDIO)
