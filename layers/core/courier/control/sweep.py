"""The sweep: every minute, bots whose queues or mappings aren't what their rows say are named to the control queue.

It changes nothing itself. What it finds becomes a `mend_bot` in the bot's own message group, behind whatever is being
done to that bot, so that nobody undoes the work of another.
"""

import json
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from courier.contracts.envelope import CORRELATION_ID
from courier.control.mappings import Mapped
from courier.control.mending import NO_TOKEN
from courier.control.parts import Clock, ReadsSwitch
from courier.queues.names import Lane, QueueNames
from courier.queues.sqs import Outbound
from courier.state.bots import Bot, Status, Switch
from courier.telemetry import log

#: Seconds after which an `add_bot` or a removal that hasn't ended seems forgotten.
OVERDUE_S = 600
#: Bots whose queues are looked for in one sweep, in turns: three calls each.
QUEUES_OF = 50
#: Webhooks that one sweep has looked at, and sweeps until each has its turn again at the earliest. Looking asks
#: Telegram, and belongs to `mend_bot`.
WEBHOOKS_OF = 10
WEBHOOK_TURNS = 10
#: Seconds between two sweeps; the template's schedule says so.
PERIOD_S = 60


class ListsBots(ReadsSwitch, Protocol):
    """The bots' rows."""

    def all(self) -> Iterable[Bot]: ...


class ListsMappings(Protocol):
    """Mappings by the name of their queue."""

    def by_queue(self) -> dict[str, Mapped]: ...


class LooksForQueues(Protocol):
    """Queues that aren't there."""

    def missing(self, bot_id: int, *, logs: bool) -> list[str]: ...


class PutsOnQueues(Protocol):
    """The control queue."""

    def url(self, name: str) -> str: ...
    def send(self, url: str, messages: Sequence[Outbound]) -> None: ...


class Sweep:
    """Compares all bots with what there is."""

    def __init__(
        self,
        *,
        bots: ListsBots,
        mappings: ListsMappings,
        queues: LooksForQueues,
        control: PutsOnQueues,
        names: QueueNames,
        clock: Clock = time.time,
    ) -> None:
        self._bots = bots
        self._mappings = mappings
        self._queues = queues
        self._control = control
        self._names = names
        self._clock = clock

    def run(self) -> None:
        """Ask for every bot that differs to be mended.

        Raises:
            StateUnavailableError: if AWS didn't answer; the next sweep is a minute away.
        """
        now = int(self._clock())
        switch, mapped = self._bots.switch(), self._mappings.by_queue()
        bots = sorted(self._bots.all(), key=lambda bot: bot.bot_id)
        looked_for = {bot.bot_id for bot in in_turn(bots, now // PERIOD_S)}
        found: dict[int, str] = {}
        for bot in bots:
            fault = self._overdue(bot, now) or self._mapping_fault(bot, switch, mapped) or _news(bot)
            if fault is None and bot.bot_id in looked_for and _is_settled(bot):
                missing = self._queues.missing(bot.bot_id, logs=bot.is_sent_logs)
                fault = f"missing: {', '.join(missing)}" if missing else None
            if fault is not None:
                found[bot.bot_id] = fault
        heard = due([bot for bot in bots if bot.webhook and _is_settled(bot)], now // PERIOD_S)
        self._ask({*found, *(bot.bot_id for bot in heard)}, now)
        log().info("swept", bots=len(bots), faults=found, webhooks=len(heard))

    def _overdue(self, bot: Bot, now: int) -> str | None:
        """What seems forgotten; asked for in turns too, since it may just be waiting in the control queue."""
        if (now // PERIOD_S - bot.bot_id) % (OVERDUE_S // PERIOD_S):
            return None
        if bot.status == Status.ADDING and bot.reason != NO_TOKEN and now > bot.since + OVERDUE_S:
            return "half-made"
        last = max(bot.since, bot.drain_until or 0)
        if bot.status == Status.REMOVING and now > last + OVERDUE_S:
            return "half-removed"
        return None

    def _mapping_fault(self, bot: Bot, switch: Switch, mapped: dict[str, Mapped]) -> str | None:
        if not _is_settled(bot):
            return None
        flows = switch.over(bot).is_active
        for lane in Lane:
            found = mapped.get(self._names.bot(bot.bot_id, lane))
            if found is None and flows:
                return f"no mapping of its {lane} queue"
            if found is not None and found != Mapped(flows, is_current=True):
                return f"the mapping of its {lane} queue differs"
        return None

    def _ask(self, bot_ids: set[int], now: int) -> None:
        if not bot_ids:
            return
        messages = [_mend_bot(bot_id, now) for bot_id in sorted(bot_ids)]
        self._control.send(self._control.url(self._names.control), messages)


def in_turn(bots: Sequence[Bot], number: int) -> Sequence[Bot]:
    """Those bots whose queues the sweep of that number looks for: all have had their turn after a while.

    >>> bots = [Bot(bot_id=n, telegram_id=n) for n in range(120)]
    >>> [(some[0].bot_id, len(some)) for some in (in_turn(bots, n) for n in range(4))]
    [(0, 50), (50, 50), (100, 20), (0, 50)]
    """
    turns = max(1, -(-len(bots) // QUEUES_OF))
    start = number % turns * QUEUES_OF
    return bots[start : start + QUEUES_OF]


def due(bots: Sequence[Bot], number: int) -> Sequence[Bot]:
    """Those bots whose webhooks the sweep of that number has looked at.

    >>> bots = [Bot(bot_id=n, telegram_id=n) for n in range(250)]
    >>> [len(due(some, 3)) for some in (bots, bots[:100], bots[:3])], [bot.bot_id for bot in due(bots[:12], 1)]
    ([10, 10, 0], [1, 11])
    """
    turns = max(WEBHOOK_TURNS, -(-len(bots) // WEBHOOKS_OF))
    return [bot for place, bot in enumerate(bots) if place % turns == number % turns]


def _is_settled(bot: Bot) -> bool:
    """Whether its queues and mappings follow from its status: a status of newer code's is left to newer code."""
    return bot.status in (Status.ACTIVE, Status.STOPPED, Status.PAUSED)


def _news(bot: Bot) -> str | None:
    """What is still to be told of it. A removal tells all at its end."""
    is_noted = bot.added_untold is not None or bot.stopped_untold is not None
    return "news to tell" if is_noted and _is_settled(bot) else None


def _mend_bot(bot_id: int, now: int) -> Outbound:
    name = f"sweep-{bot_id}-{now}"
    body = {"type": "mend_bot", "data": {"bot_id": bot_id}, CORRELATION_ID: name}
    return Outbound(json.dumps(body), group=str(bot_id), deduplication_id=name)
