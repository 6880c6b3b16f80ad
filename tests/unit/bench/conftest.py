from collections.abc import Callable
from pathlib import Path

import pytest

from bench.peers.catalogue import Command, Peer
from bench.peers.install import Places

type MakePeer = Callable[..., Peer]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A project of its own."""
    (tmp_path / "pins.txt").write_text("one==1\n", encoding="utf-8")
    return Places(root=tmp_path, pins=tmp_path, homes=tmp_path / "homes")


@pytest.fixture
def make_peer(places: Places) -> MakePeer:
    """A peer whose program is the Python text given."""

    def make(program: str = "", *, needs: tuple[str, ...] = (), install: tuple[Command, ...] = ()) -> Peer:
        (places.root / "program.py").write_text(program, encoding="utf-8")
        run = ("{python}", "{root}/program.py", "{job}")
        return Peer("fake", "A fake", home="fake", pins="pins.txt", needs=needs, install=install, run=run)

    return make
