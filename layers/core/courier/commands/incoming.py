"""An update as it came in, and what can be told of it without aiogram. Nothing in it is taken for what it should be."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from courier.contracts.envelope import open_envelope
from courier.contracts.updates import UPDATE_TYPES

#: Ids that messages may have here; see `courier.contracts.fields`.
_LARGEST = 2**53 - 1
#: Where an update's content names its chat, and its user.
_CHATS = (("chat",), ("message", "chat"), ("voter_chat",))
_USERS = (("from",), ("user",))
#: Either prefix and the beginning of a word: nothing else can be a command.
_COMMAND = re.compile(r"\s*[./](\w{1,64})")


@dataclass(frozen=True, slots=True)
class Person:
    """A user as an update names one."""

    user_id: int
    username: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A chat as an update names one."""

    chat_id: int
    chat_type: str | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update.

    Attributes:
        raw: As Telegram wrote it.
        sent_at: When it came in, in seconds since 1970; None where the envelope doesn't say.
    """

    bot_id: int
    update_id: int
    raw: Mapping[str, Any]
    sent_at: float | None = None

    @classmethod
    def of(cls, body: str) -> "Incoming":
        """From a message of the queue.

        Raises:
            RefusedMessageError: if there is no update in it.
        """
        opened = open_envelope(body, UPDATE_TYPES).message
        raw = {"update_id": opened.update.update_id, **(opened.update.model_extra or {})}
        return cls(opened.bot_id, opened.update.update_id, raw, _time_of(body))

    @property
    def kind(self) -> str:
        """What it is about, as Telegram calls it."""
        return next((name for name in self.raw if name != "update_id"), "nothing")

    @property
    def content(self) -> Mapping[str, Any]:
        """What stands under its kind; empty where that is no object."""
        found = self.raw.get(self.kind)
        return found if isinstance(found, dict) else {}

    @property
    def place(self) -> Place | None:
        """Its chat, if it has one."""
        for path in _CHATS:
            chat = _inside(self.content, path)
            chat_id = id_in(chat, "id")
            if chat_id is not None:
                return Place(chat_id, text_in(chat, "type"))
        return None

    @property
    def person(self) -> Person | None:
        """Its user, if it has one."""
        return next((found for path in _USERS if (found := person_of(_inside(self.content, path)))), None)

    @property
    def is_from_somebody(self) -> bool:
        """Whether it is a message that one user wrote: no bot, no channel, no anonymous admin."""
        sender = self.content.get("from")
        is_bot = isinstance(sender, dict) and sender.get("is_bot") is True
        return self.kind == "message" and not is_bot and "sender_chat" not in self.content and self.person is not None

    @property
    def command(self) -> str | None:
        """The command that a message may be, in lower case: whether there is one of that name isn't known here.

        >>> Incoming(1, 2, {"message": {"caption": ".VDL https://example.org"}}).command
        'vdl'
        >>> Incoming(1, 2, {"message": {"text": "... or so"}}).command
        """
        if self.kind != "message":
            return None
        text = text_in(self.content, "text") or text_in(self.content, "caption") or ""
        found = _COMMAND.match(text)
        return found[1].lower() if found else None


def id_in(content: Any, name: str) -> int | None:
    """A number that may be an id."""
    found = content.get(name) if isinstance(content, dict) else None
    return found if type(found) is int and 0 < abs(found) <= _LARGEST else None


def text_in(content: Any, name: str) -> str | None:
    """A text."""
    found = content.get(name) if isinstance(content, dict) else None
    return found if isinstance(found, str) else None


def person_of(user: Any) -> Person | None:
    """A user in Telegram's form."""
    user_id = id_in(user, "id")
    return None if user_id is None or user_id < 0 else Person(user_id, text_in(user, "username"))


def _inside(content: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _time_of(body: str) -> float | None:
    found = json.loads(body).get("timestamp")
    return float(found) if isinstance(found, int | float) else None
