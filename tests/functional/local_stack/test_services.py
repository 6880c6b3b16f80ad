"""Each service by itself: it answers, it listens on loopback alone, and it goes without a trace."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.stack import Interrupt, StackSettings, StepFailedError
from local.stack.ports import choose_ports, is_free
from local.stack.processes import Child, kill_marked, marked, stop
from local.stack.services import (
    start_emulator,
    start_simulator,
    start_valkey,
    wait_emulator,
    wait_simulator,
    wait_valkey,
)


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[StackSettings]:
    made = StackSettings(state_dir=tmp_path)
    made.temporary_dir.mkdir(parents=True)
    made.log_dir.mkdir()
    yield made
    kill_marked(made.run_dir)


@pytest.fixture
def port() -> int:
    return choose_ports({"PORT": 0})["PORT"]


def listens_on_loopback_alone(child: Child, port: int) -> bool:
    connections = psutil.Process(child.pid).net_connections(kind="inet")
    listening = {each.laddr for each in connections if each.status == psutil.CONN_LISTEN}
    return listening == {("127.0.0.1", port)}


def goes_without_a_trace(child: Child, port: int, settings: StackSettings) -> bool:
    stop([child], settings.run_dir)
    return marked(settings.run_dir) == [] and is_free(port)


def test_valkey(settings: StackSettings, port: int) -> None:
    child = start_valkey(settings, port)
    wait_valkey(child, port, Interrupt())
    assert listens_on_loopback_alone(child, port)
    assert goes_without_a_trace(child, port, settings)
    assert list((settings.run_dir / "valkey").iterdir()) == [], "it keeps nothing"


def test_simulator(settings: StackSettings, port: int) -> None:
    child = start_simulator(settings, port)
    wait_simulator(child, settings, Interrupt())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/_sim/counters")
    assert connection.getresponse().status == http.HTTPStatus.OK
    connection.close()
    assert listens_on_loopback_alone(child, port)
    assert goes_without_a_trace(child, port, settings)


def test_emulator(settings: StackSettings, port: int) -> None:
    child = start_emulator(settings, port)
    wait_emulator(child, port, Interrupt())
    assert listens_on_loopback_alone(child, port)
    assert goes_without_a_trace(child, port, settings)


def test_a_taken_port_is_a_failure_with_a_log(settings: StackSettings, port: int) -> None:
    """Who takes it between the look and the start is beyond the check of ports."""
    first = start_valkey(settings, port)
    wait_valkey(first, port, Interrupt())
    (settings.run_dir / "valkey").rmdir()
    second = start_valkey(settings, port)
    with pytest.raises(StepFailedError, match=r"(?s)valkey ended with status 1.*Address already in use"):
        wait_simulator(second, settings, Interrupt())
    stop([first, second], settings.run_dir)
