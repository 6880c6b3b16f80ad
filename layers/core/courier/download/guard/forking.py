"""Processes that begin warm: forks of one that has prepared for any job, and has seen none."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from courier.download.guard.processes import NotStartedError, Pipes, Process, environment

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

    def __call__(self, folder: Path, pipes: Pipes, printed: int, ends: float) -> Process:
        """See `processes.Start`."""
        folder = folder.absolute()
        order = {"env": environment(folder), "cwd": str(folder)}
        if not self._lock.acquire(timeout=max(0.0, ends - time.monotonic())):
            raise TimeoutError("other jobs are started")
        try:
            server = self._server = self._server or _Server(self._prepare)
            return _Forked(server.ask(order, (*pipes, printed), ends), server)
        except _GoneError as error:
            raise NotStartedError("the process that jobs are forked from ends by itself") from error
        finally:
            if self._server is not None and self._server.is_ended:
                self._server = None
            self._lock.release()

    @property
    def pid(self) -> int | None:
        """Of the process that is forked from; None while there is none."""
        return self._server.pid if self._server else None

    def close(self) -> None:
        """End the process that is forked from; a later job starts another."""
        with self._lock:
            if self._server is not None:
                self._server.end()
                self._server = None


class _Server:
    """One process that others are forked from."""

    def __init__(self, prepare: str) -> None:
        self._lock = Lock()
        self.is_ended = False
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

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, what: dict[str, Any], descriptors: Sequence[int], ends: float) -> int:
        """The number that it answers with.

        Whatever goes wrong ends it: an answer that nobody has read would be taken for the next one's.

        Raises:
            TimeoutError: if it doesn't answer before that time of the monotonic clock.
            _GoneError: if it has ended.
        """
        with self._lock:
            if (left := ends - time.monotonic()) <= 0:
                raise TimeoutError("there is no time to ask")
            try:
                return self._asked(what, descriptors, left)
            except BaseException:
                self.end()
                raise

    def _asked(self, what: dict[str, Any], descriptors: Sequence[int], timeout_s: float) -> int:
        try:
            self._control.settimeout(timeout_s)
            socket.send_fds(self._control, [json.dumps(what).encode()], descriptors)
            answer = self._control.recv(MESSAGE_BYTES)
        except TimeoutError:
            raise
        except OSError as error:
            raise _GoneError from error
        if not answer:
            raise _GoneError
        return int(answer)

    def end(self) -> None:
        """What was forked goes on."""
        self.is_ended = True
        self._control.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()


@dataclass(frozen=True, slots=True)
class _Forked:
    """A process that was forked."""

    pid: int
    _server: _Server

    def wait(self) -> int:
        """See `processes.Process`. Where nobody can tell, it was killed."""
        try:
            return self._server.ask({"wait": self.pid}, (), time.monotonic() + _END_S)
        except (TimeoutError, _GoneError):
            return -signal.SIGKILL
