"""A simulator of the test's own, with a clock that stands still, and a caller of its Bot API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from local.simulator import ManualClock, RunningSimulator, Simulator, SimulatorClient, running_simulator


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def description(self) -> str:
        return str(self.body.get("description"))


@dataclass
class Api:
    """Calls methods as a bot."""

    url: str
    session: aiohttp.ClientSession
    token: str = "1:fake"

    async def call(self, method: str, *, token: str | None = None, **params: Any) -> Answer:
        url = f"{self.url}/bot{token or self.token}/{method}"
        async with self.session.post(url, json=params) as response:
            return Answer(response.status, await response.json(), dict(response.headers))

    async def result(self, method: str, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.call(method, **params)
        assert answer.status == 200, answer
        assert answer.body["ok"] is True
        return answer.body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The description of a call that must be a bad request."""
        answer = await self.call(method, **params)
        assert answer.status == 400, answer
        assert answer.body == {"ok": False, "error_code": 400, "description": answer.description}
        return answer.description.removeprefix("Bad Request: ")

    async def send(self, chat_id: int | str = 10, text: str = "Hello", **params: Any) -> Any:
        return await self.result("sendMessage", chat_id=chat_id, text=text, **params)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def telegram(clock: ManualClock) -> AsyncIterator[RunningSimulator]:
    async with running_simulator(Simulator(clock=clock)) as running:
        yield running


@pytest.fixture
def sim(telegram: RunningSimulator) -> Simulator:
    return telegram.state


@pytest.fixture
async def api(telegram: RunningSimulator) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(telegram.url, session)


@pytest.fixture
def client(telegram: RunningSimulator) -> SimulatorClient:
    return SimulatorClient(telegram.url)


@pytest.fixture
def unlimited(sim: Simulator) -> None:
    """Limits out of the way."""
    sim.configure({"limits": {"bot_per_second": 10_000, "chat_burst": 10_000, "group_per_minute": 10_000}})


async def off_loop[T](function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Run what blocks beside the loop that serves it."""
    return await asyncio.to_thread(function, *arguments, **options)
