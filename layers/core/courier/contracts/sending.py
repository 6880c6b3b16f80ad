"""What a bot's queues take: messages to send, edit and delete, and calls of any method."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    field_validator,
    model_validator,
)

from courier.contracts.fields import BotId, ChatId, ExternalId, MessageId, ParseMode, ReplyMarkup, Strict

#: Telegram: message ids in one deleteMessages.
MAX_DELETED = 100
#: Methods that would take a bot or its updates away from this stack, in lower case.
DENIED_METHODS = frozenset({"logout", "close", "setwebhook", "deletewebhook", "getupdates"})
_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9]{1,63}")


def _is_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must be an ISO time with its zone, for instance 2030-01-31T12:00:00Z")  # noqa: TRY004 - pydantic's
    return value


class Sending(Strict):
    """What all messages on a bot's queue share.

    `message_id`, `text` and `reply_markup` are accepted by every type; one without meaning for a type is ignored.
    """

    bot_id: BotId
    external_id: ExternalId | None = None
    message_id: MessageId | None = None
    text: StrictStr | None = None
    reply_markup: ReplyMarkup | None = None
    expires_at: Annotated[AwareDatetime, BeforeValidator(_is_text)] | None = Field(
        None, description="ISO time with its zone; later than that the message is dropped."
    )
    on_unknown: Literal["retry", "drop"] = Field(
        "retry", description="When an answer was lost: try again (at least once), or let it be (at most once)."
    )


class LinkPreview(BaseModel):
    """Telegram's LinkPreviewOptions, passed through."""

    model_config = {"extra": "allow", "frozen": True}

    is_disabled: bool | None = None


class Media(Strict):
    """A file that Telegram has (`file_id`, of this bot) or fetches itself (`url`)."""

    kind: Literal["photo", "video", "audio", "document", "animation", "voice"]
    file_id: Annotated[StrictStr, Field(min_length=1, max_length=512)] | None = None
    url: Annotated[StrictStr, Field(pattern=r"^https?://\S+$", max_length=4096)] | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> "Media":
        if (self.file_id is None) == (self.url is None):
            raise ValueError("give either file_id or url")
        return self


def _one_of(*names: str) -> ConfigDict:
    """For the JSON Schema, which knows nothing of validators: one of these must be there."""
    return ConfigDict(json_schema_extra={"anyOf": [{"required": [name]} for name in names]})


class SendMsg(Sending):
    """A new message; with `media`, `text` is its caption. Too long a text is sent in parts."""

    model_config = _one_of("text", "media")

    chat_id: ChatId
    reply_to_message_id: MessageId | None = None
    parse_mode: ParseMode | None = None
    link_preview_options: LinkPreview | None = None
    disable_notification: bool | None = None
    protect_content: bool | None = None
    message_thread_id: Annotated[StrictInt, Field(ge=1)] | None = None
    media: Media | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "SendMsg":
        if self.media is None and self.text is None:
            raise ValueError("text: is missing")
        if self.media is None and not (self.text or "").strip():
            raise ValueError("text: is empty")
        return self


class EditMsg(Sending):
    """A change of a message, which `message_id` names, or `external_id` of the send_msg that made it."""

    model_config = _one_of("message_id", "external_id")

    chat_id: ChatId
    parse_mode: ParseMode | None = None
    link_preview_options: LinkPreview | None = None

    @model_validator(mode="after")
    def _names_target_and_change(self) -> "EditMsg":
        if self.message_id is None and self.external_id is None:
            raise ValueError("message_id: is missing; external_id of the message that was sent would do too")
        if self.text is None and self.reply_markup is None:
            raise ValueError("text: is missing; reply_markup alone would do too")
        if self.text is not None and not self.text.strip():
            raise ValueError("text: is empty")
        return self


class DelMsg(Sending):
    """The end of a message or of up to 100, by id or by `external_id` of the send_msg that made it."""

    model_config = _one_of("message_id", "message_ids", "external_id")

    chat_id: ChatId
    message_ids: Annotated[list[MessageId], Field(min_length=1, max_length=MAX_DELETED)] | None = None

    @model_validator(mode="after")
    def _names_a_target(self) -> "DelMsg":
        if self.message_id is None and self.message_ids is None and self.external_id is None:
            raise ValueError("message_id: is missing; message_ids or external_id would do too")
        if self.message_id is not None and self.message_ids is not None:
            raise ValueError("message_ids: give it or message_id, not both")
        return self


class CallMethod(Sending):
    """Any method of the Bot API, also one that is newer than this code."""

    method: StrictStr
    params: dict[str, Any] = Field(default_factory=dict)

    @field_validator("method")
    @classmethod
    def _may_be_called(cls, method: str) -> str:
        if not _METHOD.fullmatch(method):
            raise ValueError("isn't a method's name")
        if method.lower() in DENIED_METHODS:
            raise ValueError(f"{method} may not be called: it would take the bot or its updates from this stack")
        return method


#: Every type that a bot's queue takes, by its name in the envelope.
SENDING_TYPES: dict[str, type[Sending]] = {
    "send_msg": SendMsg,
    "edit_msg": EditMsg,
    "del_msg": DelMsg,
    "call": CallMethod,
}
