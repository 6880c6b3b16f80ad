"""What is kept of yt-dlp's findings: the little that decides, and by which identity the page is known."""

import re
from collections.abc import Mapping
from typing import Any

from courier.download.identity import URL, BadUrlError, Identity, identity_of, normalised

_TOP = (
    *("id", "extractor_key", "title", "duration", "is_live", "live_status", "age_limit", "artist", "uploader"),
    *("channel", "url"),
)
_FORMAT = (
    *("format_id", "ext", "width", "height", "filesize", "filesize_approx", "tbr", "abr", "vcodec", "acodec"),
    *("protocol", "language_preference", "has_drm"),
)
#: The best thumbnail is the last; some pages have hundreds.
_THUMBNAILS = 3
#: Extractors that speak for the page itself, whatever its address.
_ANY_PAGE = frozenset({"generic", "html5mediaembed"})
#: What the second of them puts behind a page's title.
_NUMBER = re.compile(r" \(1\)$")


def kept(info: Mapping[str, Any]) -> dict[str, Any]:
    """What `probed_of` reads, as JSON."""
    found = {name: info[name] for name in (*_TOP, *_FORMAT) if info.get(name) is not None}
    pictures = [one for one in info.get("thumbnails") or () if one.get("url")][-_THUMBNAILS:]
    return found | {
        "title": _title(info),
        "duration": info.get("duration") or _length(info),
        "formats": [{name: one[name] for name in _FORMAT if one.get(name) is not None} for one in _formats(info)],
        "thumbnails": [{"url": one["url"]} for one in pictures],
    }


def _formats(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(info.get("formats") or ())] or ([info] if info.get("url") else [])


def _title(info: Mapping[str, Any]) -> str:
    title = str(info.get("title") or "")
    return _NUMBER.sub("", title) if info.get("extractor_key") == "HTML5MediaEmbed" else title


def _length(info: Mapping[str, Any]) -> float | None:
    """Seconds, as a manifest's pieces say, where the page doesn't."""
    pieces = [one.get("fragments") or [] for one in _formats(info)]
    return max((sum(piece.get("duration") or 0.0 for piece in of_one) for of_one in pieces), default=0.0) or None


def led_to(info: Mapping[str, Any], url: str) -> str:
    """The one form of the address that a link led to in the end.

    >>> led_to({"webpage_url": "http://a.example/b?utm_source=c"}, "https://s.example/1"), led_to({}, "a.example/1")
    ('https://a.example/b', 'https://a.example/1')
    """
    try:
        return normalised(str(info.get("webpage_url") or url))
    except BadUrlError:
        return normalised(url)


def canonical(info: Mapping[str, Any], url: str) -> Identity:
    """By which identity a page is known from now on: what the link led to, where that says more than the link.

    A link that names its page already stays what it is: the site may leave the key to an unlisted video out of what it
    tells, and under less than was asked for others would get it who don't have the key. And a page speaks for itself
    alone: the extractor that found the media must be the one of the address that it claims.

    >>> canonical({"extractor_key": "Youtube", "webpage_url": "https://youtu.be/dQw4w9WgXcQ"}, "https://s.example/1")
    Identity(extractor='youtube', media_id='dQw4w9WgXcQ')

    Args:
        info: What yt-dlp found.
        url: The link, as the user gave it.
    """
    asked = identity_of(url)
    if not asked.media_id.startswith(("http://", "https://")):
        return asked
    try:
        final = identity_of(str(info.get("webpage_url") or url))
    except BadUrlError:
        return asked
    key = str(info.get("extractor_key") or "").lower()
    return final if final.extractor == (URL if key in _ANY_PAGE else key) else asked
