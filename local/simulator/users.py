"""What users do: they write, press buttons, and whatever else a bot is told of."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from local.simulator.bots import Bot
from local.simulator.chats import Chat, find_chat
from local.simulator.errors import bad_request
from local.simulator.messages import Message, bot_user
from local.simulator.outbox import chat_of
from local.simulator.state import Simulator

#: Who speaks in a group where nobody is named.
_ANYBODY = 777


class Deed(BaseModel):
    """Something that a user does: one of `text`, `data` and `update`.

    Attributes:
        chat_id: Where. A private chat has its user's id.
        user_id: Who; in a private chat its user, else anybody.
        username: The `@name` that they go by, without the `@`.
        text: What is written; a command begins with a slash.
        reply_to: The message that it answers.
        data: Of the button that is pressed, which `message_id` has.
        update: Anything else: the update's kind, and what it holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bot_id: int
    chat_id: int | str | None = None
    user_id: int | None = None
    username: str | None = None
    text: str | None = None
    reply_to: int | None = None
    data: str | None = None
    message_id: int | None = None
    update: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(part is not None for part in (self.text, self.data, self.update)) != 1:
            raise ValueError("give one of text, data, update")
        if self.update is not None and len(self.update) != 1:
            raise ValueError("update has one key, its kind")
        if self.update is None and find_chat(self.chat_id) is None:
            raise ValueError("chat_id is no chat")
        return self


def user_json(user_id: int, username: str | None = None) -> dict[str, Any]:
    named = {"username": username} if username else {}
    return {"id": user_id, "is_bot": False, "first_name": f"User {user_id}", "language_code": "en"} | named


def carry_out(world: Simulator, deed: Deed) -> dict[str, int | None]:
    """Do it; the update's id, None where the bot isn't told, and the id of a new message.

    Raises:
        ApiError: There is no such button.
    """
    bot = world.bots.get(deed.bot_id)
    if deed.update is not None:
        ((kind, content),) = deed.update.items()
        return {"update_id": world.deliveries.add(bot, kind, content, chat_of(content)), "message_id": None}
    chat = find_chat(deed.chat_id)
    assert chat is not None
    user = user_json(deed.user_id or (chat.id if chat.id > 0 else _ANYBODY), deed.username)
    return _press(world, bot, chat, user, deed) if deed.data is not None else _write(world, bot, chat, user, deed)


def _write(world: Simulator, bot: Bot, chat: Chat, user: dict[str, Any], deed: Deed) -> dict[str, int | None]:
    text = deed.text or ""
    message_id = world.messages.next_id(bot.id, chat)
    said = {"message_id": message_id, "from": user, "chat": chat.to_json(), "date": int(world.clock()), "text": text}
    if text.startswith("/"):
        said["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
    answered = world.messages.get(bot.id, chat.id, deed.reply_to) if deed.reply_to else None
    if answered:
        said["reply_to_message"] = answered.to_json()
    # Whoever answers it finds it: its writer stands in the content, over the bot.
    world.messages.add(Message(bot.id, chat, message_id, int(world.clock()), text, content={"from": user}))
    is_told = world.settings.reads_groups or chat.id > 0 or _is_for_bot(bot, text, answered)
    update_id = world.deliveries.add(bot, "message", said, chat.id) if is_told else None
    return {"update_id": update_id, "message_id": message_id}


def _is_for_bot(bot: Bot, text: str, answered: Message | None) -> bool:
    """Of a group a bot hears commands, its name and answers, unless it may read all."""
    return (
        text.startswith("/")
        or f"@{bot_user(bot.id)['username']}" in text
        or (answered is not None and answered.is_bots)
    )


def _press(world: Simulator, bot: Bot, chat: Chat, user: dict[str, Any], deed: Deed) -> dict[str, int | None]:
    message = world.messages.get(bot.id, chat.id, deed.message_id or 0)
    rows = (message.reply_markup or {}).get("inline_keyboard", []) if message else []
    if message is None or deed.data not in {button.get("callback_data") for row in rows for button in row}:
        raise bad_request("there is no such button")
    query = {
        "id": str(world.deliveries.outbox(bot.id).last_update_id + 1),
        "from": user,
        "message": message.to_json(),
        "chat_instance": str(chat.id),
        "data": deed.data,
    }
    return {"update_id": world.deliveries.add(bot, "callback_query", query, chat.id), "message_id": None}
