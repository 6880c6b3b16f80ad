"""One call of a Bot API method, and what a method is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.simulator.bots import Bot
from local.simulator.chats import Chat, find_chat
from local.simulator.errors import bad_request
from local.simulator.journal import Accepted
from local.simulator.messages import Message
from local.simulator.params import Params
from local.simulator.state import Simulator


@dataclass(slots=True)
class Call:
    """A call on its way: by whom, of what, with what. `now` is when it arrived."""

    world: Simulator
    bot: Bot
    method: "Method"
    params: Params
    chat: Chat | None = None
    now: float = 0.0

    def __post_init__(self) -> None:
        self.chat = find_chat(self.params.raw("chat_id"))

    @property
    def chat_id(self) -> int | None:
        return self.chat.id if self.chat else None

    def require_chat(self) -> Chat:
        return self.known_chat(self.chat, "chat_id")

    def known_chat(self, chat: Chat | None, name: str) -> Chat:
        """The chat, if it is one and exists."""
        if self.params.raw(name) is None:
            raise bad_request(f"{name} is empty")
        if chat is None or self.world.settings.is_missing(chat):
            raise bad_request("chat not found")
        return chat

    def record(self, message: Message, **more: Any) -> None:
        """Write down that something became of a message."""
        accepted = Accepted(
            self.now,
            self.bot.id,
            message.chat.id,
            self.method.name,
            message.message_id,
            message.text,
            message.reply_markup,
            message.reply_to,
            message.entities,
            thread_id=message.thread_id,
            **more,
        )
        self.world.accepted.append(accepted)


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Bot API: its result for a call, and what the call costs."""

    name: str
    handle: Callable[[Call], Any]
    #: Whether it spends the budgets of its bot and chat.
    paced: bool = True
    cost: Callable[[Params], int] = lambda _: 1
