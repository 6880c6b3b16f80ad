"""An answer for each who waits: the file by what Telegram calls it, by one upload, or by a link; or an apology.

Whoever answers may die at any instruction, and is called again: messages have the waiter's id for their name, and an
upload is remembered together with the one who got it by that.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Protocol

from courier.download.delivery import wording
from courier.download.delivery.bots import Bots
from courier.download.delivery.checking import Checks, WaitsFor
from courier.download.delivery.mail import Mail
from courier.download.delivery.objects import NoSuchObjectError
from courier.download.delivery.progress import ProgressEnds
from courier.download.delivery.uploading import needed_s, upload_s
from courier.download.errors import Failure
from courier.errors import (
    CourierError,
    RefusedMessageError,
    RejectedError,
    StateUnavailableError,
    TelegramError,
    TryLaterError,
    UnreachableError,
)
from courier.state.bot import Bot
from courier.state.files import FileTable
from courier.state.links import LinkTable
from courier.state.media import FileId, Outcome, StoredFile, Waiter
from courier.state.progress import ProgressTable
from courier.telemetry import correlated, log

#: Seconds for which a bot uploads nothing after Telegram had trouble with so many chats, one after another: then it is
#: no chat's matter, and a crowd that waits isn't tried one by one.
TROUBLE_S = 10.0
TROUBLE_CHATS = 3


class UploadsOnce(Protocol):
    """Uploads; see `courier.download.delivery.uploading`."""

    async def upload(self, bot: Bot, token: str, waiter: Waiter, file: StoredFile, within_s: float) -> FileId: ...


class NotesUnreachable(Protocol):
    """Recipients who can't be written to."""

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Manners:
    """What is done with files.

    Attributes:
        upload_bytes: The largest that is uploaded; others are linked to.
        file_id_s: Seconds for which a `file_id` is believed.
        public_url: Where links open; empty: there are none.
        link_hours: For how long they do.
    """

    upload_bytes: int
    file_id_s: int
    public_url: str = ""
    link_hours: int = 72


@dataclass(frozen=True, slots=True)
class FileAnswers:
    """See `courier.download.accumulation.Answers`. Calls block: not for the event loop's own thread.

    Attributes:
        until: When an upload must have ended, in seconds since 1970.
        owner: Who uploads, against all others.
        clock: Seconds since 1970.
    """

    bots: Bots
    files: FileTable
    links: LinkTable
    progress: ProgressTable
    mail: Mail
    checks: Checks
    uploader: UploadsOnce
    recipients: NotesUnreachable
    wait_for: WaitsFor
    manners: Manners
    until: float = float("inf")
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    clock: Callable[[], float] = field(default=time.time)
    #: Until when a bot uploads nothing, after trouble; and the chats of its last uploads, as long as none went well.
    _trouble: dict[int, float] = field(default_factory=dict)
    _troubled: dict[int, set[int | str]] = field(default_factory=dict)

    def within(self, until: float) -> "FileAnswers":
        """The same, for a function that ends then."""
        return replace(self, until=until)

    def answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        """See `courier.download.accumulation.Answers`."""
        with correlated(waiter.correlation_id, bot_id=waiter.bot_id, waiter=waiter.waiter_id):
            try:
                self._answer(waiter, outcome, file)
            except RefusedMessageError as error:
                log().error("an answer that no queue takes", reason=str(error))
            except CourierError:
                raise
            except Exception as error:
                # A fault of ours with one must not cost the others their answers.
                log().exception("unforeseen")
                raise TryLaterError(f"tg-courier failed on it: {type(error).__name__} {error}", after_s=60) from error

    def _answer(self, waiter: Waiter, outcome: Outcome, file: StoredFile | None) -> None:
        bot = self.bots.get(waiter.bot_id)
        if bot is None:
            log().info("nobody is left to answer", reason="the bot is gone")
            return
        if outcome.failure is not None or file is None:
            self.mail.text(waiter, wording.apology(outcome.failure or Failure.TEMPORARY))
        else:
            self._give(bot, waiter, file)
        self.forget(waiter)

    def forget(self, waiter: Waiter) -> None:
        """Take away the message that told how far it was, if there is one: also for one who wants it no more.

        Raises:
            StateUnavailableError: if table or queue can't be reached.
        """
        ProgressEnds(self.progress, self.mail).forget(waiter)

    def _give(self, bot: Bot, waiter: Waiter, file: StoredFile) -> None:
        content = _hash_of(file)
        known = self.files.file_id(content, bot.bot_id, self.manners.file_id_s)
        if known and known.waiter_id == waiter.waiter_id:
            return
        if known and self.checks.is_good(bot, known, file):
            self.mail.file(waiter, known, file)
            return
        if known:
            self.files.refused(content, bot.bot_id, known)
        if file.bytes > self.manners.upload_bytes:
            self._link(waiter, file)
        else:
            self._upload(bot, waiter, file, content)

    def _upload(self, bot: Bot, waiter: Waiter, file: StoredFile, content: str) -> None:
        within_s = self._time_for(bot, file)
        if not self.files.lease(content, bot.bot_id, self.owner, int(within_s) + 1):
            raise TryLaterError("somebody else is uploading it", after_s=5)
        try:
            # Whoever had the lease before may have done it.
            known = self.files.file_id(content, bot.bot_id, self.manners.file_id_s)
            if known is None:
                self._send(bot, waiter, file, content, within_s)
            elif known.waiter_id != waiter.waiter_id:
                self.mail.file(waiter, known, file)
        finally:
            self._release(content, bot)

    def _time_for(self, bot: Bot, file: StoredFile) -> float:
        """Seconds that an upload may take.

        Raises:
            TryLaterError: if one makes no sense at the moment.
        """
        now = self.clock()
        trouble_s, left_s = self._trouble.get(bot.bot_id, 0.0) - now, self.until - now
        if trouble_s > 0:
            raise TryLaterError("Telegram had trouble just now", after_s=round(trouble_s) + 1)
        if not bot.is_active:
            raise TryLaterError(f"the bot is {bot.status}", after_s=60)
        if held_s := self.bots.held_s(bot):
            raise TryLaterError("Telegram holds the bot", after_s=held_s)
        if left_s < needed_s(file):
            raise TryLaterError("the function ends too soon for an upload", after_s=1)
        return min(left_s, upload_s(file))

    def _send(self, bot: Bot, waiter: Waiter, file: StoredFile, content: str, within_s: float) -> None:
        try:
            found = self.wait_for(self.uploader.upload(bot, self.bots.token(bot), waiter, file, within_s))
        except UnreachableError as error:
            self._note(waiter, error)
        except RejectedError as error:
            # The chat's fault or the file's: where it is the chat's, the link meets it too, and the sender buries it.
            log().warning("Telegram doesn't take a file", key=file.key, reason=error.description)
            self._link(waiter, file)
        except NoSuchObjectError:
            log().error("a file is gone from the store", key=file.key)
            self.files.missing(content, file)
            self.mail.text(waiter, wording.apology(Failure.TEMPORARY))
        except TelegramError:
            self._note_trouble(bot, waiter)
            raise
        else:
            self._troubled.pop(bot.bot_id, None)
            self.files.save_file_id(content, bot.bot_id, found.model_copy(update={"waiter_id": waiter.waiter_id}))
            self.checks.is_new(bot, found.file_id)

    def _note_trouble(self, bot: Bot, waiter: Waiter) -> None:
        """One chat for which Telegram fails doesn't keep the file from the others who wait for it."""
        chats = self._troubled.setdefault(bot.bot_id, set())
        chats.add(waiter.chat_id)
        if len(chats) >= TROUBLE_CHATS:
            self._trouble[bot.bot_id] = self.clock() + TROUBLE_S
            chats.clear()

    def _link(self, waiter: Waiter, file: StoredFile) -> None:
        manners = self.manners
        if not manners.public_url:
            self.mail.text(waiter, wording.apology(Failure.TOO_LARGE))
            return
        token = self.links.make(file.key, file.title, manners.link_hours * 3600)
        url = f"{manners.public_url}/m/{token}"
        self.mail.text(waiter, wording.link_words(file.title, file.bytes, url, manners.link_hours))

    def _note(self, waiter: Waiter, error: UnreachableError) -> None:
        log().info("a chat can't be reached", chat_id=waiter.chat_id, reason=error.description)
        try:
            self.recipients.note(waiter.bot_id, waiter.chat_id, error.description)
        except StateUnavailableError as unavailable:
            log().warning("an unreachable recipient isn't remembered", reason=str(unavailable))

    def _release(self, content: str, bot: Bot) -> None:
        try:
            self.files.release(content, bot.bot_id, self.owner)
        except CourierError as error:
            log().warning("an upload's lease passes by itself", reason=str(error))


def _hash_of(file: StoredFile) -> str:
    """Of the object: several requests may lead to one, and share what Telegram calls it.

    >>> _hash_of(StoredFile(key="video/0f.mp4", bytes=1, sha256=""))
    '0f'
    """
    return PurePosixPath(file.key).stem
