"""The deployed local stack, started once for all e2e tests, or one that runs already (`COURIER_ENDPOINTS`)."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.stack import running_stack
from local.stack.endpoints import Endpoints
from tests.e2e.platform import Platform
from tests.support.media_server import Media, MediaServer, made, serving

#: Beside a developer's own stack; its build cache stays for the next run.
STATE_DIR = Path(__file__).parents[2] / ".local" / "e2e"
#: Tests ask one site for more than anybody would.
PARAMETERS = {"MediaSitePerMinute": "0"}


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    """Files, made once."""
    return made(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def site(media: Media) -> Iterator[MediaServer]:
    """A site on 127.0.0.1 that the stack may download from; of a stack that runs already, where it was told to be."""
    named = urlsplit("//" + os.environ.get("MEDIA_ALLOWED_HOSTS", "").partition(",")[0])
    with serving(media, port=named.port or 0) as server:
        yield server


@pytest.fixture
def trap(media: Media) -> Iterator[MediaServer]:
    """A server like it, on another private address; nobody may come there."""
    with serving(media, "127.0.0.2") as server:
        yield server


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    """The platform as applications see it."""
    named = os.environ.get("COURIER_ENDPOINTS")
    if named:
        yield Platform(Endpoints.load(Path(named)), Path(named).parent)
        return
    site: MediaServer = request.getfixturevalue("site")
    with running_stack(STATE_DIR, parameters=PARAMETERS | {"MediaAllowedHosts": site.target}) as stack:
        yield Platform(stack.endpoints, STATE_DIR)


@pytest.fixture
def bot_id(platform: Platform) -> int:
    """A bot of this test alone, added and ready."""
    return platform.add_bot()
