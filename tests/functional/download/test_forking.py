"""Processes that others are forked from: what they are, and that none outlives whom it works for."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psutil
import pytest

from courier.download.guard import running
from courier.download.guard.forking import ForkServer
from courier.download.guard.processes import NotStartedError, Process
from courier.download.guard.running import Job, JobCrashedError, JobTimeoutError
from tests.functional.download import jobs
from tests.support.guarded import NOTHING, SLEEPER, Make, surviving

#: What a process that others are forked from may prepare; see `NOTHING`.
FOR_EVER, DEATH = f"{jobs.__name__}:for_ever", f"{jobs.__name__}:die"


@pytest.mark.parametrize("start", ["anew", f"ForkServer({NOTHING!r})"])
@pytest.mark.parametrize("works", ["wait", "compute"])
def test_a_job_dies_with_its_parent(tmp_path: Path, start: str, works: str) -> None:
    """Lambda and the local emulator kill a function at its timeout without a word, whatever it does."""
    python = sys.executable
    payload = {"program": [python, "-c", *SLEEPER]}
    job = f"Job('{jobs.__name__}:{works}', {payload!r}, Path({str(tmp_path)!r}), 60.0, programs=(Path({python!r}),))"
    with parent(f"run({job}, start={start}, note=lambda note: print(*note, flush=True))") as process:
        children = [psutil.Process(int(number)) for number in told(process).split()]
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
    assert len(children) == 2
    assert set(children) <= set(family)
    assert not surviving(family)


def test_what_prepares_dies_with_its_parent(tmp_path: Path) -> None:
    job = f"Job('{jobs.__name__}:wait', None, Path({str(tmp_path)!r}), 60.0)"
    with parent(f"run({job}, start=ForkServer({FOR_EVER!r}))") as process:
        assert told(process) == "preparing"
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
    assert len(family) == 1
    assert not surviving(family)


def test_what_is_forked_from_has_nothing_of_ours(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with closing(ForkServer(NOTHING)) as server:
        pid = running.run(make(jobs.parent), start=server)
        assert b"secret" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")


def test_another_takes_the_place_of_one_that_died(make: Make, fork_server: ForkServer) -> None:
    first = running.run(make(jobs.parent), start=fork_server)
    assert first == running.run(make(jobs.parent), start=fork_server)
    os.kill(first, signal.SIGKILL)
    assert first != running.run(make(jobs.parent), start=fork_server)


def test_who_ignores_the_ends_of_its_processes_has_warm_ones_too(tmp_path: Path) -> None:
    job = f"Job('{jobs.__name__}:parent', None, Path({str(tmp_path)!r}), 60.0)"
    line = f"signal.signal(signal.SIGCHLD, signal.SIG_IGN); start = ForkServer({NOTHING!r})\n"
    with parent(line + f"print(len({{run({job}, start=start) for _ in range(3)}}), flush=True)") as process:
        assert told(process) == "1"


def test_an_answer_that_nobody_read_is_not_the_next_ones(
    make: Make, fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_fds = socket.send_fds

    def interrupted(*arguments: Any) -> NoReturn:
        send_fds(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(socket, "send_fds", interrupted)
    with pytest.raises(KeyboardInterrupt):
        running.run(make(jobs.echo, "first"), start=fork_server)
    monkeypatch.setattr(socket, "send_fds", send_fds)
    words = ["second", "third"]
    assert [running.run(make(jobs.echo, word), start=fork_server) for word in words] == words


def test_a_first_try_that_lives_on_has_no_part_in_the_second(make: Make, fork_server: ForkServer) -> None:
    """Its answer was lost with the process that it was forked from. An order of this size is written in pieces."""
    order, tried = "x" * 300_000, list[Process]()

    def start(*arguments: Any) -> Process:
        tried.append(fork_server(*arguments))
        if len(tried) == 1:
            raise NotStartedError("its answer was lost")
        return tried[-1]

    assert running.run(make(jobs.echo, order), start=start) == order
    assert tried[0].wait() != 0, "nobody gave it an order"


def test_a_folder_that_is_relative(tmp_path: Path, fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Job(f"{jobs.__name__}:environment", None, Path(), 30.0)
    assert running.run(job, start=fork_server)["folder"] == str(tmp_path)


def test_a_crash_that_somebody_else_collected_is_a_crash(make: Make) -> None:
    """As where the process that it was forked from died before it."""

    def start(*_: Any) -> Process:
        with subprocess.Popen([sys.executable, "-c", ""]) as process:
            process.wait()
        return process

    with pytest.raises(JobCrashedError, match="exit status 0"):
        running.run(make(jobs.parent), start=start)


def test_one_that_dies_again_and_again(make: Make) -> None:
    with closing(ForkServer(DEATH)) as server, pytest.raises(JobCrashedError, match="ends by itself"):
        running.run(make(jobs.parent), start=server)


def test_a_job_without_time_costs_nothing(make: Make, fork_server: ForkServer) -> None:
    first = running.run(make(jobs.parent), start=fork_server)
    with pytest.raises(JobTimeoutError):
        running.run(make(jobs.parent, timeout_s=0.0), start=fork_server)
    assert first == running.run(make(jobs.parent), start=fork_server)


def test_one_that_takes_too_long(make: Make) -> None:
    before = set(psutil.Process().children())
    with closing(ForkServer(FOR_EVER)) as server, pytest.raises(JobTimeoutError):
        running.run(make(jobs.parent, timeout_s=1.0), start=server)
    assert not set(psutil.Process().children()) - before


@contextmanager
def parent(line: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs a job."""
    program = (
        "import signal; from pathlib import Path; from courier.download.guard.running import Job, run\n"
        "from courier.download.guard.processes import anew; from courier.download.guard.forking import ForkServer\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program + line],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    ) as process:
        yield process


def told(process: subprocess.Popen[bytes]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()
