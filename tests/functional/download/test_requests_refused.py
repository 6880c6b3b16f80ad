"""Requests that can't be carried out: who is told, and that nobody else is hurt."""

import json
from dataclasses import replace
from typing import Any

import pytest

from courier.download.requesting import MOST_RECEIVES
from tests.functional.download.requests import REPLIES, World, asked, taken_back, world
from tests.functional.state.conftest import aws, client
from tests.support.queues import record

__all__ = ["aws", "client", "world"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"kind": "picture"}, "data.kind"),
        ({"kind": "audio", "quality": "720p"}, "data.quality: audio comes as best"),
        ({"url": ""}, "data.url"),
        ({"colour": 1}, "data.colour: isn't a known field"),
    ],
)
def test_bad_messages_are_dead_letters_their_senders_are_told_and_neighbours_unhurt(
    world: World, data: dict[str, Any], reason: str
) -> None:
    assert world.take(asked("bad", **data), asked("good")) == []

    (told,) = world.other.reasons()
    assert reason in told
    (text,) = world.texts()
    assert "couldn't read" in text
    assert len(world.machine.started) == 1


def test_bad_messages_that_say_nothing_of_a_sender(world: World) -> None:
    bodies: list[Any] = ["", "[]", '{"data": 1}', {"type": "request_media", "data": {"bot_id": 1, "chat_id": []}}]

    assert world.take(*(record(body, queue="courier-media.fifo", group="g") for body in bodies)) == []

    assert (len(world.other.letters), world.texts()) == (4, [])


def test_a_bot_that_isnt_there(world: World) -> None:
    world.take(asked("x", bot_id=9))

    assert world.other.reasons() == ["data.bot_id: there is no bot 9 here"]
    assert world.machine.started == {}


def test_what_is_no_link_is_told_and_is_nobodys_fault(world: World) -> None:
    world.take(asked("x", "not a link", reply_to_message_id=3))

    assert world.other.letters == []
    (entry,) = world.queues.held[REPLIES]
    data = json.loads(entry["MessageBody"])["data"]
    assert "doesn't look like a link" in data["text"]
    assert (data["external_id"], data["reply_to_message_id"], data["parse_mode"]) == ("1-x", 3, "HTML")


def test_an_unforeseen_error_holds_its_group_and_is_the_end_after_some_receives(world: World) -> None:
    def boom(url: str) -> Any:
        raise ZeroDivisionError(url)

    broken = replace(world, batch=replace(world.batch, taker=replace(world.taker, identify=boom)))
    message, behind = asked("x"), taken_back("y")

    assert broken.take(message, behind) == [message.message_id, behind.message_id]
    assert broken.take(replace(message, receives=MOST_RECEIVES), behind) == []

    (reason,) = world.other.reasons()
    assert "failed 5 times: ZeroDivisionError" in reason
    assert len(world.texts()) == 2


def test_without_time_nothing_is_begun(world: World) -> None:
    message = asked("x")

    assert world.take(message, remaining_s=5) == [message.message_id]
    assert world.machine.started == {}
