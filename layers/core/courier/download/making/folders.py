"""A folder for one job, gone with it; also what a killed job left is removed, by the next one on the same disk."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp


@contextmanager
def job_folder(base: Path) -> Iterator[Path]:
    """A new folder below `base`, with nothing in it.

    On AWS an execution environment has its disk for itself and one job at a time; on the local stack many share one.
    A folder is locked by the process that works in it, and a lock dies with its process: what isn't locked is remains.
    """
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    # While the base is locked nobody sees a folder that isn't locked yet.
    with _locked(base, fcntl.LOCK_EX):
        _sweep(base)
        folder = Path(mkdtemp(dir=base))
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _sweep(base: Path) -> None:
    for path in base.iterdir():
        with suppress(OSError), _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """With a folder's lock.

    Raises:
        BlockingIOError: Somebody else has it, and `how` says not to wait.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
