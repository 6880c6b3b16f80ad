"""The process of one job: `python -m courier.download.guard.child JOB RESULTS`, two open pipes; see `running`.

Order matters: first the lifeline, then the guard, and only then the job's code is imported.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

from courier.download.guard.downloader import hide_unseen_clients
from courier.download.guard.errors import ForbiddenAddressError
from courier.download.guard.hook import arm
from courier.download.guard.rules import Guard


def main(job_fd: int, results_fd: int) -> None:
    """Read the job, do it, write what comes of it: lines of JSON, each with `note`, `result` or `error`."""
    lifeline = os.fdopen(job_fd, "rb", buffering=0)
    job = json.loads(_line(lifeline))
    Thread(target=_die_with_parent, args=(lifeline,), daemon=True).start()
    guard = Guard(allowed=job["allowed"], proxy=job["proxy"], programs=map(Path, job["programs"]))
    hide_unseen_clients()
    arm(guard)
    with os.fdopen(results_fd, "w", encoding="utf-8") as results:

        def tell(line: dict[str, Any]) -> None:
            results.write(json.dumps(line) + "\n")
            results.flush()

        tell(_outcome(guard, job, lambda note: tell({"note": note})))


def _outcome(guard: Guard, job: dict[str, Any], note: Callable[[Any], None]) -> dict[str, Any]:
    try:
        with guard.deciding():
            result = _function(job["target"])(job["payload"], guard, note)
    except BaseException as error:  # noqa: BLE001 - whatever ends a job is told, not lost with the process
        return {"error": _told(error)}
    return {"result": result}


def _told(error: BaseException) -> dict[str, Any]:
    told = {
        "type": type(error).__name__,
        "text": str(error),
        "trace": "".join(traceback.format_exception(error))[-4000:],
    }
    if isinstance(error, ForbiddenAddressError):
        told |= {"is_forbidden": "yes"}
    return told


def _function(target: str) -> Callable[[Any, Guard, Callable[[Any], None]], Any]:
    module, _, name = target.partition(":")
    function: Callable[[Any, Guard, Callable[[Any], None]], Any] = getattr(importlib.import_module(module), name)
    return function


def _line(lifeline: Any) -> bytes:
    """The job's line; byte by byte would do, but a payload may hold cookies of some kilobytes."""
    text = b""
    while not text.endswith(b"\n"):
        part = lifeline.read(65_536)
        if not part:
            raise SystemExit("no job came")
        text += part
    return text


def _die_with_parent(lifeline: BinaryIO) -> None:
    """The parent never writes a second line. When it is gone, also killed, the pipe ends, and we with our children."""
    lifeline.read(1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
