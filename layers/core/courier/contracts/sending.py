"""What a bot's queues take: messages to send, edit and delete, and calls of any method."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, StrictInt, StrictStr, field_validator

from courier.contracts.fields import (
    MAX_TEXT_UNITS,
    BotId,
    ChatId,
    ExternalId,
    MessageId,
    ParseMode,
    ReplyMarkup,
    Strict,
    utf16_units,
)


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
        "retry",
        description="When an answer was lost: try again (at least once), or let it be (at most once).",
    )


class LinkPreview(BaseModel):
    """Telegram's LinkPreviewOptions, passed through."""

    model_config = {"extra": "allow", "frozen": True}

    is_disabled: bool | None = None


class SendMsg(Sending):
    """A new message."""

    chat_id: ChatId
    text: StrictStr
    reply_to_message_id: MessageId | None = None
    parse_mode: ParseMode | None = None
    link_preview_options: LinkPreview | None = None
    disable_notification: bool | None = None
    protect_content: bool | None = None
    message_thread_id: Annotated[StrictInt, Field(ge=1)] | None = None

    @field_validator("text")
    @classmethod
    def _fits(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is empty")
        units = utf16_units(text)
        if units > MAX_TEXT_UNITS:
            raise ValueError(f"has {units} UTF-16 units, Telegram takes {MAX_TEXT_UNITS}")
        return text


#: Every type that a bot's queue takes, by its name in the envelope.
SENDING_TYPES: dict[str, type[Sending]] = {"send_msg": SendMsg}
