"""How arguments become the contract's fields."""

import io
from datetime import UTC, datetime

import pytest
import typer

from cli.errors import UsageError
from cli.fields import button, chat, expiry, json_object, keyboard, medium, readable, seconds


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Yes=callback:yes", {"text": "Yes", "callback_data": "yes"}),
        ("a=b=callback:c=d", {"text": "a=b", "callback_data": "c=d"}),
        ("Site=https://example.org/?a=b", {"text": "Site", "url": "https://example.org/?a=b"}),
        ("Chat=tg://user?id=5", {"text": "Chat", "url": "tg://user?id=5"}),
        ("None=callback:", {"text": "None", "callback_data": ""}),
    ],
)
def test_buttons(text: str, made: dict[str, str]) -> None:
    assert button(text) == made


@pytest.mark.parametrize("text", ["", "Yes", "Yes=", "=callback:x", "Yes=yes", "Yes=javascript:x"])
def test_what_is_nobutton(text: str) -> None:
    with pytest.raises(UsageError, match="TEXT=callback:DATA"):
        button(text)


def test_each_button_has_its_row() -> None:
    assert keyboard(["A=callback:a", "B=callback:b"]) == {
        "inline_keyboard": [[{"text": "A", "callback_data": "a"}], [{"text": "B", "callback_data": "b"}]]
    }
    assert keyboard(None) is None


@pytest.mark.parametrize(("text", "named"), [("5", 5), ("-100123", -100123), ("@name", "@name"), ("x5", "x5")])
def test_chats(text: str, named: int | str) -> None:
    assert chat(text) == named


def test_text_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    assert readable("-") == "two\nlines"
    assert readable("--") == "--"


def test_text_that_is_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        readable("\udcff")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    with pytest.raises(UsageError, match="isn't text"):
        readable("-")


@pytest.mark.parametrize(("text", "said"), [("30s", 30), ("1.5m", 90), ("2h", 7_200), ("1d", 86_400)])
def test_times(text: str, said: float) -> None:
    assert seconds(text) == said


@pytest.mark.parametrize("text", ["", "5", "-5s", "1w", "99999999999d"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        expiry(text)


def test_an_expiry_is_a_time_with_its_zone() -> None:
    left = datetime.fromisoformat(expiry("1h") or "") - datetime.now(UTC)
    assert 3_590 < left.total_seconds() <= 3_600
    assert expiry(None) is None


def test_files() -> None:
    assert medium(photo=None, voice="AwAC") == {"kind": "voice", "file_id": "AwAC"}
    assert medium(photo="http://h/p") == {"kind": "photo", "url": "http://h/p"}
    assert medium(photo=None) is None
    with pytest.raises(UsageError, match="--photo or --video"):
        medium(photo="a", video="b")


@pytest.mark.parametrize("text", ["{", "[1]", "5", "[" * 100_000])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(UsageError, match="--params"):
        json_object(text, "--params")
