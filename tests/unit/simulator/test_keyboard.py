from typing import Any

import pytest

from local.simulator.errors import ApiError
from local.simulator.keyboard import checked_markup


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Yes", **button}]]}


@pytest.mark.parametrize(
    "markup",
    [
        keyboard(callback_data="y"),
        keyboard(callback_data="ё" * 32),
        keyboard(url="https://example.com"),
        keyboard(web_app={"url": "https://example.com"}),
        keyboard(copy_text={"text": "x"}),
        {"keyboard": [["Yes"]]},
        {"remove_keyboard": True},
        {"force_reply": True},
    ],
)
def test_good_markup_stays_as_it_is(markup: dict[str, Any]) -> None:
    assert checked_markup(markup) == markup


@pytest.mark.parametrize("markup", [None, {}, {"inline_keyboard": []}, {"inline_keyboard": [[]]}])
def test_empty_markup_is_none(markup: Any) -> None:
    assert checked_markup(markup) is None


@pytest.mark.parametrize(
    ("markup", "problem"),
    [
        ("x", "object expected as reply markup"),
        ({"inline": []}, "unknown keyboard type"),
        ({"inline_keyboard": [{}]}, "must be an Array of Arrays"),
        ({"inline_keyboard": {}}, "must be an Array of Arrays"),
        ({"inline_keyboard": [["x"]]}, "InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": [[{"text": 5}]]}, "must be of type String"),
        (keyboard(), "Text buttons are unallowed in the inline keyboard"),
        (keyboard(text="", callback_data="x"), "text must be non-empty"),
        (keyboard(callback_data=""), "BUTTON_DATA_INVALID"),
        (keyboard(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (keyboard(callback_data="ё" * 33), "BUTTON_DATA_INVALID"),
    ],
)
def test_bad_markup_is_refused(markup: Any, problem: str) -> None:
    with pytest.raises(ApiError, match=problem):
        checked_markup(markup)
