"""What a probe has found, in the few words of it that decide what is downloaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courier.download.identity import Identity

_NONE = "none"
#: yt-dlp's `live_status` of what is no recording (yet).
_LIVE = {"is_live", "is_upcoming", "post_live"}
#: Endings of formats that are pictures of a video, not the video.
_PICTURES = {"mhtml", "jpg", "jpeg", "png", "webp", "gif"}


@dataclass(frozen=True, slots=True)
class Format:
    """One of the forms in which a page's media comes.

    Attributes:
        width: Pixels; so is the height.
        bytes: Exactly.
        approximate_bytes: As the site or yt-dlp estimates.
        kbps: Picture and sound together, kilobits a second.
        audio_kbps: The sound alone.
        vcodec: None where nobody knows, `none` where there is no picture; so is `acodec`, of the sound.
        protocol: yt-dlp's, `https` or `m3u8_native` for instance.
        language_preference: Higher is nearer to the original language.
    """

    format_id: str
    ext: str = "mp4"
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    approximate_bytes: int | None = None
    kbps: float | None = None
    audio_kbps: float | None = None
    vcodec: str | None = None
    acodec: str | None = None
    protocol: str = "https"
    language_preference: int = -1
    has_drm: bool = False

    @property
    def has_video(self) -> bool:
        return self.vcodec != _NONE and self.ext not in _PICTURES and not (self.vcodec is None and self.is_sound)

    @property
    def has_audio(self) -> bool:
        return self.acodec != _NONE and self.ext not in _PICTURES

    @property
    def is_sound(self) -> bool:
        """Whether the ending alone says that it is."""
        return self.ext in {"mp3", "m4a", "aac", "ogg", "oga", "opus", "flac", "wav", "weba", "mka"}

    @property
    def lines(self) -> int | None:
        """The shorter side, so that an upright 1080x1920 is 1080p as well."""
        if self.height is None or self.width is None:
            return self.height
        return min(self.height, self.width)

    def size(self, duration_s: float | None) -> int | None:
        """Bytes, as exactly as anybody knows."""
        if self.bytes or self.approximate_bytes:
            return self.bytes or self.approximate_bytes
        return round(self.kbps * 125 * duration_s) if self.kbps and duration_s else None


@dataclass(frozen=True, slots=True)
class Probed:
    """A page with media on it.

    Attributes:
        identity: As the extractor knows it now, which may be more than the address said.
        is_live: Live now, or not yet; also just over, while it has no recording.
        thumbnails: Addresses, the best last.
        age_limit: Years.
        performer: Who made or uploaded it.
    """

    identity: Identity
    title: str
    duration_s: float | None
    is_live: bool
    formats: tuple[Format, ...]
    thumbnails: tuple[str, ...] = ()
    age_limit: int = 0
    performer: str | None = None


def probed_of(info: Mapping[str, Any]) -> Probed:
    """What `YoutubeDL.extract_info` found for one video, without a download.

    >>> info = {"id": "A", "extractor_key": "Youtube", "title": "T", "formats": [{"format_id": "18", "ext": "mp4"}]}
    >>> probed_of(info).identity
    Identity(extractor='youtube', media_id='A')
    """
    # A page of one form alone has it at the top.
    formats: Sequence[Mapping[str, Any]] = info.get("formats") or ([info] if info.get("url") else [])
    return Probed(
        identity=Identity(str(info.get("extractor_key") or "generic").lower(), str(info.get("id") or "")),
        title=str(info.get("title") or "").strip() or "Untitled",
        duration_s=_positive(info.get("duration")),
        is_live=bool(info.get("is_live")) or info.get("live_status") in _LIVE,
        formats=tuple(_format(one) for one in formats),
        thumbnails=tuple(str(one["url"]) for one in info.get("thumbnails") or () if one.get("url")),
        age_limit=int(info.get("age_limit") or 0),
        performer=info.get("artist") or info.get("uploader") or info.get("channel"),
    )


def _format(raw: Mapping[str, Any]) -> Format:
    sizes = {name: _positive(raw.get(name)) for name in ("width", "height", "filesize", "filesize_approx")}
    language = raw.get("language_preference")
    whole = {name: None if size is None else int(size) for name, size in sizes.items()}
    return Format(
        format_id=str(raw.get("format_id") or ""),
        ext=str(raw.get("ext") or "").lower(),
        width=whole["width"],
        height=whole["height"],
        bytes=whole["filesize"],
        approximate_bytes=whole["filesize_approx"],
        kbps=_positive(raw.get("tbr")),
        audio_kbps=_positive(raw.get("abr")),
        vcodec=raw.get("vcodec"),
        acodec=raw.get("acodec"),
        protocol=str(raw.get("protocol") or "https"),
        language_preference=-1 if language is None else int(language),
        # yt-dlp says "maybe" where only a download would tell.
        has_drm=raw.get("has_drm") is True,
    )


def _positive(number: object) -> float | None:
    return float(number) if isinstance(number, int | float) and number > 0 else None
