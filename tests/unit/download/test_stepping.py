"""Steps of the machine: every line is part of the story, and errors stay errors."""

from collections.abc import Callable
from typing import Any

import pytest

from courier.download.stepping import carried_out
from courier.telemetry import log

PAYLOAD = {"step": "probe", "job": {"hash": "0f", "attempt": 2, "correlation_id": "c-1"}}
STORY = {"correlation_id": "c-1", "execution": "0f-2", "step": "probe"}

Lines = Callable[[], list[dict[str, Any]]]


def story_of(line: dict[str, Any]) -> dict[str, Any]:
    return {name: line.get(name) for name in STORY}


def test_lines_of_a_step_are_part_of_the_story(lines: Lines) -> None:
    def step() -> dict[str, Any]:
        log().info("in the middle")
        return {"outcome": "failed", "failure": "gone", "detail": "404", "page": {"title": "not for the log"}}

    answer = carried_out(PAYLOAD, step)

    assert answer["outcome"] == "failed"
    middle, end = lines()
    assert story_of(middle) == story_of(end) == STORY
    assert {name: end[name] for name in ("message", "outcome", "failure", "detail")} == {
        "message": "step taken",
        "outcome": "failed",
        "failure": "gone",
        "detail": "404",
    }
    assert "page" not in end


def test_what_nobody_foresaw_is_told_and_left_to_the_machine(lines: Lines) -> None:
    def step() -> dict[str, Any]:
        raise ValueError("nobody foresaw this")

    with pytest.raises(ValueError, match="nobody foresaw this"):
        carried_out(PAYLOAD, step)

    (line,) = lines()
    assert story_of(line) == STORY
    # An alarm counts errors; this one is tried again, and Lambda counts it.
    assert (line["level"], line["message"]) == ("WARNING", "step failed")
    assert "nobody foresaw this" in line["exception"]


@pytest.mark.parametrize("correlation_id", ["", None])
def test_a_job_without_a_correlation_id_has_its_executions_name(lines: Lines, correlation_id: str | None) -> None:
    payload = {"step": "find", "job": {"hash": "0f", "attempt": 2, "correlation_id": correlation_id}}

    carried_out(payload, lambda: {"outcome": "absent"})

    (line,) = lines()
    assert line["correlation_id"] == "0f-2"
