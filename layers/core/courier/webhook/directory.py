"""Webhooks as the function knows them: a few seconds old, and newer where one is in doubt."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from courier.state.webhooks import Webhook

#: Seconds for which a webhook is believed: that one is taken away may be known five seconds late.
FRESH_S = 4.0
#: Seconds after which a secret that doesn't fit, or a bot that isn't known, is looked up again: what Telegram was given
#: a moment ago must count, and whoever guesses must not cost a read each time.
DOUBTED_S = 1.0
#: Bots that are remembered. Whoever invents bots must not fill the memory.
_MOST = 1_000


class ReadsWebhooks(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Webhook | None: ...


@dataclass(frozen=True, slots=True)
class _Known:
    webhook: Webhook | None
    read_at: float


class Directory:
    """Webhooks by bot.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, table: ReadsWebhooks, clock: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._clock = clock
        self._known: dict[int, _Known] = {}

    def get(self, bot_id: int, oldest_s: float = FRESH_S) -> Webhook | None:
        """A bot's webhook, so many seconds old at most.

        Raises:
            StateUnavailableError: if it is older and can't be read.
        """
        now = self._clock()
        known = self._known.get(bot_id)
        if known is None or now - known.read_at >= oldest_s:
            known = _Known(self._table.get(bot_id), now)
            # Behind all others: the first is the one that was read longest ago.
            self._known.pop(bot_id, None)
            self._known[bot_id] = known
            if len(self._known) > _MOST:
                del self._known[next(iter(self._known))]
        return known.webhook
