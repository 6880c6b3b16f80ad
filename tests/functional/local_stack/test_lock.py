import os
import subprocess
import sys
from pathlib import Path

import psutil

from local.stack.lock import FileLock, Holder

HOLD = """
import sys
from pathlib import Path
from local.stack.lock import FileLock, Holder
lock = FileLock(Path(sys.argv[1]))
assert lock.try_acquire()
lock.write(Holder.current())
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "stack.lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        lock = FileLock(path)
        assert not lock.try_acquire()
        found = lock.holder()
        assert found is not None
        assert found.process() == psutil.Process(holder.pid)
        holder.kill()
    assert lock.try_acquire()
    assert found.process() is None
    lock.release()


def test_a_process_id_that_was_used_again_is_not_the_holder() -> None:
    assert Holder(os.getpid(), started=1.0).process() is None
    assert Holder.current().process() == psutil.Process()


def test_a_released_lock_names_nobody(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "stack.lock")
    assert lock.try_acquire()
    lock.write(Holder.current())
    lock.release()
    assert lock.holder() is None
    with lock.held() as held:
        assert held
