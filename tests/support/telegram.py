"""A Telegram that answers in process, and remembers when each call started."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from courier.errors import TelegramError


@dataclass(frozen=True)
class Heard:
    """A call as it arrived."""

    at: float
    method: str
    params: dict[str, Any]
    token: str

    @property
    def text(self) -> str:
        return str(self.params.get("text"))

    @property
    def chat_id(self) -> int | str:
        chat_id = self.params["chat_id"]
        assert isinstance(chat_id, int | str)
        return chat_id


type Reaction = TelegramError | dict[str, Any] | None


@dataclass
class FakeTelegram:
    """Answers every call after `latency_s`, unless `react` says otherwise.

    `way_s` says how long the next call is on its way before it is heard, `ways` how long that takes to a chat.
    """

    latency_s: float = 0.0
    way_s: Callable[[], float] = lambda: 0.0
    ways: dict[int | str, float] = field(default_factory=dict)
    react: Callable[[Heard], Reaction] = lambda _: None
    heard: list[Heard] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        await asyncio.sleep(self.way_s() + self.ways.get(params.get("chat_id", 0), 0.0))
        heard = Heard(asyncio.get_running_loop().time(), method, params, token)
        self.heard.append(heard)
        self.called.set()
        await asyncio.sleep(self.latency_s)
        reaction = self.react(heard)
        if isinstance(reaction, TelegramError):
            raise reaction
        return reaction if reaction is not None else {"message_id": len(self.heard)}

    def texts(self, chat_id: int | str | None = None) -> list[str]:
        return [heard.text for heard in self.heard if chat_id is None or heard.params.get("chat_id") == chat_id]

    def busiest(self, window_s: float) -> int:
        """The most calls that any stretch of so many seconds held."""
        times = sorted(heard.at for heard in self.heard)
        return max((sum(start <= at < start + window_s for at in times) for start in times), default=0)
