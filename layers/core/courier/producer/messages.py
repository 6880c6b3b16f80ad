"""Messages before they are sent: what an application says, checked and put into its envelope.

>>> message = send_msg(1, 123, "Hello World!", external_id=5, broadcast=True)
>>> message.data
{'bot_id': 1, 'chat_id': 123, 'text': 'Hello World!', 'external_id': 5}
>>> message.lane, message.group
(<Lane.BROADCAST: 'broadcast'>, '123')
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, Unpack

from courier.contracts.control import CONTROL_TYPES
from courier.contracts.envelope import CORRELATION_ID, correlation_id_of, open_envelope
from courier.contracts.media import MEDIA_TYPES
from courier.contracts.sending import SENDING_TYPES
from courier.errors import RefusedMessageError
from courier.producer.keywords import Common, DeleteFields, EditFields, MediaFields, RequestFields, SendFields, Sending
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import BATCH_BYTES, Outbound

if TYPE_CHECKING:
    from pydantic import BaseModel

#: SQS: characters of a group or deduplication id.
_MAX_ID = 128
#: SQS: what such an id may hold.
_UNFIT = re.compile(r"[^\x21-\x7e]")
#: The group of what concerns no single bot.
_ALL_BOTS = "all"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that isn't sent yet.

    Attributes:
        type: As its envelope names it.
        data: As the contract has it, without the fields that weren't given.
        lane: Of the bot's two queues; None for the control and the media queue.
        key: What makes it the same message for SQS; see `Common`.
    """

    type: str
    data: Mapping[str, Any]
    lane: Lane | None
    key: str | None = None
    correlation_id: str | None = None

    def __repr__(self) -> str:
        """Without the data: a token may be in it."""
        return f"Message({self.type!r}, bot_id={self.data.get('bot_id')!r})"

    @property
    def group(self) -> str:
        """What its order is kept in: the chat, a call's method if it has none, bot and chat for media, else the bot.

        >>> call(1, "getMe").group, call(1, "sendDice", {"chat_id": 5}).group
        ('getMe', '5')
        """
        if self.type in MEDIA_TYPES:
            return _fit(f"{self.data.get('bot_id')}:{self.data.get('chat_id')}")
        if self.lane is None:
            return str(self.data.get("bot_id", _ALL_BOTS))
        if self.type != "call":
            return str(self.data.get("chat_id"))
        params = self.data.get("params")
        chat = params.get("chat_id") if isinstance(params, Mapping) else None
        is_chat = isinstance(chat, int | str) and not isinstance(chat, bool)
        return _fit(str(chat if is_chat else self.data.get("method")))

    def queue(self, names: QueueNames) -> str:
        """The name of the queue it belongs on."""
        if self.lane is None:
            return names.media if self.type in MEDIA_TYPES else names.control
        return names.bot(self.data["bot_id"], self.lane)

    def named(self) -> "Message":
        """The same with key and correlation id, so that a repeat of it is known."""
        # As its receivers will write it: what doesn't fit an id is replaced there.
        correlation_id = correlation_id_of("", self.correlation_id, fresh=str(uuid.uuid4()))
        return replace(self, key=self.key or str(uuid.uuid4()), correlation_id=correlation_id)

    def outbound(self) -> Outbound:
        """As it goes to its queue, from a message that is `named`.

        Raises:
            RefusedMessageError: if its receiver would refuse it, or SQS can't carry it.
        """
        types: Mapping[str, type[BaseModel]] = SENDING_TYPES
        if self.lane is None:
            types = MEDIA_TYPES if self.type in MEDIA_TYPES else CONTROL_TYPES
        try:
            # ASCII alone: SQS refuses bodies with characters that Telegram takes.
            body = json.dumps({"type": self.type, "data": self.data, "correlation_id": self.correlation_id})
        except (TypeError, ValueError, RecursionError):
            raise RefusedMessageError("data: holds something that JSON doesn't have") from None
        open_envelope(body, types)
        made = Outbound(body, self.group, _fit(f"{self.type}:{self.key}"))
        if made.size > BATCH_BYTES:
            raise RefusedMessageError(f"data: the message has {made.size} bytes, and SQS carries {BATCH_BYTES}")
        return made

    def traced(self) -> Outbound:
        """As it goes to its queue, with its correlation id outside of the body too.

        Raises:
            RefusedMessageError: as `outbound`.
        """
        named = self.named()
        return replace(named.outbound(), attributes={CORRELATION_ID: named.correlation_id or ""})


def send_msg(bot_id: int, chat_id: int | str, text: str | None = None, **more: Unpack[SendFields]) -> Message:
    """A new message; with `media`, the text is its caption."""
    return _sending("send_msg", {"bot_id": bot_id, "chat_id": chat_id, "text": text}, more)


def edit_msg(bot_id: int, chat_id: int | str, text: str | None = None, **more: Unpack[EditFields]) -> Message:
    """A change of the message that `message_id` names, or `external_id` of its send_msg."""
    return _sending("edit_msg", {"bot_id": bot_id, "chat_id": chat_id, "text": text}, more)


def del_msg(bot_id: int, chat_id: int | str, **more: Unpack[DeleteFields]) -> Message:
    """The end of messages: `message_id`, up to 100 `message_ids`, or `external_id` of their send_msg."""
    return _sending("del_msg", {"bot_id": bot_id, "chat_id": chat_id}, more)


def call(bot_id: int, method: str, params: Mapping[str, Any] | None = None, **more: Unpack[Sending]) -> Message:
    """Any method of the Bot API, paced by the chat in its parameters."""
    return _sending("call", {"bot_id": bot_id, "method": method, "params": params}, more)


def request_media(
    bot_id: int, chat_id: int | str, url: str, kind: Literal["video", "audio"], **more: Unpack[RequestFields]
) -> Message:
    """A download that a chat gets; `user_id` may take it back."""
    return _media("request_media", {"bot_id": bot_id, "chat_id": chat_id, "url": url, "kind": kind}, more)


def cancel_media(
    bot_id: int, chat_id: int | str, user_id: int, url: str | None = None, **more: Unpack[MediaFields]
) -> Message:
    """The end of what a user asked for in a chat: all, or what a link means."""
    return _media("cancel_media", {"bot_id": bot_id, "chat_id": chat_id, "user_id": user_id, "url": url}, more)


def control(kind: str, data: Mapping[str, Any], **more: Unpack[Common]) -> Message:
    """A message for the control queue, of any type that it takes."""
    return Message(kind, _given(data), None, more.get("key"), more.get("correlation_id"))


def _media(kind: str, first: Mapping[str, Any], more: Mapping[str, Any]) -> Message:
    fields = dict(more)
    key, correlation_id = fields.pop("key", None), fields.pop("correlation_id", None)
    return Message(kind, _given({**first, **fields}), None, key, correlation_id)


def _sending(kind: str, first: Mapping[str, Any], more: Mapping[str, Any]) -> Message:
    fields = dict(more)
    lane = Lane.BROADCAST if fields.pop("broadcast", False) else Lane.REGULAR
    key, correlation_id = fields.pop("key", None), fields.pop("correlation_id", None)
    if isinstance(fields.get("expires_at"), datetime):
        fields["expires_at"] = fields["expires_at"].isoformat()
    return Message(kind, _given({**first, **fields}), lane, key, correlation_id)


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those that were given: to the contract, an absent field and an empty one aren't the same."""
    return {name: value for name, value in fields.items() if value is not None}


def _fit(name: str) -> str:
    """A name as SQS takes it: one that it wouldn't is replaced by what only this name gives.

    >>> _fit("send_msg:order-5"), len(_fit("a name with spaces"))
    ('send_msg:order-5', 64)
    """
    if name and len(name) <= _MAX_ID and not _UNFIT.search(name):
        return name
    return sha256(name.encode(errors="backslashreplace")).hexdigest()
