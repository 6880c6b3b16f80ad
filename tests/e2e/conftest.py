"""The deployed local stack, started once for all e2e tests, or one that runs already (`COURIER_ENDPOINTS`)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import running_stack
from local.stack.endpoints import Endpoints
from tests.e2e.platform import Platform

#: Beside a developer's own stack; its build cache stays for the next run.
STATE_DIR = Path(__file__).parents[2] / ".local" / "e2e"


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """The platform as applications see it."""
    named = os.environ.get("COURIER_ENDPOINTS")
    if named:
        yield Platform(Endpoints.load(Path(named)), Path(named).parent)
        return
    with running_stack(STATE_DIR) as stack:
        yield Platform(stack.endpoints, STATE_DIR)


@pytest.fixture
def bot_id(platform: Platform) -> int:
    """A bot of this test alone, added and ready."""
    return platform.add_bot()
