"""Systems are told apart by what the simulator saw of them, never by what they say."""

from pathlib import Path

import pytest

from bench.live.contest import OURS, Bout, Standing, Terms, ours, theirs
from bench.live.course import LiveCourse
from bench.live.services import Services
from bench.model.traffic import each_chat
from bench.peers.catalogue import Peer
from bench.peers.install import Places

SENDS = """
import json, sys, time, urllib.request
job, started = json.load(open(sys.argv[1])), time.time()
for bot in job["bots"]:
    for message in bot["messages"][:-1] + bot["messages"][:1]:
        url = f"{job['api_base']}/bot{bot['token']}/sendMessage"
        body = json.dumps(message).encode()
        urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"})).read()
bots = [{"delivered": 99, "failed": 0, "errors": {}, "seconds": 0.1} for _ in job["bots"]]
print(json.dumps({"peer": "fake", "versions": {}, "started_at": started, "cpu_s": 0.06, "bots": bots}))
"""
BOUT = Bout("little", [LiveCourse(each_chat(4)), LiveCourse(each_chat(4), world=3, is_calm=True)])
TERMS = Terms(limit_s=20, within_s=20)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "pins.txt").write_text("one==1\n", encoding="utf-8")
    return Places(root=tmp_path, pins=tmp_path, homes=tmp_path / "homes")


def peer(places: Places, program: str, *, needs: tuple[str, ...] = ()) -> Peer:
    (places.root / "program.py").write_text(program, encoding="utf-8")
    run = ("{python}", "{root}/program.py", "{job}")
    return Peer("fake", "A fake", home="fake", pins="pins.txt", needs=needs, install=(), run=run)


def test_a_peer_is_judged_by_what_arrived(services: Services, places: Places) -> None:
    """It sends three of each bot's four messages, and one of them twice."""
    came = theirs(peer(places, SENDS), BOUT, TERMS, services, seed=1, places=places)
    assert isinstance(came, Standing)
    assert (came.system, came.delivered, came.doubled, came.refused) == ("fake", 0.75, 2, 0)
    assert came.cpu_s == pytest.approx(10)


def test_a_peer_that_cannot_be_had_says_why(services: Services, places: Places) -> None:
    came = theirs(peer(places, SENDS, needs=("no-such-program",)), BOUT, TERMS, services, seed=1, places=places)
    assert not isinstance(came, Standing)
    assert (came.outcome, came.reason) == ("skipped", "no-such-program can't be found on this machine")


def test_our_own_run_sets_the_terms(services: Services) -> None:
    mine, terms = ours(BOUT, services, 1)
    assert (mine.system, mine.delivered, mine.refused, mine.disordered) == (OURS, 1.0, 0, 0)
    assert 0 < terms.limit_s == terms.within_s < 20
