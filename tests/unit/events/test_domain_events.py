"""Each sample in `events/events` is an event as EventBridge hands it over; schemas and models say the same of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from courier.contracts.events import EVENT_TYPES, MAX_UPDATE_BYTES, BotStopped, DomainEvent, TelegramUpdate

FOLDER = Path(__file__).parents[3] / "events"


def sample(name: str) -> dict[str, Any]:
    loaded = json.loads((FOLDER / "events" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / "schemas" / f"event.{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def update(**of_it: Any) -> TelegramUpdate:
    return TelegramUpdate(
        correlation_id="c", occurred_at=1.0, bot_id=1, update_id=2, kind="message", is_claimed=False, update=of_it
    )


def nested(levels: int) -> dict[str, Any]:
    inside: dict[str, Any] = {}
    for _ in range(levels):
        inside = {"in": inside}
    return inside


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert {path.stem for path in (FOLDER / "events").glob("*.json")} == set(EVENT_TYPES)
    assert {path.stem for path in (FOLDER / "schemas").glob("event.*")} == {f"event.{name}" for name in EVENT_TYPES}


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_sample_is_what_schema_and_model_say(name: str) -> None:
    event = sample(name)
    assert (event["detail-type"], event["source"]) == (name, "courier.courier")

    validator(name).validate(event["detail"])

    told = EVENT_TYPES[name].model_validate_json(json.dumps(event["detail"]))
    assert json.loads(told.detail()) == event["detail"]
    assert (told.version, told.correlation_id) == (EVENT_TYPES[name].VERSION, event["detail"]["correlation_id"])


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_neither_takes_one_that_lacks_something_or_says_more(name: str) -> None:
    detail = sample(name)["detail"]
    broken = [{key: value for key, value in detail.items() if key != gone} for gone in detail]
    broken += [detail | {"extra": 1}, detail | {"version": 0}, detail | {"correlation_id": None}]

    for one in broken:
        assert not validator(name).is_valid(one), one
    for one in broken[-3:]:
        with pytest.raises(ValidationError):
            EVENT_TYPES[name].model_validate(one)


def test_all_share_version_id_and_time() -> None:
    for event in EVENT_TYPES.values():
        assert {"version", "correlation_id", "occurred_at"} <= event.model_json_schema(mode="serialization")[
            "properties"
        ].keys()
        assert issubclass(event, DomainEvent)
        assert event.VERSION >= 1


def test_an_update_travels_whole_up_to_its_bound() -> None:
    frame = len('{"update":{"t":""}}')
    whole, large = (update(t="ü" * ((MAX_UPDATE_BYTES - frame) // 2 + more)) for more in (0, 1))

    assert json.loads(whole.detail())["is_cut"] is False
    told = json.loads(large.detail())
    assert (told["update"], told["is_cut"], told["update_id"]) == (None, True, 2)
    validator("telegram.update").validate(told)


@pytest.mark.parametrize(
    "hostile",
    [nested(400), nested(100_000), {"text": "\ud800"}],
    ids=["levels", "many levels", "text"],
)
def test_an_update_that_no_bus_takes_is_cut(hostile: dict[str, Any]) -> None:
    told = json.loads(update(**hostile).detail())

    assert (told["update"], told["is_cut"]) == (None, True)


def test_cutting_takes_the_update_and_no_more() -> None:
    whole = update(t=1)

    assert whole.cut().cut() == whole.cut() == whole.model_copy(update={"update": None, "is_cut": True})
    stopped = BotStopped(correlation_id="c", occurred_at=1.0, bot_id=1, username=None, reason="x")
    assert stopped.cut() is stopped


def test_half_a_character_in_words_is_no_reason_to_lose_an_event() -> None:
    stopped = BotStopped(correlation_id="c", occurred_at=1.0, bot_id=1, username=None, reason="a\ud800ü")

    assert json.loads(stopped.detail())["reason"] == "a?ü"
