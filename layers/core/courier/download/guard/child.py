"""The process of one job: `python -m courier.download.guard.child ORDER RESULTS LIFELINE`, open pipes; see `running`.

Order matters: first the lifeline, then the guard, and only then the job's code is imported.
"""

import fcntl
import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

from courier.download.guard.downloader import hide_unseen_clients
from courier.download.guard.errors import ForbiddenAddressError
from courier.download.guard.hook import arm
from courier.download.guard.rules import Guard

#: Linux: which signal tells of a descriptor; Python's library has no name for it.
_F_SETSIG = 10


def main(order_fd: int, results_fd: int, lifeline_fd: int) -> None:
    """Read the order, carry it out, write what comes of it: lines of JSON, each with `note`, `result` or `error`."""
    _die_with(lifeline_fd)
    with os.fdopen(order_fd, "rb") as order:
        job = json.loads(order.read() or b"null")
    if job is None:
        raise SystemExit("no order came")
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


def _die_with(lifeline: int) -> None:
    """When the parent is gone, also killed, the pipe ends, and we with our children.

    The kernel sees to that, where it can: a thread gets no turn while one regular expression takes its hours. The
    thread is for a pipe that ended before.
    """
    if sys.platform == "linux":
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(lifeline, _F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
