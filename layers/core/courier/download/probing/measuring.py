"""How large files are of which the page doesn't say it: asked of their servers, so that no download has to find out."""

from contextlib import suppress
from typing import Any

#: Pages with more forms than this mostly say how large they are, or would take too many questions.
_MOST = 4
#: Seconds for one answer.
_TIMEOUT_S = 5.0
_FILES = frozenset({"http", "https"})


def measure(ydl: Any, info: dict[str, Any]) -> None:
    """Write down the sizes of formats that are files and have none."""
    formats = info.get("formats") or ([info] if info.get("url") else [])
    asked = [one for one in formats if one.get("protocol") in _FILES and not one.get("filesize")]
    if len(asked) > _MOST:
        return
    for one in asked:
        # Some servers don't answer to it: then nobody knows. A refused address is told by the guard itself.
        with suppress(Exception):
            if (size := _size(ydl, one)) is not None:
                one["filesize"] = size


def _size(ydl: Any, one: dict[str, Any]) -> int | None:
    from yt_dlp.networking import HEADRequest  # noqa: PLC0415 - the media layer's

    # What a server compresses it counts compressed.
    headers = {**(one.get("http_headers") or {}), "Accept-Encoding": "identity"}
    request = HEADRequest(one["url"], headers=headers, extensions={"timeout": _TIMEOUT_S})
    with ydl.urlopen(request) as answer:
        length = answer.headers.get("Content-Length") or ""
    return int(length) if length.isascii() and length.isdigit() and int(length) else None
