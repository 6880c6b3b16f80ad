"""Run one peer on a job, as a process of its own: `await run_peer(peer, job, timeout_s=150)`."""

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from bench.peers.catalogue import Peer
from bench.peers.install import PeerUnavailableError, Places, clean_environment, install_peer
from bench.peers.job import Job, PeerResult
from bench.peers.process import run_command

#: `skipped`: it can't be had on this machine. The others are the run's.
type Outcome = Literal["ok", "skipped", "crashed", "timeout"]

_RESULT = TypeAdapter(PeerResult)


@dataclass(frozen=True, slots=True)
class PeerRun:
    """What came of it: `result` where the outcome is "ok", else the `reason` why there is none."""

    peer: Peer
    outcome: Outcome
    result: PeerResult | None = None
    reason: str = ""


async def run_peer(peer: Peer, job: Job, *, timeout_s: float, places: Places | None = None) -> PeerRun:
    """Install the peer if need be, and run it on `job`.

    Args:
        peer: Which.
        job: What to send; the peer itself stops at its time limit.
        timeout_s: Seconds after which its process is killed. To be longer than the job's limit by what it takes to
            start and to greet.
        places: Other folders than the project's, for tests.
    """
    places = places or Places()
    try:
        await install_peer(peer, places)
    except PeerUnavailableError as error:
        return PeerRun(peer, "skipped", reason=str(error))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "job.json")
        await asyncio.to_thread(path.write_text, job.to_json(), encoding="utf-8")
        return await _run(peer, path, timeout_s, places)


async def _run(peer: Peer, job: Path, timeout_s: float, places: Places) -> PeerRun:
    command = places.filled(peer.run, peer, job=job)
    (cwd,) = places.filled([peer.cwd], peer)
    try:
        finished = await run_command(command, cwd=Path(cwd), environment=_environment(), timeout_s=timeout_s)
    except TimeoutError:
        return PeerRun(peer, "timeout", reason=f"killed after {timeout_s:g} s")
    except OSError as error:
        return PeerRun(peer, "crashed", reason=f"{Path(command[0]).name}: {error.strerror}")
    if finished.code:
        return PeerRun(peer, "crashed", reason=finished.complaint())
    try:
        return PeerRun(peer, "ok", _RESULT.validate_json(finished.stdout))
    except ValidationError as error:
        return PeerRun(peer, "crashed", reason=f"its answer is no result: {error.errors()[0]['msg']}")


def _environment() -> dict[str, str]:
    """Without proxies too: some of the libraries would send calls to this machine through them."""
    inherited = clean_environment(os.environ)
    return {name: value for name, value in inherited.items() if not name.lower().endswith("_proxy")}
