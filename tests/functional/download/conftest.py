"""Media on a site that may be reached, and traps beside it that may not."""

from collections.abc import Iterator

import pytest

from courier.download.guard import running
from tests.functional.download.warm import Warm, warmed
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
def _warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    with warmed(tmp_path_factory.mktemp("warm")) as process:
        yield process


@pytest.fixture
def _warm(_warmed: Warm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guarded processes begin warm; see `warm`."""
    monkeypatch.setattr(running, "subprocess", _warmed.module)
