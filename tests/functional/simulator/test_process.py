"""The simulator as a process."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from local.simulator import SimulatorClient
from tests.functional.simulator.conftest import off_loop


@asynccontextmanager
async def started(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.simulator", *arguments, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process, (await process.stdout.readline()).decode().strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_and_stops_cleanly(tmp_path: Path, number: int) -> None:
    ready = tmp_path / "url"
    async with started("--ready-file", str(ready)) as (process, url):
        assert ready.read_text() == url
        assert await off_loop(SimulatorClient(url).healthy)
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 5) == 0


async def test_hanging_calls_do_not_keep_it_from_stopping() -> None:
    async with started() as (process, url), aiohttp.ClientSession() as session:
        client = SimulatorClient(url)
        await off_loop(client.fault, "hang_after", seconds=600)
        call = asyncio.create_task(session.get(f"{url}/bot1:fake/sendMessage?chat_id=1&text=x"))
        await off_loop(client.wait_for_messages, 1)
        waiting = asyncio.create_task(session.get(f"{url}/_sim/messages?wait_count=9&timeout=600"))
        await asyncio.sleep(0)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 5) == 0
        for task in (call, waiting):
            with pytest.raises(aiohttp.ClientError):
                await task


async def test_settings_of_the_start_outlive_a_reset() -> None:
    async with started("--config", '{"limits": {"chat_burst": 9}}') as (_, url):
        client = SimulatorClient(url)
        await off_loop(client.configure, limits={"chat_burst": 1})
        await off_loop(client.reset)
        assert (await off_loop(client.config))["limits"]["chat_burst"] == 9
