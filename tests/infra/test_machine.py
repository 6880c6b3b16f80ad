"""The download machine's definition, as far as one can see without running it: `sam validate` doesn't look into it."""

import re
from inspect import signature
from typing import Any

import pytest

from courier.state.jobs import ANSWER_S, JobTable
from tests.infra.cfn import MACHINE, Template
from tests.workflow.definition import DEFINITION, definition, successors

STATES: dict[str, dict[str, Any]] = definition()["States"]
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}
#: The Lambda function of a task, by the name that stands for it in the definition.
_FUNCTION = re.compile(r"\$\{(\w+)\}")
#: Amazon States Language with JSONata: fields of all states, of each type, and of what they are made of.
COMMON = {"Type", "Comment"}
_FLOW = {"Next", "End", "Output", "Assign"}
FIELDS = {
    "Pass": _FLOW,
    "Wait": _FLOW | {"Seconds", "Timestamp"},
    "Task": _FLOW | {"Resource", "Arguments", "TimeoutSeconds", "HeartbeatSeconds", "Credentials", "Retry", "Catch"},
    "Choice": {"Choices", "Default", "Output", "Assign"},
    "Succeed": {"Output"},
    "Fail": {"Error", "Cause"},
}
PARTS = {
    "Retry": {"ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy"},
    "Catch": {"ErrorEquals", "Next", "Output", "Assign"},
    "Choices": {"Condition", "Next", "Output", "Assign"},
}
#: Step Functions: events of one execution.
MOST_EVENTS = 25_000


def test_fields_are_those_of_the_language() -> None:
    """AWS refuses what it doesn't know; the emulator passes over it, and so does the template's linter."""
    for name, state in STATES.items():
        assert set(state) <= COMMON | FIELDS[state["Type"]], name
        for part, known in PARTS.items():
            for found in state.get(part, []):
                assert set(found) <= known, f"{name}.{part}"


def test_every_state_says_what_it_is_for() -> None:
    assert definition()["Comment"]
    assert [name for name, state in STATES.items() if len(state.get("Comment", "")) < 15] == []


def test_every_state_is_reached_and_leads_to_one_that_is_there() -> None:
    reached, waiting = set(), {definition()["StartAt"]}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= successors(STATES[name]) - reached

    assert reached == set(STATES)


def test_data_is_asked_for_in_one_language() -> None:
    assert definition()["QueryLanguage"] == "JSONata"
    assert "$." not in DEFINITION.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_an_end_and_is_tried_again_at_random_times(name: str) -> None:
    task = TASKS[name]

    assert task["TimeoutSeconds"]
    for retry in task["Retry"]:
        assert retry["JitterStrategy"] == "FULL"
        assert retry["MaxDelaySeconds"] <= 60
        assert retry["MaxAttempts"] >= 1
    assert task["Retry"][-1]["ErrorEquals"] == task["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_waits_a_little_longer_than_its_function_may_take(template: Template, name: str) -> None:
    (named,) = _FUNCTION.findall(TASKS[name]["Arguments"]["FunctionName"])
    (machine,) = template.of_type(MACHINE)
    function = machine.properties["DefinitionSubstitutions"][named]["Fn::GetAtt"][0]
    timeout = template.resource(function).properties["Timeout"]

    assert timeout < TASKS[name]["TimeoutSeconds"] <= timeout + 15


def test_names_that_the_definition_leaves_open_are_those_that_the_template_gives(template: Template) -> None:
    (machine,) = template.of_type(MACHINE)

    assert set(_FUNCTION.findall(DEFINITION.read_text(encoding="utf-8"))) == set(
        machine.properties["DefinitionSubstitutions"]
    )


def test_a_step_says_something_before_its_job_is_looked_after() -> None:
    """Else the sweep starts another one beside it. Those that take longer say so all the time."""
    kept = signature(JobTable).parameters["silent_s"].default

    for step in ("Probe", "Find"):
        retries = sum(each["MaxAttempts"] for each in TASKS[step]["Retry"] if each["ErrorEquals"] == ["States.ALL"])
        assert TASKS[step]["TimeoutSeconds"] * (1 + retries) + 60 < kept
    # A deliver that is under way is left alone until its function's end.
    assert TASKS["Deliver"]["TimeoutSeconds"] <= ANSWER_S


def test_loops_end_before_the_history_is_full() -> None:
    """A site's pauses are the longest: 900 seconds, of a second at least. A task is five events, others are two."""
    once = 5 + 2 + 2

    assert 900 * once + 12 * once + 100 < MOST_EVENTS / 2
