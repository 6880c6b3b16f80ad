"""What all methods share that put a message into a chat."""

from collections.abc import Mapping
from typing import Any

from local.simulator.call import Call
from local.simulator.chats import Chat
from local.simulator.errors import bad_request
from local.simulator.files import File
from local.simulator.formatting import Formatted, format_text
from local.simulator.keyboard import checked_markup
from local.simulator.messages import Message
from local.simulator.params import Params

#: UTF-16 code units after parsing.
_MAX_TEXT = 4096
_MAX_CAPTION = 1024


def post(
    call: Call,
    formatted: Formatted,
    content: Mapping[str, Any] | None = None,
    *,
    file: File | None = None,
    is_media: bool = False,
    media_group_id: str | None = None,
) -> dict[str, Any]:
    """Put a message into the call's chat, and give the Message that answers it.

    It is one of media, whose text is a caption, if it has a `file` or repeats one that `is_media`.
    """
    chat = call.require_chat()
    markup = checked_markup(call.params.json("reply_markup"))
    replied = _reply_target(call, chat)
    message = Message(
        call.bot.id,
        chat,
        call.world.messages.next_id(call.bot.id, chat),
        int(call.now),
        formatted.text,
        formatted.entities,
        dict(content or {}),
        is_media=is_media or file is not None,
        reply_markup=markup,
        reply_to=replied.message_id if replied else None,
        thread_id=call.params.integer("message_thread_id"),
    )
    call.world.messages.add(message)
    call.record(message, media=file.summary() if file else None, media_group_id=media_group_id)
    return message.to_json(replied)


def message_text(params: Params) -> Formatted:
    """The text of the call, neither empty nor too long."""
    formatted = _formatted(params, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if formatted.length > _MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def message_caption(params: Params) -> Formatted:
    """The caption of the call; none is an empty one."""
    formatted = _formatted(params, "caption", "caption_entities")
    if formatted.length > _MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def _formatted(params: Params, name: str, entities_name: str) -> Formatted:
    source = params.text(name) or ""
    entities = params.entities(entities_name)
    if entities and not params.raw("parse_mode"):
        return Formatted(source, entities).trimmed()
    return format_text(source, params.text("parse_mode"))


def _reply_target(call: Call, chat: Chat) -> Message | None:
    reply = call.params.json("reply_parameters")
    options = Params(reply) if isinstance(reply, dict) else call.params
    target = options.integer("message_id" if isinstance(reply, dict) else "reply_to_message_id")
    if not target:
        return None
    found = call.world.messages.get(call.bot.id, chat.id, target)
    if found is None and not options.flag("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found
