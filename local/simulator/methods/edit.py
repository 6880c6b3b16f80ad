"""Edits: of text, caption, media or keyboard; one that changes nothing is an error."""

from typing import Any

from local.simulator.call import Call, Method
from local.simulator.errors import bad_request
from local.simulator.files import File, file_of
from local.simulator.formatting import Formatted
from local.simulator.keyboard import checked_markup
from local.simulator.messages import Message
from local.simulator.methods.media import media_content
from local.simulator.methods.posting import message_caption, message_text
from local.simulator.params import Params, invalid

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def edit_text(call: Call) -> Any:
    formatted = message_text(call.params)
    if (target := _target(call)) is None:
        return True
    if target.is_media:
        raise bad_request("there is no text in the message to edit")
    return _apply(call, target, formatted)


def edit_caption(call: Call) -> Any:
    formatted = message_caption(call.params)
    if (target := _target(call)) is None:
        return True
    if not target.is_media:
        raise bad_request("there is no caption in the message to edit")
    return _apply(call, target, formatted)


def edit_reply_markup(call: Call) -> Any:
    if (target := _target(call)) is None:
        return True
    return _apply(call, target, Formatted(target.text, target.entities))


def edit_media(call: Call) -> Any:
    if (target := _target(call)) is None:
        return True
    entry = call.params.json("media")
    if not isinstance(entry, dict):
        raise invalid("media")
    own = Params(entry)
    file = file_of(own.text("media") or "", call.params, own.text("type") or "photo", call.bot.id)
    return _apply(call, target, message_caption(own), media_content(file, own), file)


def _target(call: Call) -> Message | None:
    """The message to edit; None for one sent by way of an inline query, which belongs to no chat."""
    if call.params.raw("inline_message_id") is not None:
        return None
    chat = call.require_chat()
    message_id = call.params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = call.world.messages.get(call.bot.id, chat.id, message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.is_bots:
        raise bad_request("message can't be edited")
    return message


def _apply(
    call: Call,
    message: Message,
    formatted: Formatted,
    content: dict[str, Any] | None = None,
    file: File | None = None,
) -> dict[str, Any]:
    markup = checked_markup(call.params.json("reply_markup"))
    content = message.content if content is None else content
    new = (formatted.text, formatted.entities, markup, content)
    if new == (message.text, message.entities, message.reply_markup, message.content):
        raise bad_request(_NOT_MODIFIED)
    message.text, message.entities, message.reply_markup, message.content = new
    message.is_media = message.is_media or file is not None
    message.edit_date = int(call.now)
    call.record(message, media=file.summary() if file else None)
    return message.to_json()


METHODS = (
    Method("editMessageText", edit_text),
    Method("editMessageCaption", edit_caption),
    Method("editMessageReplyMarkup", edit_reply_markup),
    Method("editMessageMedia", edit_media),
)
