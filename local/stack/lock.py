"""One stack per state directory, and the way for `down` to find it.

The lock is the kernel's (flock): it is free at the moment its holder dies, however that happens. The file's
text only says who holds it; the process id counts together with the time at which that process started,
so that a number which the system has used again is never signalled.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

#: Seconds by which two readings of one process's start time may differ.
_CLOCK_TOLERANCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that a lock file names."""

    pid: int
    started: float

    @classmethod
    def current(cls) -> Self:
        return cls(os.getpid(), psutil.Process().create_time())

    def process(self) -> psutil.Process | None:
        """That very process, or None if it is gone (or its id belongs to another one by now)."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) < _CLOCK_TOLERANCE_S:
                return process
        return None


class FileLock:
    """An exclusive lock on a file, held by the process until it ends or releases it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether it is held through this object."""
        return self._fd is not None

    def try_acquire(self) -> bool:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def write(self, holder: Holder) -> None:
        """Say who holds the lock."""
        assert self._fd is not None
        text = json.dumps({"pid": holder.pid, "started": holder.started}).encode()
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, text, 0)

    def holder(self) -> Holder | None:
        """Whom the file names; None for an empty or unreadable one."""
        try:
            record = json.loads(self._path.read_text())
            return Holder(int(record["pid"]), float(record["started"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def release(self) -> None:
        """Forget the holder and free the lock. The file stays: removing it would let two hold "the" lock."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = None

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Try to hold the lock for a block; says whether it does."""
        acquired = self.try_acquire()
        try:
            yield acquired
        finally:
            if acquired:
                self.release()
