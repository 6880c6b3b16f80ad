"""Make the peers' environments under `.local/peers`, at their first use and whenever their pins change."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.peers.catalogue import Command, Peer
from bench.peers.process import run_command

#: Seconds that one step of an installation may take.
INSTALL_TIMEOUT_S = 300.0
#: Holds the pins that the environment was made from.
_READY = ".ready"
_ROOT = Path(__file__).resolve().parents[2]


class PeerUnavailableError(Exception):
    """The peer can't be installed here; its text says why. The others go on without it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are.

    Attributes:
        root: The project.
        pins: The folder of the pins.
        homes: The folder of the environments.
    """

    root: Path = _ROOT
    pins: Path = field(default=_ROOT / "bench" / "peers")
    homes: Path = field(default=_ROOT / ".local" / "peers")

    def home(self, peer: Peer) -> Path:
        return self.homes / peer.home

    def filled(self, command: Command, peer: Peer, **more: object) -> list[str]:
        """A command with its places filled in."""
        names = {
            "root": self.root,
            "home": self.home(peer),
            "pins": self.pins / peer.pins,
            "python": sys.executable,
            "uv": Path(sys.executable).with_name("uv"),
            **more,
        }
        return [part.format(**names) for part in command]


async def install_peer(peer: Peer, places: Places | None = None) -> None:
    """Install what isn't there yet.

    Raises:
        PeerUnavailableError: A program is missing, or the packages can't be had.
    """
    places = places or Places()
    if missing := [program for program in peer.needs if shutil.which(program) is None]:
        raise PeerUnavailableError(f"{' and '.join(missing)} can't be found on this machine")
    pins = (places.pins / peer.pins).read_text(encoding="utf-8")
    ready = places.home(peer) / _READY
    if ready.exists() and ready.read_text(encoding="utf-8") == pins:
        return
    shutil.rmtree(places.home(peer), ignore_errors=True)
    places.home(peer).mkdir(parents=True)
    for command in peer.install:
        await _step(places.filled(command, peer), places)
    ready.write_text(pins, encoding="utf-8")


async def _step(command: list[str], places: Places) -> None:
    name = Path(command[0]).name
    try:
        finished = await run_command(
            command, cwd=places.root, environment=clean_environment(os.environ), timeout_s=INSTALL_TIMEOUT_S
        )
    except TimeoutError:
        raise PeerUnavailableError(f"{name} took longer than {INSTALL_TIMEOUT_S:g} s") from None
    except OSError as error:
        raise PeerUnavailableError(f"{name}: {error.strerror}") from error
    if finished.code:
        raise PeerUnavailableError(f"{name}: {finished.complaint()}")


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would mix the project's Python into a peer's."""
    return {name: value for name, value in environment.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
