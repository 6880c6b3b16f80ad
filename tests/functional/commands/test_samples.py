"""Each event in `events/commands`, validated and carried out by the real handler with the project's own commands."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import functions.commands.handler as function
from courier.commands.dispatcher import LazyDispatcher
from courier.queues.records import records_of
from tests.functional.commands.conftest import World, make_world

FOLDER = Path(__file__).parents[3] / "events"
#: Words of the one reply to each.
ANSWERS = {"command": ".whoami", "group_command": "123", "chatter": None, "blocked": None, "unknown_kind": None}


class Context:
    """Of Lambda's, what the handler uses."""

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class NoRedis:
    """Redis of a test whose event loop is the handler's own."""

    async def execute_command(self, *_: Any) -> Any:
        return b"[1, 1, 0, 50, 0]"


def event(name: str) -> dict[str, Any]:
    loaded = json.loads((FOLDER / "commands" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_every_event_is_carried_out_below() -> None:
    assert {path.stem for path in (FOLDER / "commands").glob("*.json")} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_event_is_carried_out(name: str, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    redis: Any = NoRedis()
    world: World = make_world(table, redis)
    own = replace(world, parts=replace(world.parts, dispatcher=LazyDispatcher()))
    monkeypatch.setattr(function, "commands", lambda: own.batch)
    (record,) = records_of(event(name))
    schema = json.loads((FOLDER / "schemas" / "update.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(record.body))

    assert function.handler(event(name), Context()) == {"batchItemFailures": []}

    words = ANSWERS[name]
    assert len(world.queues.texts()) == (words is not None)
    assert all(str(words) in text for text in world.queues.texts())
    assert world.other.letters == []
    assert [told.update for told in world.bus.updates()] == [json.loads(record.body)["data"]["update"]]
