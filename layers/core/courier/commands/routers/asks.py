"""The filter that every handler stands behind."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message

from courier.commands.ports import Asker
from courier.commands.reading.commands import command_in
from courier.commands.reading.passages import passage_of


class Asks(Filter):
    """Lets through messages that are one of some commands, and hands `command` to the handler.

    Only a user's own words are commands: what was forwarded or put together by an inline bot was written by somebody
    else, who may want an admin to say it. Chats that speak (channels, anonymous admins) and bots are nobody's.

    Args:
        names: Of commands, in lower case.
    """

    def __init__(self, *names: str) -> None:
        self.names = names

    def update_handler_flags(self, flags: dict[str, Any]) -> None:
        flags.setdefault("commands", []).extend(self.names)

    async def __call__(self, message: Message, asker: Asker | None = None) -> bool | dict[str, Any]:
        if asker is None or not _is_own(message):
            return False
        command = command_in(passage_of(message), asker.bot.username)
        return {"command": command} if command is not None and command.name in self.names else False


def _is_own(message: Message) -> bool:
    user = message.from_user
    if user is None or user.is_bot or message.sender_chat is not None:
        return False
    return message.forward_origin is None and message.via_bot is None
