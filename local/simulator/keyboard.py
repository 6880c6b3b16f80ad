"""Reply markup: the shapes and sizes that Telegram checks."""

from typing import Any

from local.simulator.errors import bad_request

#: Bytes of a button's `callback_data`.
_MAX_CALLBACK_DATA = 64
_OTHER_KINDS = frozenset({"keyboard", "remove_keyboard", "force_reply"})


def checked_markup(markup: Any) -> dict[str, Any] | None:
    """The markup as given, or None if there is none (an empty inline keyboard is none).

    Raises:
        ApiError: 400 with Telegram's words for what is wrong with it.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if markup and not _OTHER_KINDS & markup.keys():
            raise bad_request("can't parse reply markup: unknown keyboard type")
        return markup or None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    for row in rows:
        for button in row:
            _check_button(button)
    return markup if any(rows) else None


def inline_only(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """What a Message repeats: inline keyboards belong to it, the other kinds to the chat."""
    return markup if markup and "inline_keyboard" in markup else None


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not text:
        raise bad_request("inline keyboard button text must be non-empty")
    if not button.keys() - {"text", "style", "icon_custom_emoji_id"}:
        problem = "Text buttons are unallowed in the inline keyboard"
        raise bad_request(f"can't parse inline keyboard button: {problem}")
    data = button.get("callback_data")
    if data is not None and not (isinstance(data, str) and 1 <= len(data.encode()) <= _MAX_CALLBACK_DATA):
        raise bad_request("BUTTON_DATA_INVALID")
