"""Processes are found and ended, however they were left. The children are small Python programs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local.stack import Interrupt, StepFailedError, StopRequestedError
from local.stack.processes import MARKER, Child, kill_marked, marked, start, stop, wait_done, wait_ready

#: Far over what any of these needs.
DEADLINE_S = 30.0

SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
#: Leaves its group, as a daemon would, and ignores SIGTERM.
DAEMON = f"import os; os.setsid(); {DEAF}"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {DAEMON!r}]).wait()"


@pytest.fixture
def run_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    kill_marked(tmp_path)


def run(run_dir: Path, code: str, name: str = "child") -> Child:
    return start(
        name,
        [sys.executable, "-c", code],
        environment={MARKER: str(run_dir), "PATH": os.defpath},
        log=run_dir / f"{name}.log",
        cwd=run_dir,
    )


def until(condition: Callable[[], bool]) -> None:
    assert Interrupt().wait_until(condition, DEADLINE_S), "it didn't happen in time"


def says(child: Child, text: str) -> None:
    until(lambda: text in child.log.read_text())


def test_stopping_ends_children_and_grandchildren_that_hide(run_dir: Path) -> None:
    child = run(run_dir, PARENT)
    says(child, "deaf")
    assert len(marked(run_dir)) == 2
    forced = stop([child], run_dir, grace_s=1.0)
    assert len(forced) == 1
    assert marked(run_dir) == []
    assert child.status == -signal.SIGTERM


def test_a_child_that_ignores_the_request_is_killed(run_dir: Path) -> None:
    child = run(run_dir, DEAF)
    says(child, "deaf")
    stop([child], run_dir, grace_s=0.1)
    assert child.status == -signal.SIGKILL


def test_other_run_directories_are_left_alone(run_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    child, neighbour = run(run_dir, SLEEP), run(other, SLEEP)
    until(lambda: len(marked(other)) == 1)
    stop([child], run_dir)
    assert neighbour.status is None
    stop([neighbour], other)


def test_a_child_dies_with_its_parent(run_dir: Path) -> None:
    """The parent is killed so that it can do nothing about it."""
    program = f"""
import sys
from pathlib import Path
from tests.functional.local_stack.test_processes import SLEEP, run
run(Path({str(run_dir)!r}), SLEEP)
print("started", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        until(lambda: len(marked(run_dir)) == 1)
        (child,) = marked(run_dir)
        until(lambda: child.cmdline()[-1] == SLEEP)
        parent.kill()
    if sys.platform == "linux":
        until(lambda: marked(run_dir) == [])
    else:
        assert kill_marked(run_dir) == [child.pid]


def test_ready_when_it_answers(run_dir: Path) -> None:
    child = run(run_dir, f"open('ready', 'w').close(); {SLEEP}")
    wait_ready(child, (run_dir / "ready").exists, Interrupt(), DEADLINE_S)
    stop([child], run_dir)


def test_a_service_that_ends_while_it_starts_shows_its_log(run_dir: Path) -> None:
    child = run(run_dir, "raise SystemExit('port is taken')", name="emulator")
    with pytest.raises(StepFailedError, match=r"(?s)emulator ended with status 1 .*emulator\.log.*port is taken"):
        wait_ready(child, lambda: False, Interrupt(), DEADLINE_S)


def test_a_service_that_never_answers_is_given_up(run_dir: Path) -> None:
    child = run(run_dir, SLEEP)
    with pytest.raises(StepFailedError, match=r"(?s)didn't answer within 0 s.*printed nothing"):
        wait_ready(child, lambda: False, Interrupt(), 0.1)
    stop([child], run_dir)


def test_a_command_that_fails_shows_the_end_of_its_log(run_dir: Path) -> None:
    child = run(run_dir, "for n in range(100): print('line', n)\nraise SystemExit(2)")
    with pytest.raises(StepFailedError, match=r"(?s)failed with status 2.*line 99") as caught:
        wait_done(child, Interrupt(), DEADLINE_S, lambda: None)
    assert "line 50" not in str(caught.value)


def test_a_request_to_stop_ends_the_wait(run_dir: Path) -> None:
    child, interrupt = run(run_dir, SLEEP), Interrupt()
    with pytest.raises(StopRequestedError):
        wait_done(child, interrupt, DEADLINE_S, interrupt.request)
    stop([child], run_dir)


def test_signals_become_a_request() -> None:
    interrupt = Interrupt()
    before = signal.getsignal(signal.SIGTERM)
    with interrupt.on_signals():
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(os.getpid(), number)
        assert interrupt.wait(DEADLINE_S)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_keeps_no_file_of_its_parent_open(run_dir: Path) -> None:
    """A port or lock that a child inherits would outlive the stack."""
    with socket.create_server(("127.0.0.1", 0)):
        child = run(run_dir, f"print('up', flush=True); {SLEEP}")
        says(child, "up")
        assert psutil.Process(child.pid).net_connections() == []
    stop([child], run_dir)


def test_stopping_what_has_ended_by_itself_is_harmless(run_dir: Path) -> None:
    child = run(run_dir, "")
    until(lambda: child.status is not None)
    began = time.monotonic()
    assert stop([child], run_dir) == []
    assert time.monotonic() - began < DEADLINE_S
