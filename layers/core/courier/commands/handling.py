"""aiogram: a Dispatcher with routers, and a Bot that can't call. Imported at the first command; see `loading`."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any, Never

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.base import BaseSession
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import Update
from pydantic import ValidationError


class NoSession(BaseSession):
    """Refuses every call: all that goes out is put on the bot's queue, where it is paced and sent once."""

    async def close(self) -> None:
        """Nothing is open."""

    async def make_request(self, *_: Any, **__: Any) -> Never:
        """Refuse."""
        raise RuntimeError("a handler speaks through `replies`: Telegram is called by the sender alone")

    def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes]:
        """Refuse."""
        raise RuntimeError("a handler downloads nothing: that is the download machine's work")


class Handling:
    """Routers and what feeds them."""

    def __init__(self, routers: Iterable[Router]) -> None:
        # Without a state machine: it keeps memory between updates, which no other process has.
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.include_routers(*routers)
        self._session = NoSession()

    async def take(self, telegram_id: int, raw: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        """Feed an update to the handlers; nothing goes on when this has come to its end.

        Args:
            telegram_id: Of the bot.
            given: What handlers are given, by name.

        Returns:
            Whether one took it. What isn't an update to aiogram is nobody's.
        """
        # Its token stands nowhere here: aiogram wants one, and reads the bot's id from it.
        bot = Bot(f"{telegram_id}:none", session=self._session)
        try:
            # What `feed_raw_update` does first. An error of a handler must not look like one of the update.
            update = Update.model_validate(raw, context={"bot": bot})
        except (ValidationError, RecursionError):
            return False
        return await self._dispatcher.feed_update(bot, update, **given) is not UNHANDLED
