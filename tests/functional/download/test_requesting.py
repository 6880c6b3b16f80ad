"""The media queue's consumer: who waits, what is started, and what users read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import courier.wiring.download_request as wiring
from courier.contracts.events import MediaRequested
from courier.download.requesting import MediaBatch
from courier.download.sweeping import Sweep
from courier.queues.records import records_of
from tests.functional.download.requests import LINK, MACHINE, OTHER, SAME, World, asked, world
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "world"]
FOLDER = Path(__file__).parents[3] / "events"


def test_one_execution_however_many_ask_and_an_answer_for_each(world: World) -> None:
    crowd = [asked(f"u{number}", LINK if number % 2 else SAME, user=number + 1, chat=number + 1) for number in range(8)]

    assert world.take(*crowd) == []
    ((name, given),) = world.machine.started.items()
    assert name == f"{given['hash']}-1"
    assert given | {"hash": ""} == {
        "hash": "",
        "attempt": 1,
        "url": SAME,
        "media": "video",
        "quality": "best",
        "correlation_id": "c-test",
        "first": "probe",
    }
    world.finish()

    assert sorted(world.told.answers) == [(f"1-u{number}", None) for number in range(8)]
    assert [type(event) for event in world.told.events] == [MediaRequested] * 8


def test_other_kinds_and_qualities_are_other_downloads(world: World) -> None:
    world.take(asked(1), asked(2, quality="720p"), asked(3, kind="audio"), asked(4, OTHER))

    assert len(world.machine.started) == 4


def test_a_repeat_changes_nothing(world: World) -> None:
    for _ in range(3):
        assert world.take(asked("again")) == []
    world.finish()
    assert world.take(asked("again")) == []

    assert len(world.machine.started) == 1
    assert world.told.answers == [("1-again", None)]


def test_what_is_stored_is_delivered_without_a_look_at_the_site(world: World) -> None:
    world.take(asked("first"))
    world.finish()

    world.take(asked("second"))

    first, second = world.machine.started.values()
    assert (first["first"], second["first"], second["attempt"]) == ("probe", "deliver", 2)
    world.finish()
    assert world.told.answers == [("1-first", None), ("1-second", None)]


def test_what_the_store_lost_is_fetched_again(world: World) -> None:
    world.take(asked("first"))
    world.finish()
    world.objects.clear()

    world.take(asked("second"))

    assert [given["first"] for given in world.machine.started.values()] == ["probe", "probe"]


def test_a_failed_start_is_made_good_by_the_repeat(world: World) -> None:
    world.machine.faults = 1
    request, behind, neighbour = asked("a"), asked("b", OTHER), asked("c", OTHER, chat=6)

    assert world.take(request, behind, neighbour) == [request.message_id, behind.message_id]
    assert world.other.hidden == {request.receipt: 5, behind.receipt: 5}
    assert world.take(request, behind) == []

    assert len(world.machine.started) == 2
    assert {waiter for waiter, _ in _finished(world)} == {"1-a", "1-b", "1-c"}


def _finished(world: World) -> list[tuple[str, str | None]]:
    world.finish()
    return world.told.answers


@pytest.mark.parametrize("name", ["request_media", "cancel_media", "request_media_refused"])
def test_samples_are_valid_and_carried_out(world: World, name: str) -> None:
    event = json.loads((FOLDER / "download" / f"{name}.json").read_text(encoding="utf-8"))
    (one,) = records_of(event)
    kind = json.loads(one.body)["type"]
    schema = json.loads((FOLDER / "schemas" / f"{kind}.json").read_text(encoding="utf-8"))

    assert Draft202012Validator(schema).is_valid(json.loads(one.body)) is not name.endswith("refused")
    assert world.take(one) == []
    assert len(world.other.letters) == int(name.endswith("refused"))


def test_the_parts_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {
        "STACK": "courier",
        "TABLE_NAME": "t",
        "DEAD_QUEUE_URL": "https://q",
        "MEDIA_BUCKET": "b",
        "MACHINE_ARN": MACHINE,
        "EVENT_BUS": "courier",
    }.items():
        monkeypatch.setenv(variable, value)
    from courier.wiring.download_sweep import download_sweep  # noqa: PLC0415

    assert isinstance(wiring.download_request.__wrapped__(), MediaBatch)
    assert isinstance(download_sweep.__wrapped__(), Sweep)
