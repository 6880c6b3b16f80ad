"""How arguments of `courier send` become the contract's fields."""

import io

import pytest

from cli.errors import UsageError
from cli.messages import _button, _chat, _keyboard, _readable


@pytest.mark.parametrize(
    ("text", "button"),
    [
        ("Yes=callback:yes", {"text": "Yes", "callback_data": "yes"}),
        ("a=b=callback:c=d", {"text": "a=b", "callback_data": "c=d"}),
        ("Site=https://example.org/?a=b", {"text": "Site", "url": "https://example.org/?a=b"}),
        ("Chat=tg://user?id=5", {"text": "Chat", "url": "tg://user?id=5"}),
        ("None=callback:", {"text": "None", "callback_data": ""}),
    ],
)
def test_buttons(text: str, button: dict[str, str]) -> None:
    assert _button(text) == button


@pytest.mark.parametrize("text", ["", "Yes", "Yes=", "=callback:x", "Yes=yes", "Yes=javascript:x"])
def test_what_is_no_button(text: str) -> None:
    with pytest.raises(UsageError, match="TEXT=callback:DATA"):
        _button(text)


def test_each_button_has_its_row() -> None:
    keyboard = _keyboard(["A=callback:a", "B=callback:b"])
    assert keyboard == {
        "inline_keyboard": [[{"text": "A", "callback_data": "a"}], [{"text": "B", "callback_data": "b"}]]
    }
    assert _keyboard(None) is None


@pytest.mark.parametrize(("text", "chat"), [("5", 5), ("-100123", -100123), ("@name", "@name"), ("x5", "x5")])
def test_chats(text: str, chat: int | str) -> None:
    assert _chat(text) == chat


def test_text_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    assert _readable("-") == "two\nlines"
    assert _readable("--") == "--"


def test_text_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        _readable("\udcff")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    with pytest.raises(UsageError, match="isn't text"):
        _readable("-")
