"""Chats: everything with a number or a name is one, until it is said to be missing."""

import re
import zlib
from dataclasses import dataclass

#: Supergroups and channels lie below; basic groups are the negative ids above.
_SUPERGROUP = -1_000_000_000_000
_NUMBER = re.compile(r"-?\d{1,19}")
_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Chat:
    id: int
    username: str | None = None

    @property
    def type(self) -> str:
        if self.id > 0:
            return "private"
        return "supergroup" if self.id <= _SUPERGROUP else "group"

    def to_json(self) -> dict[str, object]:
        if self.id > 0:
            return {"id": self.id, "type": "private", "first_name": f"User {self.id}"}
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.type, "title": f"Chat {self.id}", **named}


def find_chat(value: object) -> Chat | None:
    """The chat that `chat_id` names, or None if it can't be one. An `@name` always has the same supergroup's id.

    >>> find_chat("42"), find_chat("@News") == find_chat("@news"), find_chat(0), find_chat("news")
    (Chat(id=42, username=None), False, None, None)
    >>> find_chat("@News").id == find_chat("@news").id
    True
    """
    text = str(value).strip()
    if _NUMBER.fullmatch(text) and not isinstance(value, bool):
        return Chat(int(text)) if int(text) else None
    if _NAME.fullmatch(text):
        return Chat(_SUPERGROUP - 1 - zlib.crc32(text.lower().encode()), text[1:])
    return None
