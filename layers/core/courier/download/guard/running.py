"""A job in a process of its own, guarded from its first line, with nothing of ours in its environment."""

import json
import os
import select
import selectors
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courier.download.guard.processes import NotStartedError, Process, Start, anew
from courier.errors import CourierError

#: How long the parent may go without looking whether the job is still wanted, in seconds.
_LOOK_S = 0.5
#: Seconds that a process has to end once it has closed its results.
_LAST_S = 1.0
_STDERR_BYTES = 4_000


class JobError(CourierError):
    """A guarded job raised; the error itself stayed in its process.

    Attributes:
        type_name: Class of what it raised.
        text: Its words, for `errors.failure_of`; a refused address begins with `errors.FORBIDDEN_ADDRESS`.
        trace: For logs.
        is_forbidden: Whether an address was refused, whatever a library made of that.
    """

    def __init__(self, type_name: str, text: str, *, trace: str = "", is_forbidden: bool = False) -> None:
        super().__init__(text)
        self.type_name = type_name
        self.text = text
        self.trace = trace
        self.is_forbidden = is_forbidden


class JobTimeoutError(CourierError):
    """A guarded job was killed at its time limit."""


class JobStoppedError(CourierError):
    """A guarded job was killed since nobody wanted it any more."""


class JobCrashedError(CourierError):
    """A guarded job's process ended without a word; the text holds its exit status and the end of its stderr."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to do, and within which bounds.

    Attributes:
        target: `module:function`, called with the payload, the process's `Guard`, and a function for notes (JSON).
        payload: JSON.
        folder: The job's own; its HOME, TMPDIR and working directory. Who made it removes it.
        timeout_s: After so many seconds it is killed, with all that it started.
        allowed: As in `Guard`.
        proxy: As in `Guard`.
        programs: As in `Guard`.
        secret: The proxy's password: what the job tells, libraries' words among that, is told without it.
    """

    target: str
    payload: Any
    folder: Path
    timeout_s: float
    allowed: frozenset[str] = frozenset()
    proxy: str = ""
    programs: tuple[Path, ...] = ()
    secret: str = ""

    def shown(self, text: bytes) -> bytes:
        """A text of the job's without the secret, also where it is JSON."""
        forms = (json.dumps(self.secret)[1:-1].encode(), self.secret.encode()) if self.secret else ()
        for form in forms:
            text = text.replace(form, b"***")
        return text


@dataclass(slots=True)
class _Child:
    process: Process
    results: int
    status: int | None = None

    def end(self) -> int:
        """Kill it and its whole group: what a killed job had started would go on otherwise. Gives its exit status."""
        if self.status is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.status = self.process.wait()
        return self.status


def run(
    job: Job,
    *,
    note: Callable[[Any], None] = lambda _: None,
    is_wanted: Callable[[], bool] = lambda: True,
    start: Start = anew,
) -> Any:
    """Do a job in a child process, and give its result.

    Args:
        job: What to do.
        note: Told what the job tells on its way. It runs between reads, so it should be quick.
        is_wanted: Asked twice a second; the first no kills the job.
        start: Starts its process.

    Raises:
        JobError: The job raised.
        JobTimeoutError: It took too long.
        JobStoppedError: It wasn't wanted any more.
        JobCrashedError: Its process died.
    """
    ends = time.monotonic() + job.timeout_s
    stderr_path = job.folder / "stderr.txt"
    with stderr_path.open("wb") as stderr, _child(job, stderr.fileno(), start, ends) as child:
        for line in map(json.loads, map(job.shown, _lines(child.results, ends, is_wanted))):
            if "note" in line:
                note(line["note"])
            elif "error" in line:
                error = line["error"]
                raise JobError(error["type"], error["text"], trace=error["trace"], is_forbidden="is_forbidden" in error)
            else:
                return line["result"]
        status = _ended(child, ends)
    words = job.shown(stderr_path.read_bytes())[-_STDERR_BYTES:].decode(errors="replace")
    raise JobCrashedError(f"exit status {status}: {words}")


@contextmanager
def _child(job: Job, printed: int, start: Start, ends: float) -> Iterator[_Child]:
    """Its process, dead with all that it started when this ends."""
    process, pipes = _started(job, printed, start, ends)
    child = _Child(process, pipes.results)
    try:
        try:
            _give(job, pipes.order)
            yield child
        finally:
            child.end()
    finally:
        pipes.close()


class _Pipes:
    """Our ends of a process's three pipes, and the process's own.

    Attributes:
        order: Whoever writes it closes it.
        lifeline: Nothing is ever written there. It ends when we do, and the process with it.
        theirs: See `processes.Pipes`.
    """

    def __init__(self) -> None:
        order, self.order = os.pipe()
        self.results, results = os.pipe()
        lifeline, self.lifeline = os.pipe()
        self.theirs = (order, results, lifeline)

    def hand_over(self) -> None:
        """The process has its ends."""
        for descriptor in self.theirs:
            os.close(descriptor)

    def close(self) -> None:
        """It has ended."""
        os.close(self.results)
        os.close(self.lifeline)


def _started(job: Job, printed: int, start: Start, ends: float) -> tuple[Process, _Pipes]:
    for tries_left in (1, 0):
        # New ones for each try: a process that the first left behind may not read the second's order.
        pipes = _Pipes()
        try:
            return start(job.folder, pipes.theirs, printed, ends), pipes
        except BaseException as error:
            os.close(pipes.order)
            pipes.close()
            if isinstance(error, TimeoutError):
                raise JobTimeoutError("the job's process couldn't be started in time") from error
            if not isinstance(error, NotStartedError):
                raise
            if not tries_left:
                raise JobCrashedError(str(error)) from error
        finally:
            pipes.hand_over()
    raise AssertionError("the last try returns or raises")


def _give(job: Job, descriptor: int) -> None:
    order = {
        "target": job.target,
        "payload": job.payload,
        "allowed": sorted(job.allowed),
        "proxy": job.proxy,
        "programs": [str(path) for path in job.programs],
    }
    # Where it died on its way up, its silence and its stderr tell.
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb", buffering=0) as opened:
        rest = memoryview(json.dumps(order).encode())
        while rest:
            rest = rest[opened.write(rest) :]


def _ended(child: _Child, ends: float) -> int:
    """The exit status of a process that says nothing any more; it is killed if it lives on."""
    # Where the process that it was forked from has ended, nobody keeps its number for us.
    with suppress(ProcessLookupError):
        descriptor = os.pidfd_open(child.process.pid)
        try:
            select.select([descriptor], [], [], min(_LAST_S, max(0.0, ends - time.monotonic())))
        finally:
            os.close(descriptor)
    return child.end()


def _lines(results: int, ends: float, is_wanted: Callable[[], bool]) -> Iterator[bytes]:
    """What the child says, until it ends."""
    said = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(results, selectors.EVENT_READ)
        while True:
            left = ends - time.monotonic()
            if left <= 0:
                raise JobTimeoutError("the job took too long")
            if not is_wanted():
                raise JobStoppedError("the job isn't wanted any more")
            if not selector.select(min(left, _LOOK_S)):
                continue
            part = os.read(results, 65_536)
            if not part:
                return
            said += part
            if b"\n" in part:
                *lines, said = said.split(b"\n")
                yield from map(bytes, lines)
