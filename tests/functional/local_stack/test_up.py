"""`up`, `down` and `status` as a person meets them. Whatever happens, nothing is left behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import psutil
import pytest

from local.stack import Endpoints, kill_workers, lambda_workers
from local.stack.processes import MARKER, marked
from local.stack.settings import StackSettings
from tests.functional.local_stack.conftest import Project, until


def get(url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def nothing_is_left(settings: StackSettings, endpoints: Endpoints | None = None) -> bool:
    assert marked(settings.run_dir) == []
    assert not settings.run_dir.exists()
    assert not settings.endpoints_file.exists()
    for url in [endpoints.aws_endpoint, endpoints.redis_url] if endpoints else []:
        port = urlsplit(url).port
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, f"{url} still answers"
    return True


def emulator_of(settings: StackSettings) -> psutil.Process:
    (emulator,) = (process for process in marked(settings.run_dir) if "ministack" in process.cmdline())
    return emulator


def test_the_deployed_api_answers_and_its_worker_can_be_killed(project: Project) -> None:
    up = project.up()
    endpoints = project.endpoints()
    status, body = get(f"{endpoints.api_url}/hello/world")
    (worker,) = lambda_workers(project.settings.state_dir, "hello")
    assert (status, body) == (200, f"world {worker.pid} {endpoints.redis_url} {endpoints.api_url}")
    assert worker.function == "courier-hello"
    kill_workers([worker])
    until(lambda: not lambda_workers(project.settings.state_dir, "hello"))
    assert get(f"{endpoints.api_url}/hello/again")[0] == 200
    assert lambda_workers(project.settings.state_dir, "other") == []
    up.terminate()
    assert project.end(up)[0] == 0
    assert nothing_is_left(project.settings, endpoints)


def test_a_signal_stops_it(project: Project) -> None:
    up = project.up()
    endpoints = project.endpoints()
    # `make` repeats what the terminal has sent.
    up.send_signal(signal.SIGINT)
    up.send_signal(signal.SIGINT)
    code, output = project.end(up)
    assert (code, output.splitlines()[-1]) == (0, "stopped; nothing is left running")
    assert nothing_is_left(project.settings, endpoints)


def test_a_second_one_says_what_runs_and_down_stops_it(project: Project) -> None:
    up = project.up()
    endpoints = project.endpoints()
    for command, expected in (("up", 3), ("status", 0)):
        code, output = project.run(command)  # type: ignore[arg-type]
        assert code == expected
        assert f"process {up.pid}" in output
        assert all(url in output for url in (endpoints.api_url, endpoints.aws_endpoint, endpoints.redis_url))
    assert up.poll() is None
    code, output = project.run("down")
    assert (code, f"process {up.pid}" in output) == (0, True)
    assert project.end(up)[0] == 0
    assert nothing_is_left(project.settings, endpoints)


def test_down_and_status_without_a_stack(project: Project) -> None:
    assert project.run("down") == (0, "No stack is running: nothing to do.\n")
    code, output = project.run("status")
    assert (code, "make up" in output) == (1, True)


def leave_a_straggler(settings: StackSettings) -> psutil.Process:
    """A process as a killed stack might leave it: a Lambda worker in the middle of its work."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    environment = {MARKER: str(settings.run_dir)}
    straggler = subprocess.Popen(command, env=environment, start_new_session=True)
    # The test is its parent: without this it stays as a zombie, and as a warning.
    straggler.returncode = 0
    return psutil.Process(straggler.pid)


@pytest.mark.parametrize("by", ["up", "down"])
def test_what_a_killed_one_left_is_cleaned(project: Project, by: str) -> None:
    up = project.up()
    get(f"{project.endpoints().api_url}/hello/world")
    up.kill()
    project.end(up)
    if sys.platform == "linux":
        until(lambda: marked(project.settings.run_dir) == [])
    straggler = leave_a_straggler(project.settings)
    assert project.settings.endpoints_file.exists()
    if by == "up":
        again = project.up()
        again.terminate()
        assert project.end(again)[0] == 0
    else:
        assert "cleaned up after a killed one" in project.run("down")[1]
    assert straggler.status() == psutil.STATUS_ZOMBIE
    os.waitpid(straggler.pid, 0)
    assert nothing_is_left(project.settings)


def test_a_service_that_dies_is_reported_and_ends_it(project: Project) -> None:
    up = project.up()
    emulator_of(project.settings).kill()
    code, output = project.end(up)
    assert code == 1
    assert "emulator ended with status -9 while the stack was running" in output
    assert nothing_is_left(project.settings)


@pytest.mark.parametrize("step", ["build", "deploy"])
def test_a_signal_in_the_middle_of_a_step(project: Project, step: str) -> None:
    project.order(f'{{"{step}": "hang"}}')
    up = project.start("up")
    until((project.settings.root / f"{step}.hangs").exists)
    up.send_signal(signal.SIGINT)
    assert project.end(up)[0] == 0
    assert nothing_is_left(project.settings)


@pytest.mark.parametrize("step", ["build", "deploy"])
def test_a_step_that_fails_shows_why(project: Project, step: str) -> None:
    project.order(f'{{"{step}": "fail"}}')
    code, output = project.run("up")
    assert code == 1
    assert f"sam {step} failed with status 1" in output
    assert f"Error: {step} of template.yaml failed" in output
    assert nothing_is_left(project.settings)
    assert (project.settings.log_dir / f"sam-{step}.log").exists()


def test_a_missing_environment_says_what_makes_it(project: Project) -> None:
    project.settings.sam_python.unlink()
    code, output = project.run("up")
    assert (code, "make setup" in output) == (1, True)
    assert nothing_is_left(project.settings)
