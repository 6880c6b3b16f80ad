"""The messages that can still be edited, deleted, copied or replied to: the last ones, up to a limit."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any

from local.simulator.chats import Chat
from local.simulator.formatting.formatted import Entity
from local.simulator.keyboard import inline_only


def bot_user(bot_id: int) -> dict[str, object]:
    return {"id": bot_id, "is_bot": True, "first_name": f"Bot {bot_id}", "username": f"bot{bot_id}_bot"}


@dataclass(slots=True)
class Message:
    """One message in a chat. `content` is what only media and relayed messages have, as the Bot API names it."""

    bot_id: int
    chat: Chat
    message_id: int
    date: int
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    is_media: bool = False
    reply_markup: dict[str, Any] | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    edit_date: int | None = None

    @property
    def is_bots(self) -> bool:
        """Whether the bot wrote it; a user's has its writer in `content`."""
        return "from" not in self.content

    def to_json(self, replied: "Message | None" = None) -> dict[str, Any]:
        """The Bot API's Message object, with the message it replies to where that is given."""
        body: dict[str, Any] = {
            "message_id": self.message_id,
            "from": bot_user(self.bot_id),
            "chat": self.chat.to_json(),
            "date": self.date,
        }
        if self.text:
            body["caption" if self.is_media else "text"] = self.text
        if self.entities:
            body["caption_entities" if self.is_media else "entities"] = self.entities
        body |= self.content
        if self.thread_id is not None:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if markup := inline_only(self.reply_markup):
            body["reply_markup"] = markup
        if replied:
            body["reply_to_message"] = replied.to_json()
        return body


class Messages:
    """Messages by bot, chat and id."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._messages: OrderedDict[tuple[int, int, int], Message] = OrderedDict()
        self._last_ids: Counter[int] = Counter()

    def next_id(self, bot_id: int, chat: Chat) -> int:
        """As Telegram counts: a supergroup for itself, all other chats of a bot together."""
        counter = chat.id if chat.type == "supergroup" else bot_id
        self._last_ids[counter] += 1
        return self._last_ids[counter]

    def add(self, message: Message) -> None:
        self._messages[message.bot_id, message.chat.id, message.message_id] = message
        if len(self._messages) > self._limit:
            self._messages.popitem(last=False)

    def get(self, bot_id: int, chat_id: int, message_id: int) -> Message | None:
        return self._messages.get((bot_id, chat_id, message_id))

    def remove(self, bot_id: int, chat_id: int, message_id: int) -> bool:
        """Whether there was such a message."""
        return self._messages.pop((bot_id, chat_id, message_id), None) is not None

    def clear(self) -> None:
        self._messages.clear()
        self._last_ids.clear()
