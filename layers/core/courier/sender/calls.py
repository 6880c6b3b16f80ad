"""What a message means to Telegram: methods and parameters, the chat that is paced by them, and what they cost."""

import re
from dataclasses import dataclass, replace
from typing import Any

from courier.contracts.fields import MAX_CAPTION_UNITS, MAX_TEXT_UNITS, checked_chat_id, utf16_units
from courier.contracts.sending import MAX_DELETED, CallMethod, DelMsg, EditMsg, Media, Sending, SendMsg
from courier.errors import RefusedMessageError
from courier.pacing.places import chat_key, is_group
from courier.sender.splitting import shown_units, split
from courier.state.bots import Bot

#: Methods that spend no budget and wait for no chat: answers to buttons must be quick, and reading sends nothing.
_UNPACED = ("answer", "get")
#: A chat's number as text, which the Bot API takes too.
_NUMBER = re.compile(r"-?[0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API.

    Attributes:
        chat_id: The chat whose limits it is under; None for a method that is under none's.
        cost: Messages that it counts as.
    """

    method: str
    params: dict[str, Any]
    chat_id: int | str | None
    cost: int = 1

    @property
    def chat(self) -> str:
        """The chat as keys name it; empty for none."""
        return "" if self.chat_id is None else chat_key(self.chat_id)

    @property
    def is_group(self) -> bool:
        """Whether the limits of groups hold."""
        return self.chat_id is not None and is_group(self.chat_id)

    @property
    def is_answer(self) -> bool:
        """Whether it answers a query, which has an id of its own: such calls have no order among themselves."""
        return self.chat_id is None and self.method.lower().startswith("answer")

    def to_chat(self, chat_id: int) -> "Call":
        """The same for another chat."""
        return replace(self, chat_id=chat_id, params=self.params | {"chat_id": chat_id})

    def aimed_at(self, message_ids: list[int]) -> "Call":
        """The same for messages whose ids weren't known before: an edit takes the first, a delete all."""
        if self.method == "deleteMessages":
            return replace(self, params=self.params | {"message_ids": message_ids})
        return replace(self, params=self.params | {"message_id": message_ids[0]})


def calls_of(message: Sending, bot: Bot) -> tuple[Call, ...]:
    """The calls that a message stands for, one after another.

    Raises:
        RefusedMessageError: if Telegram can't take it in any number of calls.
    """
    match message:
        case SendMsg():
            return _send(message, bot)
        case EditMsg():
            return (_edit(message, bot),)
        case DelMsg():
            return (_delete(message),)
        case CallMethod():
            return (_call(message),)
        case _:
            raise RefusedMessageError(f"type: nothing sends {type(message).__name__}")


def _send(message: SendMsg, bot: Bot) -> tuple[Call, ...]:
    """The text's parts, the first with the medium and the reply, the last with the buttons."""
    mode = message.parse_mode or bot.parse_mode
    shared = {"chat_id": message.chat_id}
    shared |= _given(message, "disable_notification", "protect_content", "message_thread_id")
    if mode is not None:
        shared["parse_mode"] = mode
    preview = _given(message, "link_preview_options")
    parts = _parts(message.text or "", mode, is_caption=message.media is not None)
    calls = [] if message.media is None else [_medium(message.media, parts[:1], shared, message.chat_id)]
    calls += [Call("sendMessage", shared | preview | {"text": part}, message.chat_id) for part in parts[len(calls) :]]
    if message.reply_to_message_id is not None:
        # Who takes their question back gets the answer all the same.
        reply = {"message_id": message.reply_to_message_id, "allow_sending_without_reply": True}
        calls[0].params["reply_parameters"] = reply
    calls[-1].params.update(_given(message, "reply_markup"))
    return tuple(calls)


def _medium(media: Media, caption: list[str], shared: dict[str, Any], chat_id: int | str) -> Call:
    params = shared | {media.kind: media.file_id or media.url} | ({"caption": caption[0]} if caption else {})
    return Call(f"send{media.kind.capitalize()}", params, chat_id)


def _parts(text: str, mode: str | None, *, is_caption: bool) -> list[str]:
    """The text in parts that Telegram takes; of a medium's, the first is its caption."""
    first_limit = MAX_CAPTION_UNITS if is_caption else MAX_TEXT_UNITS
    if not text.strip():
        return []
    if _fits(text, first_limit, mode):
        return [text]
    if mode not in (None, "HTML"):
        raise RefusedMessageError(
            f"data.text: is over {first_limit} UTF-16 units, and only plain text and HTML can be split"
        )
    return split(text, MAX_TEXT_UNITS, html=mode == "HTML", first_limit=first_limit)


def _fits(text: str, limit: int, mode: str | None) -> bool:
    """Telegram counts what is shown. Of Markdown that isn't known here, and marks only make a text longer."""
    return utf16_units(text) <= limit or (mode == "HTML" and shown_units(text) <= limit)


def _edit(message: EditMsg, bot: Bot) -> Call:
    params = {"chat_id": message.chat_id} | _given(message, "message_id", "reply_markup")
    if message.text is None:
        return Call("editMessageReplyMarkup", params, message.chat_id)
    mode = message.parse_mode or bot.parse_mode
    if not _fits(message.text, MAX_TEXT_UNITS, mode):
        raise RefusedMessageError(f"data.text: is over {MAX_TEXT_UNITS} UTF-16 units, and an edit can't be split")
    params |= {"text": message.text} | _given(message, "link_preview_options")
    return Call("editMessageText", params | ({"parse_mode": mode} if mode else {}), message.chat_id)


def _delete(message: DelMsg) -> Call:
    params: dict[str, Any] = {"chat_id": message.chat_id}
    if message.message_id is not None:
        return Call("deleteMessage", params | {"message_id": message.message_id}, message.chat_id)
    # Named by external id, it may be a text that was split into several.
    return Call("deleteMessages", params | _given(message, "message_ids"), message.chat_id)


def _call(message: CallMethod) -> Call:
    params = message.params
    if message.method.lower().startswith(_UNPACED):
        return Call(message.method, params, None, cost=0)
    return Call(message.method, params, _chat_in(params), cost=_cost(params))


def _chat_in(params: dict[str, Any]) -> int | str | None:
    """The chat that a call is paced by; None where it names none.

    Raises:
        RefusedMessageError: if it is no chat's id: it would be paced by nothing, and can't be a key.
    """
    chat_id = params.get("chat_id")
    if chat_id is None:
        return None
    if isinstance(chat_id, str) and _NUMBER.fullmatch(chat_id):
        chat_id = int(chat_id)
    try:
        return checked_chat_id(chat_id)
    except ValueError as error:
        raise RefusedMessageError(f"data.params.chat_id: {error}") from None


def _cost(params: dict[str, Any]) -> int:
    """An album, or a call that forwards or copies several, counts as many messages.

    Raises:
        RefusedMessageError: if it names more than Telegram takes of anything.
    """
    for name in ("media", "message_ids"):
        several = params.get(name)
        if isinstance(several, list) and several:
            if len(several) > MAX_DELETED:
                raise RefusedMessageError(f"data.params.{name}: has {len(several)} items, Telegram takes {MAX_DELETED}")
            return len(several)
    return 1


def _given(message: Sending, *names: str) -> dict[str, Any]:
    given = {name for name in names if getattr(message, name) is not None}
    return message.model_dump(mode="json", exclude_none=True, include=given) if given else {}
