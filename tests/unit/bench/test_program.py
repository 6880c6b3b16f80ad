"""What the Python peers share: counting, and stopping at the time limit."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.peers import program
from bench.peers.job import BotJob, Job
from bench.peers.program import Sender, Tally


async def delivers(tally: Tally) -> None:
    tally.saw(TimeoutError())
    tally.delivered()
    tally.failed(ValueError())


async def hangs(tally: Tally) -> None:
    tally.delivered()
    await asyncio.sleep(60)


async def breaks(_: Tally) -> None:
    raise RuntimeError("a mistake")


def ran(
    senders: Sequence[Sender], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, object]:
    path = tmp_path / "job.json"
    path.write_text(Job("http://127.0.0.1:1", 0.1, [BotJob("1:fake", [])]).to_json(), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["peer", str(path)])

    @asynccontextmanager
    async def opened(job: Job) -> AsyncIterator[Sequence[Sender]]:
        assert job.api_base == "http://127.0.0.1:1"
        yield senders

    program.main("fake", ["pydantic"], opened)
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def test_answers_are_counted_for_each_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ran([delivers, hangs], tmp_path, monkeypatch, capsys)
    bots = answer["bots"]
    assert isinstance(bots, list)
    assert [(bot["delivered"], bot["failed"]) for bot in bots] == [(1, 1), (1, 0)]
    assert bots[0]["errors"] == {"TimeoutError": 1, "ValueError": 1}
    assert all(0 <= bot["seconds"] < 0.1 for bot in bots), "the wait for the limit is not counted"
    assert answer["peer"] == "fake"


def test_a_sender_that_breaks_breaks_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError, match="a mistake"):
        ran([hangs, breaks], tmp_path, monkeypatch, capsys)
