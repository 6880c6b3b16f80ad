"""Which messages are commands, and whose."""

from typing import Any

import pytest

from tests.unit.commands.chat import ANN, BOT, UNCLAIMED, USERS, Chat

HIDDEN_USER = {"type": "hidden_user", "date": 0, "sender_user_name": "Somebody"}


@pytest.mark.parametrize("text", ["/whoami", ".whoami", ".WhoAmI", "/whoami@courier_bot", "/whoami@Courier_Bot more"])
async def test_a_command_is_answered_however_it_is_written(text: str) -> None:
    (answer,) = await Chat().told(text)

    assert "Ann" in answer


@pytest.mark.parametrize(
    "text", ["hello", "...", ".5", "./x", ".nothing", "/nothing", "/whoami@other_bot", "whoami", "🎬 .whoami"]
)
async def test_everything_else_is_left_to_others_in_silence(text: str) -> None:
    assert await Chat().told(text) == UNCLAIMED


async def test_a_caption_may_be_a_command() -> None:
    photo = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]

    (answer,) = await Chat().told(None, caption=".whoami", photo=photo)

    assert "Ann" in answer


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post", "business_message"])
async def test_only_new_messages_are_commands(kind: str) -> None:
    chat = Chat()

    assert await chat.send(chat.message(".whoami"), kind) == UNCLAIMED


@pytest.mark.parametrize(
    "fields",
    [
        {"forward_origin": HIDDEN_USER},
        {"via_bot": USERS[BOT]},
        {"sender_chat": {"id": -100_8, "type": "channel", "title": "News"}},
        {"from": USERS[BOT]},
    ],
    ids=["forwarded", "inline bot", "as a chat", "bot"],
)
async def test_what_somebody_else_wrote_is_no_command(fields: dict[str, Any]) -> None:
    """An admin who forwards `.bless` doesn't say it."""
    chat = Chat()

    assert await chat.send(chat.message(".whoami") | fields) == UNCLAIMED


async def test_where_nobody_asks_nothing_is_answered() -> None:
    chat = Chat()

    assert await chat.send(chat.message(".whoami", None)) == UNCLAIMED
    assert await chat.send(chat.message(".whoami", ANN), asker=None) == UNCLAIMED


async def test_a_bot_without_a_known_name_isnt_named() -> None:
    chat = Chat()
    chat.bot = chat.bot.model_copy(update={"username": None})

    assert await chat.told("/whoami@courier_bot") == UNCLAIMED
    assert await chat.told("/whoami") != UNCLAIMED
