"""Every way through the definition, taken by the emulator's engine with scripted steps."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from tests.workflow.conftest import JOB, Machine
from tests.workflow.definition import definition, successors
from tests.workflow.scripts import (
    ABSENT,
    ACCEPTED,
    AGAIN,
    DONE,
    EXTRACT,
    KILLED,
    LARGE,
    PAGE,
    RAISES,
    STALE,
    STORED,
    TOO_LONG,
    WAIT,
    Script,
    play,
)

START = ["Begin", "Beginning"]
BEGIN = [*START, "Probe", "Probed"]
FIND = [*BEGIN, "Find", "Found"]
FETCH = [*FIND, "Sized", "Fetch", "Fetched"]
END = ["Deliver", "Delivered", "Done"]


@dataclass(frozen=True)
class Way:
    """A way through the machine.

    Attributes:
        script: Answers by step; who isn't in it isn't asked, but deliver, which is done at once.
        states: What is entered.
        failure: Of which deliver is told, and that is all that it is told; None of a success.
        detail: What is in the failure's detail.
        retried: How often a task is tried again.
    """

    script: Script
    states: list[str]
    failure: str | None = None
    detail: str = ""
    retried: int = 0


FOUND: Script = {"probe": [ACCEPTED], "find": [ABSENT]}
SOUND: Script = {"probe": [ACCEPTED], "find": [EXTRACT]}
WAYS = {
    "fetched": Way({**FOUND, "fetch": [STORED]}, [*FETCH, "Ended", *END]),
    "stored already": Way({"probe": [ACCEPTED], "find": [STORED]}, [*FIND, "Ended", *END]),
    "sound of a stored video": Way({**SOUND, "extract": [STORED]}, [*FIND, "Extract", "Extracted", "Ended", *END]),
    "the stored video vanished": Way(
        {**SOUND, "extract": [ABSENT], "fetch": [STORED]},
        [*FIND, "Extract", "Extracted", "Sized", "Fetch", "Fetched", "Ended", *END],
    ),
    "the stored video is broken": Way(
        {**SOUND, "extract": [TOO_LONG]}, [*FIND, "Extract", "Extracted", "Ended", *END], "too_long", "5 hours"
    ),
    "making sound crashes": Way(
        {**SOUND, "extract": [RAISES], "fetch": [STORED]},
        [*FIND, "Extract", "Sized", "Fetch", "Fetched", "Ended", *END],
        retried=1,
    ),
    "refused": Way({"probe": [TOO_LONG]}, [*BEGIN, "Ended", *END], "too_long", "5 hours"),
    "a failure without detail": Way(
        {"probe": [{"outcome": "failed", "failure": "gone"}]}, [*BEGIN, "Ended", *END], "gone"
    ),
    "known to be large": Way(
        {"probe": [{"outcome": "accepted", "page": LARGE}], "find": [ABSENT]},
        [*FIND, "Sized", "Transfer", "Ended", *END],
        "too_large",
    ),
    "large after all": Way(
        {**FOUND, "fetch": [{"outcome": "transfer", "reason": "size"}]},
        [*FETCH, "Transfer", "Ended", *END],
        "too_large",
    ),
    "slow after all": Way(
        {**FOUND, "fetch": [{"outcome": "transfer", "reason": "time"}]},
        [*FETCH, "Transfer", "Ended", *END],
        "too_large",
    ),
    "fetching fails": Way({**FOUND, "fetch": [TOO_LONG]}, [*FETCH, "Ended", *END], "too_long", "5 hours"),
    "a probe is tried again": Way(
        {"probe": [RAISES, KILLED, TOO_LONG]}, [*BEGIN, "Ended", *END], "too_long", retried=2
    ),
    "a probe crashes for good": Way(
        {"probe": [RAISES]}, [*START, "Probe", "Apologise", *END], "temporary", "nobody foresaw this", retried=2
    ),
    "finding crashes for good": Way(
        {"probe": [ACCEPTED], "find": [RAISES]},
        [*BEGIN, "Find", "Apologise", *END],
        "temporary",
        "nobody foresaw this",
        retried=2,
    ),
    "a fetch is killed once": Way({**FOUND, "fetch": [KILLED, STORED]}, [*FETCH, "Ended", *END], retried=1),
    "a fetch is killed for good": Way(
        {**FOUND, "fetch": [KILLED]},
        [*FIND, "Sized", "Fetch", "Apologise", *END],
        "temporary",
        retried=1,
    ),
    "the site wants a pause": Way(
        {"probe": [WAIT, WAIT, TOO_LONG]},
        [*START, *["Probe", "Probed", "WaitForSite"] * 2, "Probe", "Probed", "Ended", *END],
        "too_long",
    ),
    "a word that nobody knows": Way(
        {"probe": [{"outcome": "perhaps"}]},
        [*BEGIN, "Ended", "Misunderstood", *END],
        "temporary",
        'answer not understood: {"outcome":"perhaps"}',
    ),
    "no answer at all": Way({"probe": [None]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"),
    "accepted without a page": Way(
        {"probe": [{"outcome": "accepted"}]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"
    ),
    "a pause without an end": Way(
        {"probe": [{"outcome": "wait"}]},
        [*BEGIN, "Deliver", "Delivered", "Done"],
        "temporary",
    ),
    "a failure without a class": Way(
        {"probe": [{"outcome": "failed"}]}, [*BEGIN, "Ended", "Misunderstood", *END], "temporary"
    ),
    "many wait": Way(
        {**FOUND, "fetch": [STORED], "deliver": [AGAIN, AGAIN, DONE]},
        [*FETCH, "Ended", *["Deliver", "Delivered", "Breathe"] * 2, *END],
    ),
    "deliver is tried again": Way(
        {**FOUND, "fetch": [STORED], "deliver": [KILLED, RAISES, DONE]}, [*FETCH, "Ended", *END], retried=2
    ),
    "deliver finds another attempt": Way(
        {**FOUND, "fetch": [STORED], "deliver": [STALE]}, [*FETCH, "Ended", "Deliver", "Delivered", "Stale"]
    ),
}
#: Executions that Step Functions shows as failed: the sweep goes on with them.
UNANSWERED = {
    "deliver never ends": Way(
        {"probe": [TOO_LONG], "deliver": [AGAIN]},
        [*BEGIN, "Ended", *["Deliver", "Delivered", "Breathe"] * 12, "Deliver", "Delivered", "Unanswered"],
        "too_long",
    ),
    "deliver crashes for good": Way(
        {"probe": [TOO_LONG], "deliver": [RAISES]}, [*BEGIN, "Ended", "Deliver", "Unanswered"], "too_long", retried=4
    ),
    "deliver says nothing": Way(
        {"probe": [TOO_LONG], "deliver": [None]}, [*BEGIN, "Ended", "Deliver", "Delivered", "Unanswered"], "too_long"
    ),
}
#: Executions that end without a word, by the step that finds out that nobody wants them.
STALE_AT = {
    "probe": Way({"probe": [STALE]}, [*BEGIN, "Ended", "Stale"]),
    "find": Way({"probe": [ACCEPTED], "find": [STALE]}, [*FIND, "Ended", "Stale"]),
    "extract": Way({**SOUND, "extract": [STALE]}, [*FIND, "Extract", "Extracted", "Ended", "Stale"]),
    "fetch": Way({**FOUND, "fetch": [STALE]}, [*FETCH, "Ended", "Stale"]),
}
#: Nothing to be done but answers.
ANSWERED = [*START, *END]
#: The pauses that a site may ask for until it is too much, of a minute each.
PATIENCE = [*START, *["Probe", "Probed", "WaitForSite"] * 15, "Probe", "Probed", *END]


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
