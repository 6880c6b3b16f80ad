"""What commands put on the media queue, once however often the update is processed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from courier.commands.dispatcher import LazyDispatcher
from courier.queues.records import Record
from tests.functional.commands.conftest import REPLIES, World
from tests.support.updates import queued, said

MEDIA = "courier-media.fifo"
LINK = "https://video.example/1"


@pytest.fixture
def chat(world: World) -> World:
    """A world with the project's own commands and a media queue."""
    world.queues.held[MEDIA] = []
    return replace(world, parts=replace(world.parts, dispatcher=LazyDispatcher()))


def asked(chat: World) -> list[dict[str, Any]]:
    return [json.loads(entry["MessageBody"]) for entry in chat.queues.held[MEDIA]]


def told(update_id: int, text: str) -> Record:
    return queued(said(update_id, text))


async def test_a_wish_and_its_end_are_messages_of_one_group(chat: World) -> None:
    assert await chat.take(told(1, f".vdl {LINK} 720"), told(2, ".cancel")) == []

    first, second = asked(chat)
    entries = chat.queues.held[MEDIA]
    assert first["type"] == "request_media"
    assert first["data"] | {"chat_id": 0, "user_id": 0, "reply_to_message_id": 0} == {
        "bot_id": 1,
        "chat_id": 0,
        "url": LINK,
        "kind": "video",
        "quality": "720p",
        "user_id": 0,
        "external_id": "update-1",
        "reply_to_message_id": 0,
    }
    assert (second["type"], second["data"]["external_id"]) == ("cancel_media", "update-2")
    assert entries[0]["MessageGroupId"] == entries[1]["MessageGroupId"]
    assert first["correlation_id"] == entries[0]["MessageAttributes"]["correlation_id"]["StringValue"]
    assert chat.queues.held[REPLIES] == [], "the machine answers"


async def test_an_update_that_is_processed_again_asks_under_the_same_names(chat: World) -> None:
    update = told(1, f".adl {LINK}")
    chat.queues.held.pop(MEDIA)

    assert await chat.take(update) == [update.message_id], "without its queue it waits"
    chat.queues.held[MEDIA] = []
    assert await chat.take(update) == []
    assert await chat.take(update) == []

    (one,) = asked(chat)
    assert (one["data"]["kind"], one["data"]["external_id"]) == ("audio", "update-1")
