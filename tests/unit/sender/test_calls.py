"""What a `send_msg` means to Telegram."""

import json
from typing import Any

import pytest

from courier.contracts.sending import Sending
from courier.errors import RefusedMessageError
from courier.sender.calls import Call, calls_of
from tests.support.bots import active_bot
from tests.unit.sender.messages import job

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "url": "https://example.org", "later": {"a": 1}}]]}
BARE = {"chat_id": 5, "text": "x"}


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ({}, BARE),
        ({"reply_markup": KEYBOARD}, BARE | {"reply_markup": KEYBOARD}),
        (
            {"reply_to_message_id": 7},
            BARE | {"reply_parameters": {"message_id": 7, "allow_sending_without_reply": True}},
        ),
        ({"parse_mode": "HTML"}, BARE | {"parse_mode": "HTML"}),
        ({"link_preview_options": {"is_disabled": True}}, BARE | {"link_preview_options": {"is_disabled": True}}),
        ({"disable_notification": True}, BARE | {"disable_notification": True}),
        ({"protect_content": False}, BARE | {"protect_content": False}),
        ({"message_thread_id": 3}, BARE | {"message_thread_id": 3}),
        # Ours, or without meaning for a new message.
        ({"message_id": 9, "external_id": 8, "on_unknown": "drop", "expires_at": "2030-01-01T00:00:00Z"}, BARE),
    ],
)
def test_the_parameters_of_a_message(fields: dict[str, Any], params: dict[str, Any]) -> None:
    call = job(**fields).call

    assert (call.method, call.params, call.cost) == ("sendMessage", params, 1)
    assert json.loads(json.dumps(call.params)) == params


@pytest.mark.parametrize(("own", "expected"), [(None, "HTML"), ("Markdown", "Markdown")])
def test_a_bots_parse_mode_is_for_texts_without_one(own: str | None, expected: str) -> None:
    bot = active_bot().model_copy(update={"parse_mode": "HTML"})

    assert job(bot=bot, parse_mode=own).call.params["parse_mode"] == expected


@pytest.mark.parametrize(
    ("chat_id", "chat", "is_group"),
    [(5, "5", False), (-5, "-5", True), (-1001234567890, "-1001234567890", True), ("@Some_Name", "@some_name", True)],
)
def test_the_chat_that_it_is_paced_by(chat_id: int | str, chat: str, *, is_group: bool) -> None:
    call = job(chat_id).call

    assert (call.chat, call.is_group, call.params["chat_id"]) == (chat, is_group, chat_id)


def test_the_same_for_a_chats_new_id() -> None:
    moved = job(-5).moved(-1005)

    assert (moved.call.chat_id, moved.call.params) == (-1005, BARE | {"chat_id": -1005})
    assert moved.identity == job(-5).identity


def test_a_message_that_nothing_sends_is_refused() -> None:
    with pytest.raises(RefusedMessageError, match="nothing sends Sending"):
        calls_of(Sending(bot_id=1), active_bot())


def test_a_call_costs_one_message() -> None:
    assert Call("sendMessage", {}, 5).cost == 1
