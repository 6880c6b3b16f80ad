"""Peers are pinned, and nothing of ours says where packages come from."""

import json
import re
from pathlib import Path

import pytest

from bench.peers.catalogue import PEERS, Peer, find_peer
from bench.peers.install import Places

ADDRESS = re.compile(r"://|--index|--extra-index|--find-links|--registry|--trusted-host|@ ")
PLACES = Places()


def name_of(peer: Peer) -> str:
    return peer.name


def test_names_are_unique_and_lead_to_their_peer() -> None:
    assert [find_peer(peer.name) for peer in PEERS] == list(PEERS)
    with pytest.raises(KeyError):
        find_peer("nobody")


@pytest.mark.parametrize("peer", PEERS, ids=name_of)
def test_no_command_holds_an_address(peer: Peer) -> None:
    for command in (*peer.install, peer.run):
        assert not ADDRESS.search(" ".join(PLACES.filled(command, peer, job="job.json")))


@pytest.mark.parametrize("peer", PEERS, ids=name_of)
def test_pins_are_exact_and_hold_no_address(peer: Peer) -> None:
    text = (PLACES.pins / peer.pins).read_text(encoding="utf-8")
    assert not ADDRESS.search(text)
    if peer.pins.endswith(".json"):
        package = json.loads(text)
        versions = [*package["dependencies"].values(), *package["overrides"].values()]
        assert versions
        assert all(re.fullmatch(r"[\d.]+", version) for version in versions)
    else:
        assert all("==" in line for line in text.splitlines())


@pytest.mark.parametrize("peer", PEERS, ids=name_of)
def test_every_program_is_there(peer: Peer) -> None:
    programs = [Path(part) for part in PLACES.filled(peer.run, peer, job="job") if part.endswith(".mjs")]
    modules = [PLACES.root / f"{part.replace('.', '/')}.py" for part in peer.run if part.startswith("bench.peers.")]
    assert [path.is_file() for path in (*programs, *modules)] == [True]


def test_no_lock_file_is_made_or_kept() -> None:
    assert not list(PLACES.pins.glob("*lock*"))
    assert all("--no-package-lock" in command for peer in PEERS for command in peer.install if command[0] == "npm")
