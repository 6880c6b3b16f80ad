"""What all functions of a process share: its event loop and its HTTP session."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from functools import cache
from typing import Any

import aiohttp

from courier.telegram.client import open_session


@cache
def runner() -> asyncio.Runner:
    """One event loop for all invocations: clients outlive the invocation that made them."""
    return asyncio.Runner()


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Carry out one invocation's work on the process's loop."""
    return runner().run(work)


def wait_for[T](work: Coroutine[Any, Any, T]) -> T:
    """Carry out the loop's work for a thread beside it; where the loop doesn't run, as `run` does."""
    loop = runner().get_loop()
    if loop.is_running():
        return asyncio.run_coroutine_threadsafe(work, loop).result()
    # The runner's own context is as old as the process: lines would carry its first correlation id.
    return runner().run(work, context=copy_context())


@cache
def http_session() -> aiohttp.ClientSession:
    """The session of all bots; first asked for where the loop runs."""
    return open_session()
