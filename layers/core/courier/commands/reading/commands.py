"""Which command a message is, if it is one."""

import re
from dataclasses import dataclass

from courier.commands.reading.passages import Passage

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
