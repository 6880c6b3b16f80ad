"""Calls of AWS, which block: each on a thread, and none for longer than an update can wait."""

import asyncio
from collections.abc import Callable

from courier.errors import StateUnavailableError

#: Seconds that a call may take, its own retries included: what takes longer is tried again with the update.
CALL_S = 6.0


async def calling[**P, T](call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a blocking call gives.

    Raises:
        StateUnavailableError: if it takes too long. It may come to its end all the same.
    """
    try:
        async with asyncio.timeout(CALL_S):
            return await asyncio.to_thread(call, *args, **kwargs)
    except TimeoutError:
        raise StateUnavailableError(f"{call.__qualname__}: no answer within {CALL_S:g} s") from None
