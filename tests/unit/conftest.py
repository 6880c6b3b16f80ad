"""Unit tests reach no network, and hypothesis tries the same examples everywhere."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

from courier.telemetry import log

settings.register_profile("unit", derandomize=True, deadline=None, database=None, max_examples=200)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    # An event loop wakes itself through a pair of UNIX sockets.
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the real logger wrote, line by line."""
    handler = log().registered_handler
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)
