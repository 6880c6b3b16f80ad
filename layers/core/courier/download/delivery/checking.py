"""Whether Telegram still knows a file by its `file_id`: asked once for a bot and job, and cheaply."""

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from courier.download.delivery.bots import Bots
from courier.errors import RejectedError, TelegramError
from courier.state.bot import Bot
from courier.state.media import FileId, StoredFile
from courier.telemetry import log

#: Bytes that the cloud's `getFile` serves. A server of one's own fetches the file for it, which is no cheap question.
ASKED_BYTES = 20_000_000
#: Seconds for which an answer is believed.
CHECKED_S = 900.0


class CallsTelegram(Protocol):
    """The Bot API."""

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any: ...


class WaitsFor(Protocol):
    """Carries out work of the event loop for whoever isn't on it."""

    def __call__[T](self, work: Coroutine[Any, Any, T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Checks:
    """Asks for files, and remembers the answers for a while.

    Attributes:
        is_local: Whether the Bot API server is one's own.
        clock: Seconds since 1970.
    """

    telegram: CallsTelegram
    bots: Bots
    wait_for: WaitsFor
    is_local: bool = False
    clock: Callable[[], float] = field(default=time.time)
    _good: dict[tuple[int, str], float] = field(default_factory=dict)

    def is_good(self, bot: Bot, known: FileId, file: StoredFile) -> bool:
        """Whether Telegram knows a file. Who can't be asked is believed.

        Raises:
            StateUnavailableError: if the bot's token can't be read.
        """
        if self.clock() - self._good.get((bot.bot_id, known.file_id), 0.0) <= CHECKED_S:
            return True
        if not bot.is_active or (self.is_local and file.bytes > ASKED_BYTES):
            return True
        try:
            params = {"file_id": known.file_id}
            self.wait_for(self.telegram.call(self.bots.token(bot), "getFile", params))
        except RejectedError as error:
            # A file may be there and too large to be served.
            if "too big" not in error.description.lower():
                log().info("Telegram doesn't know a file any more", key=file.key, reason=error.description)
                return False
        except TelegramError as error:
            log().info("Telegram isn't asked for a file now", reason=error.description)
            return True
        self.is_new(bot, known.file_id)
        return True

    def is_new(self, bot: Bot, file_id: str) -> None:
        """Telegram has just named a file so."""
        self._good[bot.bot_id, file_id] = self.clock()
