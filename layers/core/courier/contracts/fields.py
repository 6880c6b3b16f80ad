"""Field types that several messages share."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    StrictInt,
    StrictStr,
    Tag,
    WithJsonSchema,
    model_validator,
)

#: Telegram: UTF-16 units in one message, after entity parsing.
MAX_TEXT_UNITS = 4096
#: Telegram: UTF-16 units in a caption.
MAX_CAPTION_UNITS = 1024
#: Telegram: bytes in an inline button's callback data.
MAX_CALLBACK_BYTES = 64
#: Ours: rows of a keyboard, and buttons of a row. Telegram takes 100 buttons in all.
_MAX_ROWS = _MAX_ROW = 100
#: Ours: an external id is part of a Redis key.
_MAX_EXTERNAL_ID = 256

ParseMode = Literal["HTML", "MarkdownV2", "Markdown"]
#: The last code point that is one UTF-16 unit.
_LAST_SINGLE_UNIT = "\uffff"
#: Above any id that Telegram gives out, and exact in every JSON reader.
_MAX_ID = 2**53 - 1
#: Half of a character: JSON can write it, and nothing can store it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CHAT_NAME = re.compile(r"@[A-Za-z]\w{3,31}", re.ASCII)

BotId = Annotated[StrictInt, Field(ge=1, le=_MAX_ID, description="The bot, as it was named in add_bot.")]
UserId = Annotated[StrictInt, Field(ge=1, le=_MAX_ID)]
MessageId = Annotated[StrictInt, Field(ge=1, le=_MAX_ID)]


def checked_chat_id(value: Any) -> int | str:
    """A chat's id, if it is one.

    Raises:
        ValueError: if it isn't, in words.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 < abs(value) <= _MAX_ID:
        return value
    if isinstance(value, str) and _CHAT_NAME.fullmatch(value):
        return value
    raise ValueError("must be a chat's number (not 0) or the @name of a public chat")


def _external_id(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAX_ID:
        return value
    if isinstance(value, str) and 1 <= len(value) <= _MAX_EXTERNAL_ID and not _LONE_SURROGATE.search(value):
        return value
    raise ValueError(f"must be a number or a text of 1 to {_MAX_EXTERNAL_ID} characters")


# Validators of their own, since a Union's errors speak of every member.
ChatId = Annotated[
    int | str,
    PlainValidator(checked_chat_id),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^@[A-Za-z][A-Za-z0-9_]{3,31}$"}],
            "description": "A chat's number, or the @name of a public channel or group.",
        }
    ),
]
ExternalId = Annotated[
    int | str,
    PlainValidator(_external_id),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string", "minLength": 1, "maxLength": _MAX_EXTERNAL_ID}],
            "description": "The application's own id: what makes a message the same message for 24 hours.",
        }
    ),
]


def utf16_units(text: str) -> int:
    """Length as Telegram counts it.

    >>> utf16_units("a"), utf16_units("🙂")
    (1, 2)
    """
    return len(text) + sum(1 for char in text if char > _LAST_SINGLE_UNIT)


class Strict(BaseModel):
    """A part of a message: fields that nobody knows are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Button(BaseModel):
    """An inline button: a text and what it does. Kinds that Telegram adds later pass through."""

    model_config = ConfigDict(extra="allow", frozen=True)

    text: Annotated[StrictStr, Field(min_length=1)]
    url: StrictStr | None = None
    callback_data: StrictStr | None = None
    web_app: dict[str, Any] | None = None
    login_url: dict[str, Any] | None = None
    switch_inline_query: StrictStr | None = None
    switch_inline_query_current_chat: StrictStr | None = None
    switch_inline_query_chosen_chat: dict[str, Any] | None = None
    copy_text: dict[str, Any] | None = None
    callback_game: dict[str, Any] | None = None
    pay: bool | None = None

    @model_validator(mode="after")
    def _does_something(self) -> "Button":
        given = self.model_dump(exclude_none=True, exclude={"text"})
        if not given:
            raise ValueError("a button needs an action: url, callback_data, web_app, …")
        size = len((self.callback_data or "").encode())
        if self.callback_data is not None and not 1 <= size <= MAX_CALLBACK_BYTES:
            raise ValueError(f"callback_data has {size} bytes, Telegram takes 1 to {MAX_CALLBACK_BYTES}")
        return self


class InlineKeyboard(Strict):
    """Buttons under a message: rows of buttons."""

    inline_keyboard: Annotated[list[Annotated[list[Button], Field(max_length=_MAX_ROW)]], Field(max_length=_MAX_ROWS)]


class ReplyKeyboard(BaseModel):
    """The other markups of the Bot API: a reply keyboard, its removal, or a forced reply. Passed through."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={
            "anyOf": [{"required": [name]} for name in ("keyboard", "remove_keyboard", "force_reply")],
            "not": {"required": ["inline_keyboard"]},
        },
    )

    keyboard: list[list[Any]] | None = None
    remove_keyboard: bool | None = None
    force_reply: bool | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> "ReplyKeyboard":
        if self.keyboard is None and self.remove_keyboard is None and self.force_reply is None:
            raise ValueError("give one of inline_keyboard, keyboard, remove_keyboard, force_reply")
        return self


def _kind_of_markup(value: Any) -> str:
    """Which model an error message should speak of: Union's own errors name every one of them."""
    keys = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return "inline" if "inline_keyboard" in keys or not keys else "reply"


ReplyMarkup = Annotated[
    Annotated[InlineKeyboard, Tag("inline")] | Annotated[ReplyKeyboard, Tag("reply")],
    Discriminator(_kind_of_markup),
]
