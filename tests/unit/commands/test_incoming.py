"""What is told of an update before anybody believes it."""

import doctest
import json
from types import ModuleType
from typing import Any

import pytest

from courier.commands import incoming, replies
from courier.commands.incoming import Incoming, Person, Place
from courier.errors import RefusedMessageError
from tests.support.updates import became, queued, said


@pytest.mark.parametrize("module", [incoming, replies])
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


def of(update: dict[str, Any]) -> Incoming:
    return Incoming.of(queued(update).body)


def test_it_is_as_telegram_wrote_it() -> None:
    update = {"update_id": 7, "thing_of_2031": {"deep": [1.5, None, "🙂"]}, "also": "this"}

    assert of(update).raw == update
    assert of(update).kind == "thing_of_2031"


@pytest.mark.parametrize(
    ("update", "place", "person"),
    [
        (said(1, "x"), Place(5, "private"), Person(5, "user5")),
        (said(1, "x", -100, user_id=6), Place(-100, "supergroup"), Person(6, "user6")),
        (became(1, "left", -100), Place(-100, "supergroup"), Person(5, None)),
        ({"update_id": 1, "poll_answer": {"user": {"id": 3}}}, None, Person(3, None)),
        (
            {"update_id": 1, "callback_query": {"from": {"id": 3}, "message": {"chat": {"id": 4}}}},
            Place(4, None),
            Person(3, None),
        ),
        ({"update_id": 1, "message": {"chat": {"id": True}, "from": {"id": 2**60}}}, None, None),
        ({"update_id": 1, "message": {"chat": {"id": 0}, "from": {"id": -3}}}, None, None),
        ({"update_id": 1, "message": "text"}, None, None),
        ({"update_id": 1}, None, None),
    ],
)
def test_place_and_person(update: dict[str, Any], place: Place | None, person: Person | None) -> None:
    assert (of(update).place, of(update).person) == (place, person)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (".VDL x", "vdl"),
        ("/help@bot1", "help"),
        ("  .x", "x"),
        ("...", None),
        (". x", None),
        ("a .x", None),
        ("", None),
    ],
)
def test_what_may_be_a_command(text: str, command: str | None) -> None:
    assert of(said(1, text)).command == command


def test_what_was_edited_is_none() -> None:
    assert of({"update_id": 1, "edited_message": said(1, ".x")["message"]}).command is None


def test_when_it_came_in() -> None:
    body = json.loads(queued(said(1, "x")).body)

    assert Incoming.of(json.dumps(body | {"timestamp": 5.5})).sent_at == 5.5
    assert Incoming.of(json.dumps(body | {"timestamp": "2026-11-21T00:00:00Z"})).sent_at is None


def test_a_number_that_json_doesnt_have_is_refused() -> None:
    body = queued({"update_id": 1, "poll": float("nan")}).body

    with pytest.raises(RefusedMessageError, match="NaN is no JSON number"):
        Incoming.of(body)
    assert of(said(1, "NaN and Infinity")).command is None
