"""Processes that begin warm: forks of one that has prepared for any job, and has seen none."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from courier.download.guard.processes import Process, environment
from courier.download.guard.running import JobCrashedError, JobTimeoutError

#: Bytes of the longest message between the two.
MESSAGE_BYTES = 1_000_000
#: Seconds within which a process that was killed is told to have ended.
_END_S = 10.0


class _GoneError(Exception):
    """The process that is forked from has ended."""


class ForkServer:
    """Starts processes by forking one that is kept for the life of this one; see `courier.download.guard.forkserver`.

    The first job waits while that one prepares. Where it has died, another takes its place.

    Args:
        prepare: `module:function` that it calls, without arguments, before it forks.
    """

    def __init__(self, prepare: str) -> None:
        self._prepare = prepare
        self._lock = Lock()
        self._server: _Server | None = None

    def __call__(self, folder: Path, pipes: tuple[int, int], printed: int, timeout_s: float) -> Process:
        """See `processes.Start`.

        Raises:
            JobTimeoutError: It couldn't prepare in time.
            JobCrashedError: It died twice.
        """
        order = {"env": environment(folder), "cwd": str(folder)}
        if timeout_s <= 0:
            raise JobTimeoutError("the job has no time")
        with self._lock:
            for _ in range(2):
                server = self._server = self._server or _Server(self._prepare)
                try:
                    return _Forked(server.ask(order, (*pipes, printed), timeout_s), server)
                except TimeoutError as error:
                    self._server = None
                    raise JobTimeoutError("the job's process couldn't be started in time") from error
                except _GoneError:
                    self._end()
        raise JobCrashedError("the process that jobs are forked from ends by itself")

    def close(self) -> None:
        """End the process that is forked from; a later job starts another."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._server is not None:
            self._server.end()
            self._server = None


class _Server:
    """One process that others are forked from."""

    def __init__(self, prepare: str) -> None:
        self._lock = Lock()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-s", "-m", "courier.download.guard.forkserver", str(theirs.fileno()), prepare],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=environment(Path("/")),
                cwd="/",
                start_new_session=True,
            )

    def ask(self, what: dict[str, Any], descriptors: Sequence[int], timeout_s: float) -> int:
        """The number that it answers with.

        Raises:
            TimeoutError: if it doesn't in time; it is ended, since its answers couldn't be told apart after that.
            _GoneError: if it has ended.
        """
        with self._lock:
            try:
                self._control.settimeout(timeout_s)
                socket.send_fds(self._control, [json.dumps(what).encode()], descriptors)
                answer = self._control.recv(MESSAGE_BYTES)
            except TimeoutError:
                self.end()
                raise
            except OSError as error:
                raise _GoneError from error
        if not answer:
            raise _GoneError
        return int(answer)

    def end(self) -> None:
        """What was forked goes on."""
        self._control.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


@dataclass(slots=True)
class _Forked:
    """A process that was forked."""

    pid: int
    _server: _Server
    _status: int | None = None

    def wait(self) -> int:
        """See `processes.Process`. Where nobody can tell, it was killed."""
        if self._status is None:
            try:
                self._status = self._server.ask({"wait": self.pid}, (), _END_S)
            except (TimeoutError, _GoneError):
                self._status = -signal.SIGKILL
        return self._status
