"""Every rule of `send_msg`'s fields."""

# ruff: noqa: FBT003 - the tables hold values, of which some are bools

from typing import Any

import pytest

from courier.contracts.fields import Button, utf16_units
from tests.unit.contracts.opening import refusal, refuses, send_msg, sent, takes

BIGGEST = 2**53 - 1
CHAT = "data.chat_id: must be a chat's number (not 0) or the @name of a public chat"
EXTERNAL = "data.external_id: must be a number or a text of 1 to 256 characters"
BUTTON = "data.reply_markup.inline_keyboard.0.0"
#: A sample of every kind of button.
KINDS: dict[str, Any] = {
    "url": "https://example.org",
    "callback_data": "yes",
    "web_app": {"url": "https://example.org"},
    "login_url": {"url": "https://example.org"},
    "switch_inline_query": "",
    "switch_inline_query_current_chat": "query",
    "switch_inline_query_chosen_chat": {"allow_user_chats": True},
    "copy_text": {"text": "copied"},
    "callback_game": {},
    "pay": True,
}


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go"} | fields]]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *takes("chat_id", 1, -1, -1001234567890, BIGGEST, -BIGGEST, "@chan", "@Some_Name1", "@" + "a" * 32),
        *takes("external_id", 0, -5, BIGGEST, "a", "x" * 256, "Ünï", None),
        *takes("text", "x" * 4096, "🙂" * 2048, " x ", "a\u0000b"),
        *takes("message_id", 1, BIGGEST, None),
        ("reply_to_message_id", 7),
        ("message_thread_id", 1),
        *takes("parse_mode", "HTML", "MarkdownV2", "Markdown", None),
        *takes("link_preview_options", {"is_disabled": True}, {"url": "https://example.org"}, {}),
        ("disable_notification", True),
        ("protect_content", False),
        *takes("on_unknown", "retry", "drop"),
        *takes("expires_at", "2030-01-01T00:00:00Z", "2030-01-01T00:00:00+03:00", None),
        ("reply_markup", {"inline_keyboard": []}),
        ("reply_markup", {"keyboard": [["A"]], "resize_keyboard": True}),
        ("reply_markup", {"remove_keyboard": True}),
        ("reply_markup", {"force_reply": True, "selective": True}),
    ],
)
def test_what_a_field_takes(field: str, value: Any) -> None:
    assert sent(**{field: value}).model_dump(exclude_unset=True).keys() >= {field}


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        *[(name, ..., f"data.{name}: is missing") for name in ("bot_id", "chat_id", "text")],
        *refuses("bot_id", "data.bot_id: ", 0, -1, True, 1.0, "1", None, 2**53, 10**300),
        *refuses("chat_id", CHAT, 0, True, 1.0, "1", None, [], 2**53, -(2**53), 10**300),
        *refuses("chat_id", CHAT, "", "@", "@abc", "@1abc", "name", "@a b c", "@" + "a" * 33, "@имя_чата"),
        ("chat_id", "@abcd\n", CHAT),
        *refuses("external_id", EXTERNAL, "", "x" * 257, True, 1.5, 2**53, [], {}),
        *refuses("text", "data.text: is empty", "", " \n\t"),
        *refuses("text", "data.text: ", None, 1, ["x"]),
        *refuses("message_id", "data.message_id: ", 0, -1, True, "1", 2**53),
        *refuses("reply_to_message_id", "data.reply_to_message_id: ", 0, False, "1"),
        *refuses("message_thread_id", "data.message_thread_id: ", 0, True, "1"),
        *refuses("parse_mode", "data.parse_mode: ", "html", "", 1),
        *refuses("link_preview_options", "data.link_preview_options: ", True, [], "off"),
        *refuses("disable_notification", "data.disable_notification: ", "maybe", 2, []),
        ("on_unknown", "perhaps", "data.on_unknown: "),
        ("expires_at", "2030-01-01T00:00:00", "data.expires_at: Input should have timezone info"),
        *refuses("expires_at", "data.expires_at: ", "tomorrow", "", [], "2030-13-01T00:00:00Z"),
        ("reply_markup", {}, "data.reply_markup.inline_keyboard: is missing"),
        ("reply_markup", {"selective": True}, "data.reply_markup: give one of inline_keyboard, keyboard, "),
        ("reply_markup", {"inline_keyboard": [], "x": 1}, "data.reply_markup.x: isn't a known field"),
        *refuses("reply_markup", "data.reply_markup: ", "{}", [], 1),
        ("reply_markup", {"inline_keyboard": [{"text": "a", "url": "b"}]}, "data.reply_markup.inline_keyboard.0: "),
        ("reply_markup", {"inline_keyboard": [["a"]]}, f"{BUTTON}: "),
        ("txet", "x", "data.txet: isn't a known field"),
    ],
)
def test_what_a_field_doesnt_take(field: str, value: Any, reason: str) -> None:
    assert refusal(send_msg(**{field: value})).startswith(reason)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_button(kind: str) -> None:
    markup = button(**{kind: KINDS[kind]})

    message = sent(reply_markup=markup)

    assert message.reply_markup is not None
    assert message.reply_markup.model_dump(exclude_none=True) == markup


def test_no_kind_of_button_was_forgotten() -> None:
    assert KINDS.keys() == Button.model_fields.keys() - {"text"}


def test_a_kind_of_button_that_telegram_adds_later_passes_through() -> None:
    markup = button(hologram={"size": 3})

    message = sent(reply_markup=markup)

    assert message.reply_markup is not None
    assert message.reply_markup.model_dump(exclude_none=True) == markup


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ": a button needs an action"),
        ({"text": "", "url": "x"}, ".text: "),
        ({"text": 1, "url": "x"}, ".text: "),
        ({"callback_data": ""}, ": callback_data has 0 bytes, Telegram takes 1 to 64"),
        ({"callback_data": "x" * 65}, ": callback_data has 65 bytes, Telegram takes 1 to 64"),
        ({"callback_data": "é" * 33}, ": callback_data has 66 bytes, Telegram takes 1 to 64"),
        ({"callback_data": "\ud800"}, ".callback_data: holds half a character"),
        ({"callback_data": 1}, ".callback_data: "),
        ({"web_app": "https://example.org"}, ".web_app: "),
    ],
)
def test_what_a_button_doesnt_take(fields: dict[str, Any], reason: str) -> None:
    assert refusal(send_msg(reply_markup=button(**fields))).startswith(BUTTON + reason)


@pytest.mark.parametrize("data", ["x" * 64, "é" * 32, "🙂" * 16])
def test_callback_data_is_counted_in_bytes(data: str) -> None:
    assert sent(reply_markup=button(callback_data=data))


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("a", 1), ("é", 1), ("\uffff", 1), ("🙂", 2), ("\ud83d", 1), ("a🙂b", 4)]
)
def test_length_is_counted_in_utf16_units(text: str, units: int) -> None:
    assert utf16_units(text) == units == len(text.encode("utf-16-le", "surrogatepass")) // 2


def test_an_external_id_can_be_part_of_a_key() -> None:
    assert refusal(send_msg(external_id="\ud800")).startswith("data.external_id: holds half a character (\\ud800)")
