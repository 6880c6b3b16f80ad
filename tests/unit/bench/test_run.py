"""A peer is a process: it answers, or it is said why it didn't."""

import asyncio
import os
import time
from pathlib import Path

import psutil
import pytest

from bench.peers.install import Places
from bench.peers.job import BotJob, Job, Message
from bench.peers.run import run_peer
from tests.unit.bench.conftest import MakePeer

JOB = Job("http://127.0.0.1:1", 5, [BotJob("1:fake", [Message(7, "a"), Message(8, "b")])])
ANSWERS = """
import json, sys
job = json.load(open(sys.argv[1]))
bots = [
    {"delivered": len(bot["messages"]), "failed": 0, "errors": {"RetryAfter": 2}, "seconds": 0.5} for bot in job["bots"]
]
print(json.dumps({"peer": "fake", "versions": {"python": "3"}, "started_at": 12.5, "cpu_s": 0.1, "bots": bots}))
"""
HANGS = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("pids.partial", "w").write(f"{os.getpid()} {child.pid}")
os.rename("pids.partial", "pids")
time.sleep(60)
"""


def gone(pid: int) -> bool:
    """Whether it ended; whoever adopted it may take its time to collect it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_it_gets_the_job_and_answers(places: Places, make_peer: MakePeer) -> None:
    run = await run_peer(make_peer(ANSWERS), JOB, timeout_s=20, places=places)
    assert (run.outcome, run.reason) == ("ok", "")
    assert run.result is not None
    assert (run.result.started_at, run.result.cpu_s) == (12.5, 0.1)
    (bot,) = run.result.bots
    assert (bot.delivered, bot.failed, bot.errors, bot.seconds) == (2, 0, {"RetryAfter": 2}, 0.5)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise SystemExit('the pool is empty')", "exit code 1: the pool is empty"),
        ("raise SystemExit(3)", "exit code 3: it said nothing"),
        ("print('hello')", "its answer is no result: Invalid JSON"),
        ("print('{}')", "its answer is no result: "),
    ],
)
async def test_a_crash_says_why(places: Places, make_peer: MakePeer, program: str, reason: str) -> None:
    run = await run_peer(make_peer(program), JOB, timeout_s=20, places=places)
    assert (run.outcome, run.result) == ("crashed", None)
    assert run.reason.startswith(reason)


async def test_what_takes_too_long_is_killed_with_its_children(places: Places, make_peer: MakePeer) -> None:
    run = await run_peer(make_peer(HANGS), JOB, timeout_s=3, places=places)
    assert (run.outcome, run.reason) == ("timeout", "killed after 3 s")
    await _all_gone(places.root / "pids")


async def test_nothing_is_left_when_the_bench_is_stopped(places: Places, make_peer: MakePeer) -> None:
    bench = asyncio.create_task(run_peer(make_peer(HANGS), JOB, timeout_s=60, places=places))
    pids = places.root / "pids"
    await asyncio.to_thread(_appears, pids)
    bench.cancel()
    with pytest.raises(asyncio.CancelledError):
        await bench
    await _all_gone(pids)


async def test_what_cannot_be_installed_is_skipped(places: Places, make_peer: MakePeer) -> None:
    run = await run_peer(make_peer(needs=("no-such-program",)), JOB, timeout_s=20, places=places)
    assert (run.outcome, run.reason) == ("skipped", "no-such-program can't be found on this machine")


async def test_proxies_and_the_projects_packages_stay_out(
    places: Places, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "https_proxy", "PYTHONPATH"):
        monkeypatch.setenv(name, "x")
    program = "import os; raise SystemExit(' '.join(n for n in os.environ if 'PROXY' in n.upper() or 'PYTHONP' in n))"
    run = await run_peer(make_peer(program), JOB, timeout_s=20, places=places)
    assert run.reason.startswith("exit code 1:")
    assert not any(name in run.reason for name in ("PROXY", "proxy", "PYTHONPATH"))
    assert os.environ["HTTP_PROXY"] == "x"


async def _all_gone(path: Path) -> None:
    pids = [int(word) for word in (await asyncio.to_thread(path.read_text)).split()]
    until = time.monotonic() + 5
    while not all(gone(pid) for pid in pids):
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


def _appears(path: Path) -> None:
    until = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)
