"""What fetch and extract do in the guarded process: `courier.download.guard.running` finds these functions by name."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from courier.download.errors import Failure, failure_of
from courier.download.guard.downloader import guarded_ydl
from courier.download.guard.rules import Guard
from courier.download.identity import fetchable
from courier.download.kinds import ENDINGS, Kind
from courier.download.making.bounds import Bounds, EndedError
from courier.download.making.ffmpeg import Ffmpeg, FfmpegError, UnreadableError
from courier.download.making.options import download_options
from courier.download.making.orders import FetchOrder, Made, Order
from courier.download.making.pictures import MOST_SOURCE_BYTES, thumbnail
from courier.download.making.shaping import Shaper
from courier.download.making.tags import tag

type Note = Callable[[Any], None]


def fetch(payload: dict[str, Any], guard: Guard, note: Note) -> dict[str, Any]:
    """Download, and make of it what was wished for; a step's outcome."""
    began, order = time.monotonic(), FetchOrder.model_validate(payload)
    url = fetchable(order.url)
    guard.check_entry(url)
    bounds = Bounds(
        max_bytes=order.max_bytes,
        room_bytes=order.room_bytes,
        max_duration_s=order.max_duration_s,
        ends_at=began + order.download_s,
        expected_bytes=order.expected_bytes,
        note=note,
    )
    try:
        with guarded_ydl(download_options(order, bounds), guard, proxy=order.proxy) as ydl:
            source = _downloaded(ydl, url)

            def picture() -> Path | None:
                return _picture(ydl, order.thumbnail, order.folder / "picture")

            return _made(order, source, began, note, picture)
    except EndedError as ended:
        return ended.outcome


def extract(payload: dict[str, Any], _: Guard, note: Note) -> dict[str, Any]:
    """Make an mp3 of a stored video; a step's outcome."""
    began, order = time.monotonic(), Order.model_validate(payload)
    stored = order.folder / "picture"
    try:
        return _made(order, order.folder / "source", began, note, lambda: stored if stored.exists() else None)
    except EndedError as ended:
        return ended.outcome


def _made(order: Order, source: Path, began: float, note: Note, picture: Callable[[], Path | None]) -> dict[str, Any]:
    note({"stage": "Converting", "fraction": None})
    ffmpeg = Ffmpeg(order.ffmpeg)
    shaper = Shaper(ffmpeg, lambda: began + order.work_s - time.monotonic(), order.max_duration_s)
    target = order.folder / f"made.{ENDINGS[order.kind]}"
    try:
        media = (shaper.video if order.kind is Kind.VIDEO else shaper.audio)(source, target)
    except UnreadableError as error:
        raise EndedError.failed(Failure.TEMPORARY, str(error)) from error
    except FfmpegError as error:
        raise EndedError.failed(Failure.UNSUPPORTED, str(error)) from error
    except TimeoutError as error:
        raise EndedError.failed(Failure.TOO_LONG, str(error)) from error
    has_picture = ffmpeg.look(source).video is not None
    thumb = thumbnail(
        ffmpeg,
        order.folder / "thumb.jpg",
        picture=picture,
        video=source if has_picture else None,
        duration_s=media.duration_s,
    )
    if order.kind is Kind.AUDIO:
        tag(target, title=order.title, performer=order.performer, cover=thumb)
    made = Made(
        file=target.name,
        thumb=thumb.name if thumb else None,
        duration=round(media.duration_s) if media.duration_s else None,
        width=media.width,
        height=media.height,
    )
    return {"outcome": "made", "made": made.model_dump()}


def _downloaded(ydl: Any, url: str) -> Path:
    """The file that yt-dlp has downloaded, also where it is a list's only one.

    Raises:
        EndedError: yt-dlp couldn't. Its errors are read here: they hold others, of which the parent would see the words
            alone.
        FileNotFoundError: It said that it could, and there is nothing.
    """
    from yt_dlp.utils import YoutubeDLError  # noqa: PLC0415 - the media layer's

    try:
        info = ydl.extract_info(url)
    except YoutubeDLError as error:
        found = failure_of(error)
        raise EndedError.failed(found.failure, found.detail) from error
    entries = info.get("entries") if isinstance(info, dict) else None
    one = next(iter(entries), None) if entries is not None else info
    parts = (one or {}).get("requested_downloads") or []
    path = Path(parts[0]["filepath"]) if parts else None
    if path is None or not path.is_file() or not path.stat().st_size:
        raise FileNotFoundError("did not get any data")
    return path


def _picture(ydl: Any, url: str | None, target: Path) -> Path | None:
    """The site's picture. Without one the video is as good; only a refused address is told, by the guard itself."""
    if not url:
        return None
    with suppress(Exception):
        from yt_dlp.networking import Request  # noqa: PLC0415 - the media layer's

        with ydl.urlopen(Request(url, extensions={"timeout": 10.0})) as answer:
            data = answer.read(MOST_SOURCE_BYTES + 1)
        if 0 < len(data) <= MOST_SOURCE_BYTES:
            target.write_bytes(data)
            return target
    return None
