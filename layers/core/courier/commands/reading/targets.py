"""Whom an admin means, and for how long."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from courier.access.durations import seconds_of
from courier.commands.reading.passages import reply_of
from courier.commands.reading.unclear import Unclear, escaped, quoted

if TYPE_CHECKING:
    from aiogram.types import Message, User

    from courier.commands.reading.commands import Command

_NAME = re.compile(r"@[A-Za-z0-9_]{1,32}")
_NUMBER = re.compile(r"[+-]?[0-9]+")
#: Telegram: users' ids have at most 52 significant bits.
_LARGEST_ID = 2**52
EXAMPLES = "<code>30d</code>, <code>2w</code>, <code>12h</code>, <code>45m</code> or <code>1h30m</code>"
_HOW = "Reply to one of their messages, or name them by @name or by id."
_A_BOT = Unclear("That is a bot. I go by what people may do. " + _HOW)
_A_CHAT = Unclear(
    "That message is from a channel or from an anonymous admin, so I can't see which user wrote it. " + _HOW
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user who was pointed at.

    Attributes:
        user_id: None where only the name is known.
        name: As it was written, or as Telegram gives it; empty for a mere id.
    """

    user_id: int | None
    name: str = ""

    @property
    def html(self) -> str:
        known = f"<code>{self.user_id}</code>"
        if self.name.startswith("@"):
            return f"{escaped(self.name)} ({known})"
        return f"<b>{escaped(self.name)}</b> ({known})" if self.name else known


@dataclass(frozen=True, slots=True)
class Order:
    """What follows an admin's command.

    Attributes:
        seconds: None where none were named.
    """

    person: Person | None = None
    seconds: int | None = None


def order_of(message: "Message", command: "Command", *, person: bool = False, time: bool = False) -> Order | Unclear:
    """What an admin wrote after a command, else to whom they reply. Nothing may be left over: it was meant somehow.

    Args:
        person: Whether the command is about a user.
        time: Whether it may be for a time.
    """
    users = [mark.user for mark in command.rest.marked("text_mention") if mark.user] if person else []
    if any(user.is_bot for user in users):
        return _A_BOT
    people = [_of_user(user) for user in users]
    times: list[int] = []
    left: list[str] = []
    for word in (command.rest.without("text_mention") if person else command.rest).words:
        someone, seconds = _person(word) if person else None, seconds_of(word) if time else None
        if someone:
            people.append(someone)
        elif seconds:
            times.append(seconds)
        else:
            left.append(word)
    if left:
        return _left_over(command.name, left[0], person=person and not people, time=time and not times)
    if len(people) > 1:
        return Unclear("One user at a time, please.")
    if len(times) > 1:
        return Unclear(f"One duration, please, without spaces: {EXAMPLES}.")
    whom = people[0] if people else (_replied(message) if person else None)
    return whom if isinstance(whom, Unclear) else Order(whom, times[0] if times else None)


def _person(word: str) -> Person | None:
    if _NAME.fullmatch(word):
        return Person(None, word)
    return Person(int(word)) if word.isascii() and word.isdigit() and _fits(word) else None


def _fits(digits: str) -> bool:
    return len(digits) <= len(str(_LARGEST_ID)) and 0 < int(digits) <= _LARGEST_ID


def _replied(message: "Message") -> Person | Unclear | None:
    """Who wrote what is replied to. Whoever writes as a chat has a user that Telegram makes up."""
    reply = reply_of(message)
    if reply is None:
        return None
    if reply.from_user is None or reply.sender_chat is not None:
        return _A_CHAT
    return _A_BOT if reply.from_user.is_bot else _of_user(reply.from_user)


def _of_user(user: "User") -> Person:
    return Person(user.id, user.full_name.lstrip("@"))


def _left_over(name: str, word: str, *, person: bool, time: bool) -> Unclear:
    """Why a word is none that a command takes.

    Args:
        person: Whether it still could name a user.
        time: Whether it still could be a duration.
    """
    shown = quoted(word)
    if person and (word.startswith("@") or _NUMBER.fullmatch(word)):
        return Unclear(f"{shown} is no user. {_HOW}")
    if time and word[0].isdigit():
        return Unclear(f"{shown} is no duration that I can take. Write {EXAMPLES}, ten years at most.")
    takes = ["a user (@name or id)"] * person + [f"a duration ({EXAMPLES})"] * time
    known = f"I could take {' or '.join(takes)} there." if takes else "It is more than I take there."
    return Unclear(f"I don't understand {shown} after <code>.{name}</code>, so I did nothing. {known}")
