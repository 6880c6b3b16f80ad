"""The moment by which an invocation must be done, known to everything that it calls.

Lambda ends an invocation that is late, and all of its messages come back, those that were sent among them. So whatever
can hang is bounded by `in_time` or `on_thread`, and the client of AWS asks `seconds_left` before each try.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf

from courier.errors import StateUnavailableError


@dataclass(frozen=True, slots=True)
class _Deadline:
    """The same moment on the event loop's clock and, for threads, on the process's monotonic clock, in seconds."""

    loop_at: float
    clock_at: float


_NEVER = _Deadline(inf, inf)
_deadline: ContextVar[_Deadline] = ContextVar("_deadline", default=_NEVER)


@contextmanager
def ends_in(seconds: float) -> Iterator[None]:
    """Bound all that is called within the block. A deadline inside of another can only be the earlier one.

    Must be entered where an event loop runs.
    """
    outer, now = _deadline.get(), asyncio.get_running_loop().time()
    inner = _Deadline(now + seconds, time.monotonic() + seconds)
    reset = _deadline.set(min(outer, inner, key=lambda deadline: deadline.loop_at))
    try:
        yield
    finally:
        _deadline.reset(reset)


def seconds_left() -> float:
    """Seconds until the deadline; infinite where there is none. For code on threads."""
    return _deadline.get().clock_at - time.monotonic()


async def in_time[T](work: Awaitable[T]) -> T:
    """Wait for work until the deadline.

    Raises:
        StateUnavailableError: if it takes longer.
    """
    deadline = _deadline.get()
    if deadline is _NEVER:
        return await work
    try:
        async with asyncio.timeout_at(deadline.loop_at):
            return await work
    except TimeoutError:
        raise StateUnavailableError("no answer before the invocation must end") from None


async def on_thread[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a blocking function on a thread, and wait for it until the deadline.

    A thread can't be stopped: one that is late ends by itself, since the client of AWS knows the deadline too.

    Raises:
        StateUnavailableError: if it takes longer.
    """
    return await in_time(asyncio.to_thread(function, *args, **kwargs))
