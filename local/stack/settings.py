"""Where the local stack lives, on which ports, and with what it is deployed."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from local.stack.errors import StackError

#: The emulator is deployed as one region, whatever the developer's own AWS settings say.
REGION = "us-east-1"
#: `{stack}` of every name in the design.
STACK_NAME = "courier"
#: Nothing of the local stack listens on any other address.
HOST = "127.0.0.1"

DEFAULT_PORTS: Mapping[str, int] = {"AWS_PORT": 4566, "TELEGRAM_PORT": 8181, "REDIS_PORT": 6399}

#: Variables of `make up` that become parameters of the template, where it declares them.
PASSED_ON: Mapping[str, str] = {"ADMIN_USER_IDS": "AdminUserIds", "MEDIA_ALLOWED_HOSTS": "MediaAllowedHosts"}

_MAX_PORT = 65_535

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class StackSettings:
    """Everything that is decided before the first process starts.

    Attributes:
        state_dir: Holds what belongs to one running stack: lock, run directory, logs, endpoints. Two
            stacks with different state directories and ports run side by side.
        aws_port: Port of the emulator; 0 takes any free one, as for the other two.
        telegram_api_base: An existing Bot API to use in place of the simulator.
        parameters: Further template parameters, which it must declare.
        passed_on: Those that the environment asks for: left out, and said so, where it doesn't.
        root: The project that is built and deployed.
    """

    state_dir: Path
    aws_port: int = 0
    telegram_port: int = 0
    redis_port: int = 0
    telegram_api_base: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    passed_on: Mapping[str, str] = field(default_factory=dict)
    root: Path = PROJECT

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], *, state_dir: Path, ports: Mapping[str, int | None]
    ) -> Self:
        """Settings of a command: an option first, then the variable of that name, then the default.

        Example:
            >>> chosen = StackSettings.from_environment(
            ...     {"REDIS_PORT": "7000", "AWS_PORT": "7001"}, state_dir=Path("x"), ports={"AWS_PORT": 7002}
            ... )
            >>> chosen.aws_port, chosen.redis_port, chosen.telegram_port
            (7002, 7000, 8181)
        """
        chosen = {name: _port(name, environment, ports.get(name)) for name in DEFAULT_PORTS}
        return cls(
            state_dir=state_dir.resolve(),
            aws_port=chosen["AWS_PORT"],
            telegram_port=chosen["TELEGRAM_PORT"],
            redis_port=chosen["REDIS_PORT"],
            telegram_api_base=environment.get("TELEGRAM_API_BASE") or None,
            passed_on={parameter: environment[name] for name, parameter in PASSED_ON.items() if environment.get(name)},
        )

    @property
    def run_dir(self) -> Path:
        """What lives as long as the stack does, temporary files above all."""
        return self.state_dir.resolve() / "run"

    @property
    def temporary_dir(self) -> Path:
        return self.run_dir / "tmp"

    @property
    def log_dir(self) -> Path:
        """Logs of the last run: they outlive it, because that is when one reads them."""
        return self.state_dir / "logs"

    @property
    def endpoints_file(self) -> Path:
        return self.state_dir / "endpoints.json"

    @property
    def lock_file(self) -> Path:
        return self.state_dir / "stack.lock"

    @property
    def build_dir(self) -> Path:
        """Shared by all state directories: the build depends on the sources alone."""
        return self.root / ".local" / "build"

    @property
    def emulator_python(self) -> Path:
        return self.root / ".local" / "venvs" / "emulator" / "bin" / "python"

    @property
    def sam_python(self) -> Path:
        return self.root / ".local" / "venvs" / "sam" / "bin" / "python"


def host_architecture(machine: str = "") -> str:
    """The template's name for this machine: the emulator runs functions natively.

    Example:
        >>> host_architecture("aarch64"), host_architecture("AMD64")
        ('arm64', 'x86_64')
    """
    machine = (machine or platform.machine()).lower()
    return "arm64" if machine in {"arm64", "aarch64"} else "x86_64"


def default_state_dir() -> Path:
    return PROJECT / ".local"


def process_environment() -> Mapping[str, str]:
    """The environment of this process; the only place of this package that reads it."""
    return os.environ


def _port(name: str, environment: Mapping[str, str], option: int | None) -> int:
    value = str(option) if option is not None else environment.get(name) or str(DEFAULT_PORTS[name])
    if not value.isdecimal() or int(value) > _MAX_PORT:
        raise StackError(f"{name}={value} is no port: give a number from 1 to {_MAX_PORT}, or 0 for any free one.")
    return int(value)
