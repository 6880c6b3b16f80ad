"""Which video of a page is meant: the one that it is about, never a list."""

from typing import Any
from urllib.parse import urlsplit

from courier.download.errors import Failed, Failure
from courier.download.identity import normalised
from courier.download.sites import Page, known

#: Lists within lists that are followed: a post that embeds a page that embeds a video.
_DEPTH = 3
#: Where the number in an address isn't read by yt-dlp itself.
_NUMBERED = frozenset({"instagram"})


class NoneMeantError(Exception):
    """A list that isn't taken.

    Attributes:
        failed: Why.
    """

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.failed = Failed(Failure.UNSUPPORTED, detail)


def page_at(url: str) -> Page | None:
    """The page at an address, if it is of a site that we know."""
    parts = urlsplit(normalised(url))
    return known(parts.netloc, parts.path, parts.query.split("&"))


def item_of(url: str) -> int:
    """Which of a post's videos an address names; the first where it names none.

    >>> item_of("https://www.instagram.com/p/Cabc/?img_index=3"), item_of("https://example.com/?img_index=3")
    (3, 1)
    """
    page = page_at(url)
    number = page.media_id.rpartition("/")[2] if page and page.extractor in _NUMBERED else ""
    return int(number) if number.isdigit() and int(number) > 0 else 1


def first_options(item: int) -> dict[str, Any]:
    """yt-dlp's options by which `meant` can tell a list from a page: two of its entries, looked at when asked for."""
    return {"noplaylist": True, "playlist_items": f"{item}:{item + 1}", "extract_flat": "in_playlist"}


def meant(ydl: Any, url: str) -> dict[str, Any]:
    """The video of a page, without its download.

    A post (a tweet, a page of a site that nobody knows) is about its first video. A playlist, a channel or the parts of
    a film are about no one video: who wants one of them has a link to it.

    Raises:
        NoneMeantError: It is a list of several, or an empty one.
    """
    info = ydl.extract_info(url, download=False)
    for _ in range(_DEPTH):
        kind = info.get("_type", "video")
        if kind not in {"playlist", "multi_video"}:
            return dict(info)
        entries = [entry for entry in info.get("entries") or () if entry]
        if not entries:
            raise NoneMeantError("an empty list")
        is_post = kind == "playlist" and (info.get("extractor_key") == "Generic" or page_at(url) is not None)
        if len(entries) > 1 and not is_post:
            raise NoneMeantError(f"a list ({info.get('extractor_key')}), not one video")
        info = entries[0]
        if info.get("_type") in {"url", "url_transparent"}:
            info = ydl.process_ie_result(info, download=False)
    raise NoneMeantError("lists within lists")
