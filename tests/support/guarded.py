"""Guarded jobs as production runs them, with one warm process for a whole run of tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psutil

from courier.download.guard import running
from courier.download.guard.forking import ForkServer
from courier.download.guard.running import Job
from courier.download.preloading import preload

type Run = Callable[..., Any]
#: Makes a `Job` of a function of `tests.functional.download.jobs`, its payload and its bounds.
type Make = Callable[..., Job]
#: What a process that others are forked from may prepare: nothing, and so it is there at once.
NOTHING = "gc:collect"
#: What Python runs for ever.
SLEEPER = ("import sys; sys.stdin.read()",)


@contextmanager
def warm_run() -> Iterator[Run]:
    """As `courier.wiring.guarded`, to the end of this."""
    server = ForkServer(f"{preload.__module__}:{preload.__name__}")
    try:
        yield partial(running.run, start=server)
    finally:
        server.close()


def surviving(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that live on; a killed one may take a moment, and an orphan stays a zombie where nobody collects it."""
    for _ in range(200):
        _, alive = psutil.wait_procs(processes, timeout=0.1)
        processes = [process for process in alive if process.is_running() and not is_zombie(process)]
        if not processes:
            break
    return processes


def is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
