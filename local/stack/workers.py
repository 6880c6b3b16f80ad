"""The emulator's Lambda workers: one process for each warm function environment.

Tests kill them to see that nothing is lost; they are found by what they carry in their environment.
"""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.stack.processes import environment_of, marked


@dataclass(frozen=True, slots=True)
class LambdaWorker:
    """A process that runs a function's handler, one invocation at a time."""

    pid: int
    function: str


def lambda_workers(state_dir: Path, function: str = "") -> list[LambdaWorker]:
    """The workers of the stack in this state directory.

    `function` keeps those whose function's physical name contains it, such as the logical id
    `SenderFunction`.
    """
    found = [
        LambdaWorker(process.pid, name)
        for process in marked(state_dir.resolve() / "run")
        if (name := environment_of(process).get("AWS_LAMBDA_FUNCTION_NAME"))
    ]
    return [worker for worker in found if function in worker.function]


def kill_workers(workers: Iterable[LambdaWorker]) -> None:
    """SIGKILL them, as an out-of-memory kill would: in the middle of whatever they do."""
    for worker in workers:
        with suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
