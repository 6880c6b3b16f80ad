"""Forwards and copies of messages that the bot has in some chat."""

from collections.abc import Callable
from typing import Any

from local.simulator.call import Call, Method
from local.simulator.chats import find_chat
from local.simulator.errors import bad_request
from local.simulator.formatting import Formatted
from local.simulator.messages import Message, bot_user
from local.simulator.methods.delete import message_ids
from local.simulator.methods.posting import message_caption, post


def copy_message(call: Call) -> dict[str, int]:
    return _copy(call, _source(call, call.params.integer("message_id"), "copy"))


def copy_messages(call: Call) -> list[dict[str, int]]:
    return _each(call, _copy)


def forward_message(call: Call) -> dict[str, Any]:
    return _forward(call, _source(call, call.params.integer("message_id"), "forward"))


def forward_messages(call: Call) -> list[dict[str, int]]:
    return [{"message_id": message["message_id"]} for message in _each(call, _forward)]


def _copy(call: Call, source: Message) -> dict[str, int]:
    formatted = Formatted(source.text, source.entities)
    if source.is_media and call.params.raw("caption") is not None:
        formatted = message_caption(call.params)
    return {"message_id": post(call, formatted, source.content, is_media=source.is_media)["message_id"]}


def _forward(call: Call, source: Message) -> dict[str, Any]:
    origin = {"type": "user", "sender_user": bot_user(source.bot_id), "date": source.date}
    content = {**source.content, "forward_origin": origin}
    return post(call, Formatted(source.text, source.entities), content, is_media=source.is_media)


def _each[T](call: Call, relay: Callable[[Call, Message], T]) -> list[T]:
    """Relay what exists of several messages; nothing is an error only if nothing exists."""
    chat = call.known_chat(find_chat(call.params.raw("from_chat_id")), "from_chat_id")
    found = [call.world.messages.get(call.bot.id, chat.id, each) for each in message_ids(call.params)]
    sources = [source for source in found if source]
    if not sources:
        raise bad_request("there are no messages to forward")
    return [relay(call, source) for source in sources]


def _source(call: Call, message_id: int | None, verb: str) -> Message:
    call.require_chat()
    chat = call.known_chat(find_chat(call.params.raw("from_chat_id")), "from_chat_id")
    source = call.world.messages.get(call.bot.id, chat.id, message_id) if message_id else None
    if source is None:
        raise bad_request(f"message to {verb} not found")
    return source


METHODS = (
    Method("copyMessage", copy_message),
    Method("copyMessages", copy_messages),
    Method("forwardMessage", forward_message),
    Method("forwardMessages", forward_messages),
)
