"""Updates that a bot hasn't taken yet: each chat's in their order."""

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: Kinds that a bot gets only if it names them.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
#: Seconds since 1970 before any simulator: ids begin above it, so that those of a new process aren't taken for repeats.
_LONG_AGO = 1_600_000_000


@dataclass(slots=True)
class Pending:
    """An update, and how it went so far. `chat_id` is its user's id, or its own, where there is no chat."""

    update_id: int
    kind: str
    chat_id: int
    body: dict[str, Any]
    born: float
    attempts: int = 0
    #: The last pause before another attempt, in seconds; each is twice as long as the one before.
    pause_s: float = 1.0

    @property
    def data(self) -> bytes:
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(slots=True)
class LastError:
    """What `getWebhookInfo` tells of a delivery that failed."""

    date: int
    message: str


@dataclass(slots=True)
class Outbox:
    """One bot's updates.

    Attributes:
        tasks: What delivers, by chat.
        slots: Connections that may be open at once.
        changed: Ends pauses: there is another webhook.
    """

    last_update_id: int
    chats: dict[int, deque[Pending]] = field(default_factory=dict)
    tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    last_error: LastError | None = None

    @classmethod
    def opened(cls, now: float) -> "Outbox":
        return cls(max(0, int(now) - _LONG_AGO))

    def __iter__(self) -> Iterator[Pending]:
        """All that wait, the oldest first."""
        waiting = (pending for queue in self.chats.values() for pending in queue)
        return iter(sorted(waiting, key=lambda pending: pending.update_id))

    def __len__(self) -> int:
        return sum(map(len, self.chats.values()))

    def add(self, kind: str, content: Any, chat_id: int | None, now: float) -> Pending:
        self.last_update_id += 1
        number = self.last_update_id
        body = {"update_id": number, kind: content}
        pending = Pending(number, kind, number if chat_id is None else chat_id, body, now)
        self.chats.setdefault(pending.chat_id, deque()).append(pending)
        return pending

    def remove(self, pending: Pending) -> None:
        """Done with, or too old. Somebody else may have dropped it meanwhile."""
        queue = self.chats.get(pending.chat_id)
        if queue and queue[0] is pending:
            queue.popleft()
        if not queue:
            self.chats.pop(pending.chat_id, None)

    def drop(self, below: int | None = None) -> None:
        """Forget what waits, or what `getUpdates` has confirmed."""
        for chat_id, queue in list(self.chats.items()):
            while queue and (below is None or queue[0].update_id < below):
                queue.popleft()
            if not queue:
                del self.chats[chat_id]


def is_allowed(kind: str, allowed: list[str]) -> bool:
    """Whether a bot gets updates of a kind.

    >>> is_allowed("message", []), is_allowed("chat_member", []), is_allowed("message", ["poll"])
    (True, False, False)
    """
    return kind in allowed if allowed else kind not in _ON_REQUEST


def chat_of(content: Any) -> int | None:
    """Whose order an update keeps: its chat's, else its user's."""
    if not isinstance(content, dict):
        return None
    inside = content.get("message")
    message = inside if isinstance(inside, dict) else {}
    for place in (content.get("chat"), message.get("chat"), content.get("from"), content.get("user")):
        if isinstance(place, dict) and isinstance(place.get("id"), int):
            return int(place["id"])
    return None
