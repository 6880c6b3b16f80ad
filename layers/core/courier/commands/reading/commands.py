"""Which command a message is, if it is one."""

import re
from dataclasses import dataclass
from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message

from courier.commands.ports import Asker
from courier.commands.reading.passages import Passage, passage_of

#: A prefix, a word, maybe the bot that is meant, and then a space or the end: `...`, `.5` and `./x` aren't commands.
_COMMAND = re.compile(r"\s*[./]([A-Za-z]+)(?:@([A-Za-z0-9_]+))?(?!\S)")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was written.

    Attributes:
        name: In lower case, without prefix and bot.
        rest: What follows it.
    """

    name: str
    rest: Passage


def command_in(passage: Passage, username: str | None) -> Command | None:
    """The command that a text begins with; None where there is none, or where it is for another bot.

    Args:
        username: The bot's; where it isn't known, a command that names a bot is for another.

    >>> command_in(Passage("/VDL@My_Bot 720p"), "my_bot")
    Command(name='vdl', rest=Passage(text=' 720p', marks=()))
    >>> command_in(Passage("/vdl@your_bot 720p"), "my_bot")
    >>> command_in(Passage("..."), "my_bot")
    """
    found = _COMMAND.match(passage.text)
    if found is None:
        return None
    name, named = found.groups()
    if named is not None and named.lower() != (username or "").lower():
        return None
    return Command(name.lower(), passage.after(found.end()))


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
