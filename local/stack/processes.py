"""Processes of the stack: started so that they can be found again, stopped so that nothing remains.

Three nets, because a leak is worse than an error: each process leads a session of its own (its group gets
the signals), dies with its parent (`launch.py`), and carries a marker in its environment which its children
inherit, the emulator's Lambda workers above all. Whatever carries the marker belongs to the stack.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from local.stack.errors import StepFailedError
from local.stack.interrupt import Interrupt

#: Variable that says to which run directory a process belongs.
MARKER = "TG_COURIER_STACK"

_LAUNCHER = Path(__file__).with_name("launch.py")
_LOG_LINES = 25


@dataclass(frozen=True, slots=True)
class Child:
    """A process that this one has started, with the file that gets its output."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def status(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self.process.poll()

    def failure(self, what: str) -> StepFailedError:
        """An error that shows the end of the log, so that nobody has to look for the file."""
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        shown = "\n".join(f"    {line}" for line in lines) or "    (it printed nothing)"
        return StepFailedError(f"{self.name} {what}. The end of {self.log}:\n{shown}")


def start(name: str, command: Sequence[str | Path], *, environment: Mapping[str, str], log: Path, cwd: Path) -> Child:
    """Start a process. Call it from the main thread: the kernel takes the thread for the parent."""
    launcher = [sys.executable, "-I", "-S", "-B", str(_LAUNCHER), str(os.getpid())]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*launcher, *map(str, command)],
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log)


def wait_ready(child: Child, ready: Callable[[], bool], interrupt: Interrupt, seconds: float) -> None:
    """Wait until a service answers.

    Raises:
        StepFailedError: When it ended, or didn't answer in time.
        StopRequestedError: When the end was asked for meanwhile.
    """

    def settled() -> bool:
        return child.status is not None or ready()

    if not interrupt.wait_until(settled, seconds):
        raise child.failure(f"didn't answer within {seconds:.0f} s")
    if child.status is not None:
        raise child.failure(f"ended with status {child.status} while it was starting")


def wait_done(child: Child, interrupt: Interrupt, seconds: float, tick: Callable[[], None]) -> None:
    """Wait until a command has succeeded; `tick` is called again and again meanwhile.

    Raises:
        StepFailedError: When it failed, or took too long.
        StopRequestedError: When the end was asked for meanwhile.
    """

    def done() -> bool:
        tick()
        return child.status is not None

    if not interrupt.wait_until(done, seconds):
        raise child.failure(f"wasn't done after {seconds:.0f} s")
    if child.status:
        raise child.failure(f"failed with status {child.status}")


def stop(children: Iterable[Child], run_dir: Path, *, grace_s: float = 3.0) -> list[int]:
    """End these processes and whatever belongs to the run directory; gives the ids that needed force."""
    children = list(children)
    for child in children:
        _signal_group(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    forced = kill_marked(run_dir)
    for child in children:
        _signal_group(child.pid, signal.SIGKILL)
        child.process.wait()
    return forced


def kill_marked(run_dir: Path, *, seconds: float = 10.0) -> list[int]:
    """SIGKILL every process that belongs to this run directory, and wait until they are gone."""
    killed: set[int] = set()
    deadline = time.monotonic() + seconds
    # Again until there is none: one of them may have started another meanwhile.
    while (found := marked(run_dir)) and time.monotonic() < deadline:
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                killed.add(process.pid)
        time.sleep(0.01)
    return sorted(killed)


def marked(run_dir: Path) -> list[psutil.Process]:
    """The living processes that belong to this run directory, but not the calling one."""
    wanted = str(run_dir)
    return [
        process
        for process in psutil.process_iter()
        if process.pid != os.getpid() and environment_of(process).get(MARKER) == wanted
    ]


def environment_of(process: psutil.Process) -> Mapping[str, str]:
    """The environment that a process was started with; empty for a dead or a foreign one."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return {}
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
