"""Every way through the definition, taken by the emulator's engine with scripted steps."""

from itertools import pairwise
from typing import Any

import pytest

from tests.workflow.conftest import JOB, Machine
from tests.workflow.definition import definition, successors
from tests.workflow.scripts import (
    ABSENT,
    DONE,
    PAGE,
    STORED,
    TOO_LONG,
    play,
)
from tests.workflow.ways import ANSWERED, PATIENCE, SOUND, STALE_AT, UNANSWERED, WAYS, Way


@pytest.mark.parametrize("name", WAYS)
def test_everybody_is_answered_at_the_end_of(machine: Machine, name: str) -> None:
    way = WAYS[name]
    play(machine, {"deliver": [DONE], **way.script})

    ended = machine.run()

    assert (ended.status, ended.states, ended.retried) == ("SUCCEEDED", way.states, way.retried)
    assert_told(machine, way)


@pytest.mark.parametrize("name", UNANSWERED)
def test_the_sweep_is_left_with(machine: Machine, name: str) -> None:
    way = UNANSWERED[name]
    play(machine, way.script)

    ended = machine.run()

    assert (ended.status, ended.error, ended.states) == ("FAILED", "Unanswered", way.states)
    assert ended.retried == way.retried
    assert_told(machine, way)


@pytest.mark.parametrize("step", STALE_AT)
def test_an_attempt_that_nobody_wants_ends_without_a_word(machine: Machine, step: str) -> None:
    way = STALE_AT[step]
    play(machine, way.script)

    ended = machine.run()

    assert (ended.status, ended.states) == ("SUCCEEDED", way.states)
    assert "deliver" not in {call["step"] for call in machine.steps.calls}


def test_a_sites_pace_is_kept_for_a_quarter_of_an_hour(machine: Machine) -> None:
    play(machine, {"probe": [{"outcome": "wait", "seconds": 60}], "deliver": [DONE]})

    ended = machine.run()

    assert (ended.status, ended.states) == ("SUCCEEDED", PATIENCE)
    assert_told(machine, Way({}, [], "temporary", "slow-down"))


def test_every_way_that_the_definition_knows_is_taken() -> None:
    """Each state's successors, as these tests expect them of the engine: none is in the definition that none takes."""
    known = {(name, to) for name, state in definition()["States"].items() for to in successors(state)}
    ways = [*(way.states for group in (WAYS, UNANSWERED, STALE_AT) for way in group.values()), PATIENCE, ANSWERED]
    taken = {pair for states in ways for pair in pairwise(states)}

    assert taken == known


def test_answers_alone_are_given_where_nothing_else_is_left(machine: Machine) -> None:
    play(machine, {"deliver": [DONE]})

    ended = machine.run(first="deliver")

    assert (ended.status, ended.states) == ("SUCCEEDED", ANSWERED)
    assert machine.steps.calls == [{"step": "deliver", "job": JOB | {"first": "deliver"}}]


def test_a_step_gets_the_job_and_what_steps_before_it_found(machine: Machine) -> None:
    play(machine, {**SOUND, "extract": [ABSENT], "fetch": [STORED], "deliver": [DONE]})

    machine.run()

    assert machine.steps.calls == [
        {"step": "probe", "job": JOB},
        {"step": "find", "job": JOB, "page": PAGE},
        {"step": "extract", "job": JOB, "page": PAGE, "source": "video/aa.mp4"},
        {"step": "fetch", "job": JOB, "page": PAGE},
        {"step": "deliver", "job": JOB},
    ]


def test_an_execution_that_was_stopped_takes_no_further_step(machine: Machine) -> None:
    def stop_it(_: dict[str, Any]) -> dict[str, Any]:
        machine.stop(execution)
        return TOO_LONG

    play(machine, {"deliver": [DONE]})
    machine.steps.answers["ProbeFunction"] = stop_it
    execution = machine.begin()

    assert machine.end(execution).status == "ABORTED"
    assert [call["step"] for call in machine.steps.calls] == ["probe"]


def assert_told(machine: Machine, way: Way) -> None:
    """Deliver was told of this failure, or of none, every time."""
    told = [call for call in machine.steps.calls if call["step"] == "deliver"]
    assert told
    for call in told:
        if way.failure is None:
            assert call == {"step": "deliver", "job": JOB}
        else:
            assert set(call) == {"step", "job", "failure", "detail"}
            assert call["failure"] == way.failure
            assert way.detail in call["detail"]
