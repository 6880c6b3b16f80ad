"""Guarded jobs, each in a fork of a process that this execution environment keeps warm."""

from collections.abc import Callable
from functools import partial
from typing import Any

from courier.download.guard import running
from courier.download.guard.forking import ForkServer
from courier.download.preloading import preload


def guarded_run() -> Callable[..., Any]:
    """Runs jobs; the first waits until the process is warm."""
    return partial(running.run, start=ForkServer(f"{preload.__module__}:{preload.__name__}"))
