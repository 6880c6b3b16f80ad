"""What steps answer, one after another."""

from typing import Any

from tests.workflow.bridge import Killed
from tests.workflow.conftest import FUNCTIONS, Machine

type Script = dict[str, list[Any]]

#: What a probe finds; the machine itself looks at nothing but its size.
PAGE: dict[str, Any] = {"canonical_hash": "0f" * 32, "title": "A walk", "is_large": False}
LARGE = PAGE | {"is_large": True}

ACCEPTED: dict[str, Any] = {"outcome": "accepted", "page": PAGE}
ABSENT: dict[str, Any] = {"outcome": "absent"}
STORED: dict[str, Any] = {"outcome": "stored"}
EXTRACT: dict[str, Any] = {"outcome": "extract", "source": "video/aa.mp4"}
STALE: dict[str, Any] = {"outcome": "stale"}
DONE: dict[str, Any] = {"outcome": "done"}
AGAIN: dict[str, Any] = {"outcome": "again"}
WAIT: dict[str, Any] = {"outcome": "wait", "seconds": 2.5}
TOO_LONG: dict[str, Any] = {"outcome": "failed", "failure": "too_long", "detail": "5 hours"}
#: In place of an answer: the function raises, or its worker is killed.
RAISES, KILLED = "raises", "killed"


def play(machine: Machine, script: Script) -> None:
    """Let steps answer by a script; the last answer is given for ever."""
    left = {step: list(answers) for step, answers in script.items()}

    def answer(event: dict[str, Any]) -> Any:
        answers = left[event["step"]]
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if told == KILLED:
            raise Killed
        if told == RAISES:
            raise ValueError("nobody foresaw this")
        return told

    machine.steps.answers = dict.fromkeys(FUNCTIONS, answer)
