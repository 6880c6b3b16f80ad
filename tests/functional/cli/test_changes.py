"""`courier edit`, `delete` and `call` against SQS."""

import json
from typing import Any

import pytest

from tests.functional.cli.conftest import Platform


@pytest.mark.parametrize(
    ("args", "kind", "data"),
    [
        (
            ("edit", "7", "-100123", "new", "--message-id", "9", "--parse-mode", "HTML", "--no-preview"),
            "edit_msg",
            {"text": "new", "message_id": 9, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}},
        ),
        (
            ("edit", "7", "-100123", "--external-id", "order-5", "--reply-markup", '{"inline_keyboard": []}'),
            "edit_msg",
            {"external_id": "order-5", "reply_markup": {"inline_keyboard": []}},
        ),
        (("delete", "7", "-100123", "9"), "del_msg", {"message_id": 9}),
        (("delete", "7", "-100123", "9", "10", "11"), "del_msg", {"message_ids": [9, 10, 11]}),
        (("delete", "7", "-100123", "--external-id", "order-5"), "del_msg", {"external_id": "order-5"}),
    ],
)
def test_changes_go_behind_what_they_change(
    platform: Platform, args: tuple[str, ...], kind: str, data: dict[str, Any]
) -> None:
    platform.add_bot(7)

    result = platform.courier(*args, "--correlation-id", "c-1")

    assert (result.exit_code, result.stdout) == (0, "c-1\n")
    assert platform.take("courier-bot-7.fifo") == [
        {
            "group": "-100123",
            "type": kind,
            "correlation_id": "c-1",
            "data": {"bot_id": 7, "chat_id": -100123} | data,
        }
    ]


def test_any_method(platform: Platform) -> None:
    platform.add_bot(7)

    result = platform.courier("call", "7", "sendDice", "--params", "-", "--json", text='{"chat_id": 5}')

    assert json.loads(result.stdout)["queue"] == "courier-bot-7.fifo"
    (message,) = platform.take("courier-bot-7.fifo")
    assert (message["group"], message["data"]) == (
        "5",
        {"bot_id": 7, "method": "sendDice", "params": {"chat_id": 5}},
    )


def test_a_file_with_a_caption_and_an_end(platform: Platform) -> None:
    platform.add_bot(7)
    args = ["send", "7", "5", "look", "--photo", "https://example.org/a.jpg", "--expires-in", "10m"]

    result = platform.courier(*args, "--on-unknown", "drop", "--silent", "--protect", "--thread", "3")

    assert result.exit_code == 0
    (message,) = platform.take("courier-bot-7.fifo")
    assert message["data"].pop("expires_at").endswith("+00:00")
    assert message["data"] == {
        "bot_id": 7,
        "chat_id": 5,
        "text": "look",
        "media": {"kind": "photo", "url": "https://example.org/a.jpg"},
        "on_unknown": "drop",
        "disable_notification": True,
        "protect_content": True,
        "message_thread_id": 3,
    }


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("send", "7", "5"), 2, "no TEXT"),
        (("send", "7", "5", "--photo", "a", "--voice", "b"), 2, "--photo or --voice"),
        (("send", "7", "5", "hi", "--expires-in", "5"), 2, "isn't a time"),
        (("edit", "7", "5", "hi"), 1, "data.message_id: is missing"),
        (("edit", "7", "5", "--message-id", "9"), 1, "data.text: is missing"),
        (("edit", "7", "5", "--button", "A=callback:a", "--reply-markup", "{}"), 2, "not both"),
        (("delete", "7", "5"), 1, "data.message_id: is missing"),
        (("delete", "7", "5", "0"), 2, "MESSAGE_ID"),
        (("call", "7", "logOut"), 1, "may not be called"),
        (("call", "7", "send dice"), 1, "isn't a method's name"),
        (("call", "7", "getMe", "--params", "[]"), 2, "JSON object"),
        (("call", "8", "getMe"), 1, "bot 8 has no queue; add it with `courier bots add 8`"),
    ],
)
def test_what_is_wrong_is_said(platform: Platform, args: tuple[str, ...], code: int, says: str) -> None:
    platform.add_bot(7)

    result = platform.courier(*args)

    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr
    assert "Traceback" not in result.output
    assert platform.take("courier-bot-7.fifo") == []
