"""What all functions of a process share: its event loop, its HTTP session, its AWS clients' settings."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from typing import Any

import aiohttp
from botocore.config import Config

from courier.telegram.client import open_session

#: AWS's own calls get seconds, not the minute that is botocore's default: a function has few to give.
AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@cache
def runner() -> asyncio.Runner:
    """One event loop for all invocations: clients outlive the invocation that made them."""
    return asyncio.Runner()


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Carry out one invocation's work on the process's loop."""
    return runner().run(work)


@cache
def http_session() -> aiohttp.ClientSession:
    """The session of all bots; first asked for where the loop runs."""
    return open_session()
