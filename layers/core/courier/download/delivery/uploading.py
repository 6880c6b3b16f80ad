"""Calls that send a file: an upload, streamed from the store to the first chat that can have it; one by `file_id`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

from courier.contracts.fields import MAX_CAPTION_UNITS
from courier.download.delivery.bots import Bots
from courier.download.delivery.starting import Place, Starting
from courier.download.delivery.wording import cut
from courier.download.identity import content_of, thumb_key
from courier.errors import MigratedError, RateLimitedError, ServerFaultError, TokenRefusedError, TryLaterError
from courier.pacing.pace import DURABLE_S
from courier.pacing.slots import Slot
from courier.state.bot import Bot
from courier.state.media import FileId, StoredFile, Waiter
from courier.telegram.files import FilePart
from courier.telemetry import ensure_correlated, log

#: Seconds of an upload besides the time that its bytes take (a start among them), and bytes a second: those that it
#: gets, and those without which it isn't begun.
BASE_S, SLOWEST = 60, 500_000
NEEDED_S, USUAL = 10, 5_000_000
#: Seconds that no upload exceeds: a function ends at 900.
MOST_S = 840
#: Seconds that a call by `file_id` takes at most: its start, and then the call itself.
KNOWN_S = 40
#: Telegram: bytes of a thumbnail.
THUMBNAIL_BYTES = 200_000
#: Content types by our keys' endings.
_TYPES = {".mp4": "video/mp4", ".mp3": "audio/mpeg"}


class Uploads(Protocol):
    """The part of the Bot API that takes files; see `courier.telegram.client`."""

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any: ...
    async def upload(
        self, token: str, method: str, fields: Mapping[str, str], files: Sequence[FilePart], timeout_s: float
    ) -> Any: ...


class ReadsObjects(Protocol):
    """The store; see `courier.download.delivery.objects`."""

    def pieces(self, key: str) -> AsyncIterator[bytes]: ...
    async def small(self, key: str, most: int) -> bytes | None: ...


def upload_s(file: StoredFile) -> int:
    """Seconds that an upload may take.

    >>> upload_s(StoredFile(key="video/0.mp4", bytes=50_000_000, sha256=""))
    160
    """
    return min(MOST_S, BASE_S + file.bytes // SLOWEST)


def needed_s(file: StoredFile) -> int:
    """Seconds without which an upload isn't begun.

    >>> needed_s(StoredFile(key="video/0.mp4", bytes=50_000_000, sha256=""))
    20
    """
    return NEEDED_S + file.bytes // USUAL


@dataclass(frozen=True, slots=True)
class Uploader:
    """Uploads files."""

    telegram: Uploads
    starting: Starting
    objects: ReadsObjects
    bots: Bots

    async def upload(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, within_s: float) -> FileId:
        """Send a file to somebody who waits.

        Args:
            within_s: Seconds that it may take.

        Returns:
            What Telegram calls it, for this bot.

        Raises:
            TryLaterError: if it can't be sent there now.
            TelegramError: whatever else Telegram said.
            NoSuchObjectError: if the store doesn't have it.
            StateUnavailableError: if the store or Redis can't be reached.
        """
        return await self._moved(waiter, lambda one: self._upload(bot, token, one, file, within_s))

    async def send(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, known: FileId) -> None:
        """Send a file that Telegram should have.

        Raises:
            TryLaterError: if it can't be sent there now.
            TelegramError: whatever else Telegram said.
            StateUnavailableError: if Redis can't be reached.
        """
        await self._moved(waiter, lambda one: self._send(bot, token, one, file, known))

    async def _moved[T](self, waiter: Waiter, call: Callable[[Waiter], Awaitable[T]]) -> T:
        """What comes of a call, made again where the chat has a new id."""
        ensure_correlated(waiter.correlation_id)
        try:
            return await call(waiter)
        except MigratedError as error:
            log().info("chat moved", chat_id=waiter.chat_id, new_chat_id=error.new_chat_id)
            return await call(waiter.model_copy(update={"chat_id": error.new_chat_id}))

    async def _upload(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, within_s: float) -> FileId:
        place, began = Place.of(waiter.chat_id), time.monotonic()
        await self.starting.look(bot, place)
        slots: list[Slot] = []
        kind = _kind_of(file)
        thumbnail = await self.objects.small(thumb_key(content_of(file.key)), THUMBNAIL_BYTES)
        parts = [_thumbnail_part(thumbnail)] if thumbnail else []
        parts.append(_part(file, self._content(bot, place, file, slots)))
        fields = _fields(waiter, file, kind) | ({"thumbnail": "attach://thumb"} if thumbnail else {})
        call = self.telegram.upload(token, f"send{kind.capitalize()}", fields, parts, within_s)
        found = _file_id(await self._answer(bot, place, slots, call), kind)
        took_s = round(time.monotonic() - began, 3)
        log().info("file uploaded", bot_id=bot.bot_id, key=file.key, bytes=file.bytes, took_s=took_s)
        return found

    async def _send(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, known: FileId) -> None:
        place = Place.of(waiter.chat_id)
        slots = [await self.starting.wait(bot, place)]
        params = _addressed(waiter, file) | {known.media: known.file_id}
        await self._answer(bot, place, slots, self.telegram.call(token, f"send{known.media.capitalize()}", params))
        log().info("file sent by its file_id", bot_id=bot.bot_id, key=file.key)

    async def _answer(self, bot: Bot, place: Place, slots: list[Slot], call: Awaitable[Any]) -> Any:
        """A call's answer; what it means for the bot's pace is noted."""
        try:
            answer = await call
        except RateLimitedError as error:
            await self._refused(bot, place, slots, error)
        except TokenRefusedError as error:
            await asyncio.to_thread(self.bots.stop, bot, error.description)
            raise TryLaterError("the bot is stopped", after_s=60) from error
        for slot in slots:
            await self.starting.taken(bot, slot)
        return answer

    async def _content(self, bot: Bot, place: Place, file: StoredFile, slots: list[Slot]) -> AsyncIterator[bytes]:
        """The file; its last piece waits for the start."""
        left = file.bytes
        async for piece in self.objects.pieces(file.key):
            left -= len(piece)
            if left <= 0:
                slots.append(await self.starting.wait(bot, place))
            yield piece

    async def _refused(self, bot: Bot, place: Place, slots: list[Slot], error: RateLimitedError) -> None:
        is_bots = await self.starting.refused(bot, place, slots[0] if slots else None, error)
        if is_bots and error.retry_after_s > DURABLE_S:
            await asyncio.to_thread(self.bots.hold, bot, error.retry_after_s)
        raise TryLaterError(error.description, after_s=max(1, round(error.retry_after_s))) from error


def _kind_of(file: StoredFile) -> str:
    return "audio" if file.key.startswith("audio/") else "video"


def _part(file: StoredFile, content: AsyncIterator[bytes]) -> FilePart:
    ending = PurePosixPath(file.key).suffix
    name = f"{_plain(file.title) or _kind_of(file)}{ending}"
    content_type = _TYPES.get(ending, "application/octet-stream")
    return FilePart(_kind_of(file), name, content_type, file.bytes, content)


def _thumbnail_part(content: bytes) -> FilePart:
    async def once() -> AsyncIterator[bytes]:
        yield content

    return FilePart("thumb", "thumb.jpg", "image/jpeg", len(content), once())


def _addressed(waiter: Waiter, file: StoredFile) -> dict[str, Any]:
    """What a call says whatever brings the file. Without a parse mode, the caption is shown as it stands."""
    params: dict[str, Any] = {"chat_id": waiter.chat_id}
    if file.title.strip():
        params["caption"] = cut(file.title.strip(), MAX_CAPTION_UNITS).encode(errors="replace").decode()
    if waiter.reply_to is not None:
        params["reply_parameters"] = {"message_id": waiter.reply_to, "allow_sending_without_reply": True}
    if waiter.thread_id is not None:
        params["message_thread_id"] = waiter.thread_id
    return params


def _fields(waiter: Waiter, file: StoredFile, kind: str) -> dict[str, str]:
    """An upload's parameters, as a form has them."""
    fields = _addressed(waiter, file) | {"duration": file.duration}
    if kind == "video":
        fields |= {"width": file.width, "height": file.height, "supports_streaming": "true"}
    else:
        fields |= {"title": cut(file.title.strip(), 200), "performer": cut(file.performer.strip(), 200)}
    return {name: _text(value) for name, value in fields.items() if value not in (None, "")}


def _text(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, dict) else str(value)
    return text.encode(errors="replace").decode()


def _plain(title: str) -> str:
    """A title as a file's name: what any header and file system bears. The title itself is in the caption or tags.

    >>> _plain('A "B": c/d.é'), _plain("Кино")
    ('A B c d', '')
    """
    kept = "".join(char if char.isascii() and (char.isalnum() or char in "-_.()") else " " for char in title)
    return " ".join(kept.split())[:80].strip(" .")


def _file_id(answer: Any, kind: str) -> FileId:
    """What Telegram took the file for: a video without sound becomes an animation.

    Raises:
        ServerFaultError: if there is no file in the answer.
    """
    message = answer if isinstance(answer, dict) else {}
    for media in (kind, "video", "animation", "audio", "voice", "document"):
        file = message.get(media)
        if isinstance(file, dict) and isinstance(file.get("file_id"), str):
            return FileId(file_id=file["file_id"], media=media)
    raise ServerFaultError("an answer without the file")
