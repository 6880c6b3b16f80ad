"""Each event in `events/control` of a bot's life, validated and carried out by the real handler."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr

import functions.control.handler as function
from courier.contracts.control import CONTROL_TYPES, AddBot, PauseAll, ResumeAll
from courier.control.batch import ControlBatch, Duties
from courier.control.stop_switch import StopSwitch
from courier.queues.records import records_of
from courier.state.bots import Status
from courier.wiring.process import run
from tests.support.queues import FakeQueues
from tests.unit.control.test_sweep import Found
from tests.unit.control.world import World

FOLDER = Path(__file__).parents[3] / "events"
#: Events that leave a bot which was active so.
STATUS = {
    "update_bot": Status.ACTIVE,
    "pause_bot": Status.PAUSED,
    "resume_bot": Status.ACTIVE,
    "remove_bot": Status.REMOVING,
    "mend_bot": Status.ACTIVE,
    "pause_all": Status.PAUSED,
    "resume_all": Status.ACTIVE,
}


def event(name: str) -> dict[str, Any]:
    loaded = json.loads((FOLDER / "control" / f"{name}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_every_type_has_an_event() -> None:
    assert STATUS.keys() == CONTROL_TYPES.keys() - {"add_bot", "pulse"}


@pytest.mark.parametrize("name", STATUS)
def test_an_event_is_carried_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world, queues, found = World(), FakeQueues(), Found()
    run(world.do(AddBot(bot_id=1, token=SecretStr("1:fake"))))
    switch = StopSwitch(switch=world.bots, sweep=found.sweep())
    duties: Duties = {
        **dict.fromkeys(CONTROL_TYPES.values(), world.do),
        PauseAll: switch.pause,
        ResumeAll: switch.resume,
    }
    monkeypatch.setattr(function, "control", lambda: ControlBatch(duties, queues, queues))
    (record,) = records_of(event(name))
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(record.body))

    answer = function.handler(event(name), object())

    waits = [{"itemIdentifier": record.message_id}] if name == "remove_bot" else []
    assert answer == {"batchItemFailures": waits}
    bot = world.bots.get(1)
    assert bot is not None
    assert bot.status == STATUS[name]
    assert queues.letters == []


def test_the_schedule_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Found()
    monkeypatch.setattr(function, "sweep", found.sweep)

    assert function.handler(event("sweep"), object()) is None
    assert found.looked_for == []
