"""yt-dlp's options for a download, beside those that keep it within the guard's sight."""

from typing import Any

from courier.download.making.bounds import Bounds
from courier.download.making.orders import FetchOrder

#: Seconds without a byte after which a connection is given up, and tries after the first.
SOCKET_S, RETRIES = 15, 3
#: Pieces of HLS and DASH that are fetched side by side.
_PIECES = 4


class Silence:
    """yt-dlp's words; those that matter come as exceptions."""

    def debug(self, _: str) -> None: ...
    def info(self, _: str) -> None: ...
    def warning(self, _: str) -> None: ...
    def error(self, _: str) -> None: ...


def download_options(order: FetchOrder, bounds: Bounds) -> dict[str, Any]:
    """For one file in the order's folder, `got` with whatever ending."""
    return {
        "logger": Silence(),
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "format": order.selector,
        # One of several videos is what the probe took.
        "noplaylist": True,
        "playlist_items": str(order.item),
        "outtmpl": {"default": str(order.folder / "got.%(ext)s")},
        "merge_output_format": "mp4/mkv",
        # What comes is looked at and made an mp4 by `shaping`, in one go.
        "fixup": "never",
        "overwrites": True,
        "continuedl": False,
        "ffmpeg_location": str(order.ffmpeg),
        "js_runtimes": {"deno": {"path": str(order.deno)}} if order.deno else {},
        "socket_timeout": SOCKET_S,
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": RETRIES - 1,
        "skip_unavailable_fragments": False,
        "concurrent_fragment_downloads": _PIECES,
        "match_filter": bounds.page,
        "progress_hooks": [bounds.progress],
        **_cookies(order),
    }


def _cookies(order: FetchOrder) -> dict[str, Any]:
    if not order.cookies:
        return {}
    path = order.folder / "cookies.txt"
    path.touch(mode=0o600)
    path.write_text(order.cookies, encoding="utf-8")
    return {"cookiefile": str(path)}
