"""Media on a site that may be reached, and traps beside it that may not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from courier.download.guard.forking import ForkServer
from courier.download.guard.running import Job
from tests.functional.download import jobs
from tests.support.guarded import NOTHING, Make, Run, warm_run
from tests.support.media_server import Media, MediaServer, made, serving


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Files, made once."""
    return made(tmp_path_factory.mktemp("media"))


@pytest.fixture
def site(media: Media) -> Iterator[MediaServer]:
    """A server on 127.0.0.1."""
    with serving(media) as server:
        yield server


@pytest.fixture
def trap(media: Media) -> Iterator[MediaServer]:
    """A server like it, on another private address; nobody may come there."""
    with serving(media, "127.0.0.2") as server:
        yield server


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Runs guarded jobs, as production does."""
    with warm_run() as run:
        yield run


@pytest.fixture(scope="module")
def fork_server() -> Iterator[ForkServer]:
    """One that has prepared nothing, and so is there at once."""
    server = ForkServer(NOTHING)
    yield server
    server.close()


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A job of `jobs`, with whatever else is named."""

    def job(function: Callable[..., Any], payload: Any = None, **bounds: Any) -> Job:
        return Job(f"{jobs.__name__}:{function.__name__}", payload, tmp_path, bounds.pop("timeout_s", 30.0), **bounds)

    return job
