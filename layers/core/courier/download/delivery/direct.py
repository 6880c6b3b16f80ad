"""Files that are sent by a call and not by a bot's queue, as what Telegram says of them is needed at once.

An upload is one, and the first file that goes by a remembered `file_id`: should Telegram not know that any more, the
same waiter gets an upload. A lease lets one of all who answer do so for a file and bot.
"""

import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Protocol

from courier.download.delivery.bots import Bots
from courier.download.delivery.manners import Manners
from courier.download.delivery.memory import Memory
from courier.download.delivery.objects import NoSuchObjectError
from courier.download.delivery.uploading import KNOWN_S, needed_s, upload_s
from courier.errors import (
    CourierError,
    RejectedError,
    StateUnavailableError,
    TelegramError,
    TryLaterError,
    UnreachableError,
)
from courier.state.bot import Bot
from courier.state.files import FileTable
from courier.state.media import FileId, StoredFile, Waiter
from courier.telegram.answers import is_about_file
from courier.telemetry import log

#: Seconds for which a bot sends no file after Telegram had trouble with so many chats, one after another: then it is
#: no chat's matter, and a crowd that waits isn't tried one by one.
TROUBLE_S = 10.0
TROUBLE_CHATS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file for somebody.

    Attributes:
        content: Names the file.
        until: When a call must have ended, in seconds since 1970.
    """

    content: str
    bot: Bot
    waiter: Waiter
    file: StoredFile
    until: float


class Given(Enum):
    """What became of a file for somebody.

    Attributes:
        DONE: Sent, or can't be: the chat is out of reach.
        REFUSED: Telegram doesn't take it, or not there.
        GONE: The store doesn't have it.
    """

    DONE = auto()
    REFUSED = auto()
    GONE = auto()


class WaitsFor(Protocol):
    """Carries out work of the event loop for whoever isn't on it."""

    def __call__[T](self, work: Coroutine[Any, Any, T]) -> T: ...


class SendsFiles(Protocol):
    """Single calls; see `courier.download.delivery.uploading`."""

    async def upload(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, within_s: float) -> FileId: ...
    async def send(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, known: FileId) -> None: ...


class NotesUnreachable(Protocol):
    """Recipients who can't be written to."""

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Direct:
    """Calls that send files.

    Attributes:
        owner: Who makes them, against all others.
        clock: Seconds since 1970.
    """

    bots: Bots
    files: FileTable
    memory: Memory
    uploader: SendsFiles
    recipients: NotesUnreachable
    wait_for: WaitsFor
    manners: Manners
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    clock: Callable[[], float] = field(default=time.time)
    #: Until when a bot sends no file, after trouble; and the chats of its last calls, as long as none went well.
    _trouble: dict[int, float] = field(default_factory=dict)
    _troubled: dict[int, set[int | str]] = field(default_factory=dict)

    def is_sendable(self, wanted: Wanted) -> bool:
        """Whether an upload is worth a try.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        content, bot_id, file = wanted.content, wanted.bot.bot_id, wanted.file
        return file.bytes <= self.manners.upload_bytes and not self.memory.is_refused(content, bot_id, file)

    def give(self, wanted: Wanted) -> Given:
        """Send somebody a file by what Telegram calls it, or else by an upload.

        Raises:
            TryLaterError: if it makes no sense at the moment, or somebody else does it.
            TelegramError: if Telegram has trouble.
            StateUnavailableError: if something can't be reached.
        """
        self._look(wanted.bot)
        with self._leased(wanted):
            # Whoever had the lease before may have done it.
            known = self.files.file_id(wanted.content, wanted.bot.bot_id, self.manners.file_id_s)
            if known and wanted.waiter.waiter_id in known.waiter_ids:
                return Given.DONE
            if known and (given := self._send(wanted, known)):
                return given
            if not self.is_sendable(wanted):
                return Given.REFUSED
            return self._upload(wanted, known.waiter_ids if known else ())

    def _look(self, bot: Bot) -> None:
        if (trouble_s := self._trouble.get(bot.bot_id, 0.0) - self.clock()) > 0:
            raise TryLaterError("Telegram had trouble just now", after_s=round(trouble_s) + 1)
        if not bot.is_active:
            raise TryLaterError(f"the bot is {bot.status}", after_s=60)
        if held_s := self.bots.held_s(bot):
            raise TryLaterError("Telegram holds the bot", after_s=held_s)

    def _send(self, wanted: Wanted, known: FileId) -> Given | None:
        """By what Telegram calls it; None if that isn't so any more."""
        bot, waiter, file = wanted.bot, wanted.waiter, wanted.file
        self._left_s(wanted, KNOWN_S)
        try:
            self.wait_for(self.uploader.send(bot, self.bots.token(bot), waiter, file, known))
        except TelegramError as error:
            if isinstance(error, RejectedError) and is_about_file(error):
                log().info("Telegram doesn't know a file any more", key=file.key, reason=error.description)
                self.files.refused(wanted.content, bot.bot_id, known)
                return None
            return self._not_taken(wanted, error)
        self._taken(wanted, known.given_to(waiter.waiter_id))
        return Given.DONE

    def _upload(self, wanted: Wanted, others: tuple[str, ...]) -> Given:
        """The bytes.

        Args:
            others: Who got them before under a name that isn't good any more.
        """
        bot, waiter, file = wanted.bot, wanted.waiter, wanted.file
        within_s = min(self._left_s(wanted, needed_s(file)), upload_s(file))
        self._lease(wanted, within_s)
        try:
            found = self.wait_for(self.uploader.upload(bot, self.bots.token(bot), waiter, file, within_s))
        except NoSuchObjectError:
            return Given.GONE
        except TelegramError as error:
            if isinstance(error, RejectedError) and is_about_file(error):
                self.memory.note_refused(wanted.content, bot.bot_id, file)
            return self._not_taken(wanted, error)
        self._taken(wanted, found.given_to(*others, waiter.waiter_id))
        return Given.DONE

    def _left_s(self, wanted: Wanted, needed: float) -> float:
        left_s = wanted.until - self.clock()
        if left_s < needed:
            raise TryLaterError("the function ends too soon to send a file", after_s=1)
        return left_s

    def _taken(self, wanted: Wanted, known: FileId) -> None:
        bot_id = wanted.bot.bot_id
        self._troubled.pop(bot_id, None)
        self.files.save_file_id(wanted.content, bot_id, known)
        self.memory.note_good(bot_id, known)

    def _not_taken(self, wanted: Wanted, error: TelegramError) -> Given:
        if isinstance(error, UnreachableError):
            self._note(wanted.waiter, error)
            return Given.DONE
        if isinstance(error, RejectedError):
            # The chat's fault or the file's: where it is the chat's, the link meets it too, and the sender buries it.
            log().warning("Telegram doesn't take a file", key=wanted.file.key, reason=error.description)
            return Given.REFUSED
        self._note_trouble(wanted.bot, wanted.waiter)
        raise error

    def _note_trouble(self, bot: Bot, waiter: Waiter) -> None:
        """One chat for which Telegram fails doesn't keep the file from the others who wait for it."""
        chats = self._troubled.setdefault(bot.bot_id, set())
        chats.add(waiter.chat_id)
        if len(chats) >= TROUBLE_CHATS:
            self._trouble[bot.bot_id] = self.clock() + TROUBLE_S
            chats.clear()

    def _note(self, waiter: Waiter, error: UnreachableError) -> None:
        log().info("a chat can't be reached", chat_id=waiter.chat_id, reason=error.description)
        try:
            self.recipients.note(waiter.bot_id, waiter.chat_id, error.description)
        except StateUnavailableError as unavailable:
            log().warning("an unreachable recipient isn't remembered", reason=str(unavailable))

    @contextmanager
    def _leased(self, wanted: Wanted) -> Iterator[None]:
        self._lease(wanted, 2 * KNOWN_S)
        try:
            yield
        finally:
            try:
                self.files.release(wanted.content, wanted.bot.bot_id, self.owner)
            except CourierError as error:
                log().warning("a lease passes by itself", reason=str(error))

    def _lease(self, wanted: Wanted, seconds: float) -> None:
        """For what is to come; one who has it may ask for more."""
        if not self.files.lease(wanted.content, wanted.bot.bot_id, self.owner, int(seconds) + 1):
            raise TryLaterError("somebody else is sending it", after_s=5)
