"""Environments are made once for the same pins, and what can't be had is said."""

from pathlib import Path

import pytest

from bench.peers.install import PeerUnavailableError, Places, clean_environment, install_peer
from tests.unit.bench.conftest import MakePeer

COUNT = ("{python}", "-c", "open(r'{root}/count', 'a').write('x'); open(r'{home}/there', 'w').close()")


def runs(places: Places) -> int:
    return len((places.root / "count").read_text(encoding="utf-8"))


async def test_an_environment_is_made_once(places: Places, make_peer: MakePeer) -> None:
    peer = make_peer(install=(COUNT,))
    await install_peer(peer, places)
    await install_peer(peer, places)
    assert runs(places) == 1


async def test_new_pins_make_it_anew_and_empty(places: Places, make_peer: MakePeer) -> None:
    peer = make_peer(install=(COUNT,))
    await install_peer(peer, places)
    (places.home(peer) / "left-over").touch()
    (places.pins / peer.pins).write_text("one==2\n", encoding="utf-8")
    await install_peer(peer, places)
    assert runs(places) == 2
    assert sorted(path.name for path in places.home(peer).iterdir()) == [".ready", "there"]


async def test_a_step_that_fails_is_named_and_tried_again_next_time(places: Places, make_peer: MakePeer) -> None:
    fails = ("{python}", "-c", "raise SystemExit('no route to https://index.example/simple')")
    peer = make_peer(install=(COUNT, fails))
    for _ in range(2):
        with pytest.raises(PeerUnavailableError, match=r"exit code 1: no route to \(address\)"):
            await install_peer(peer, places)
    assert runs(places) == 2


async def test_a_missing_program_is_named(places: Places, make_peer: MakePeer) -> None:
    with pytest.raises(PeerUnavailableError, match="no-such-program can't be found"):
        await install_peer(make_peer(needs=("no-such-program",)), places)
    with pytest.raises(PeerUnavailableError, match="no-such-tool: No such file"):
        await install_peer(make_peer(install=(("no-such-tool",),)), places)


async def test_a_step_that_hangs_is_stopped(
    places: Places, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.peers.install.INSTALL_TIMEOUT_S", 0.2)
    hangs = ("{python}", "-c", "import time; time.sleep(60)")
    with pytest.raises(PeerUnavailableError, match="took longer than"):
        await install_peer(make_peer(install=(hangs,)), places)


def test_the_projects_python_stays_out() -> None:
    assert clean_environment({"PATH": "/bin", "PYTHONPATH": "x", "VIRTUAL_ENV": "y"}) == {"PATH": "/bin"}


def test_commands_know_the_places(places: Places, make_peer: MakePeer) -> None:
    filled = places.filled(("{root}/a", "{home}", "{pins}", "{job}"), make_peer(), job=Path("j"))
    root = str(places.root)
    assert filled == [f"{root}/a", f"{root}/homes/fake", f"{root}/pins.txt", "j"]
