"""What a message means to Telegram: the method and its parameters, the chat that is paced by it, and what it costs."""

from dataclasses import dataclass, replace
from typing import Any

from courier.contracts.sending import Sending, SendMsg
from courier.errors import RefusedMessageError
from courier.state.bots import Bot


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API.

    Attributes:
        chat_id: The chat whose limits it is under.
        cost: Messages that it counts as.
    """

    method: str
    params: dict[str, Any]
    chat_id: int | str
    cost: int = 1

    @property
    def chat(self) -> str:
        """The chat as keys name it: Telegram's @names don't distinguish case."""
        return str(self.chat_id).lower()

    @property
    def is_group(self) -> bool:
        """Whether the limits of groups hold: negative ids do, and an @name does until its id is known."""
        return isinstance(self.chat_id, str) or self.chat_id < 0

    def to_chat(self, chat_id: int) -> "Call":
        """The same for another chat."""
        return replace(self, chat_id=chat_id, params=self.params | {"chat_id": chat_id})


def call_of(message: Sending, bot: Bot) -> Call:
    """The call that a message stands for.

    Raises:
        RefusedMessageError: if it stands for none.
    """
    match message:
        case SendMsg():
            return _send(message, bot)
        case _:
            raise RefusedMessageError(f"type: nothing sends {type(message).__name__}")


def _send(message: SendMsg, bot: Bot) -> Call:
    passed = {"chat_id", "text", "reply_markup", "parse_mode", "link_preview_options", "message_thread_id"}
    flags = {"disable_notification", "protect_content"}
    params = message.model_dump(mode="json", exclude_none=True, include=passed | flags)
    if message.parse_mode is None and bot.parse_mode is not None:
        params["parse_mode"] = bot.parse_mode
    if message.reply_to_message_id is not None:
        params["reply_parameters"] = {"message_id": message.reply_to_message_id}
    return Call("sendMessage", params, message.chat_id)
