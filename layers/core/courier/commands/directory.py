"""Bots as this stage knows them: a few seconds old."""

import time
from collections.abc import Callable
from typing import Protocol

from courier.commands.threads import calling
from courier.state.bot import Bot, Status

#: Seconds for which a row is believed: what changes about a bot may be known five seconds late.
FRESH_S = 4.0
#: Bots that are remembered.
_MOST = 1_000


class ReadsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Bot | None: ...


class Directory:
    """Bots by id.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, table: ReadsBots, clock: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._clock = clock
        self._known: dict[int, tuple[Bot | None, float]] = {}

    async def get(self, bot_id: int) -> Bot | None:
        """A bot; None of one that isn't here, or no longer.

        Raises:
            StateUnavailableError: if what is known is too old and nothing newer can be read.
        """
        now = self._clock()
        known = self._known.get(bot_id)
        if known is None or now - known[1] >= FRESH_S:
            bot = await calling(self._table.get, bot_id)
            known = (None if bot is None or bot.status == Status.REMOVED else bot, now)
            self._known.pop(bot_id, None)
            self._known[bot_id] = known
            if len(self._known) > _MOST:
                del self._known[next(iter(self._known))]
        return known[0]
