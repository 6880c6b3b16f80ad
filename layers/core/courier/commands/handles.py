"""What stands behind a handler's other arguments: people, and how the bot is."""

from collections.abc import Collection
from typing import Any, Protocol

from courier.commands.gate import Gate
from courier.commands.ports import Asker, Downloads, Replies
from courier.commands.threads import calling
from courier.errors import StateUnavailableError
from courier.queues.names import Lane, QueueNames

#: Unreachable recipients that are counted: whoever has more knows enough.
_COUNTED = 1_000


class FindsPeople(Protocol):
    """Names of users; see `courier.state.people`."""

    def find(self, bot_id: int, name: str) -> int | None: ...


class CountsMessages(Protocol):
    """How full a queue is; see `courier.queues.sqs`."""

    def depth(self, name: str) -> int: ...


class CountsUnreachable(Protocol):
    """Recipients that can't be written to; see `courier.state.recipients`."""

    def count(self, bot_id: int, most: int) -> int: ...


class BotsPeople:
    """See `ports.People`."""

    def __init__(self, table: FindsPeople, asker: Asker) -> None:
        self._table = table
        self._bot_id = asker.bot.bot_id

    async def find(self, name: str) -> int | None:
        return await calling(self._table.find, self._bot_id, name)


class BotsOverview:
    """See `ports.Overview`. Whoever asks how a bot is wants to know it above all when something can't be reached."""

    def __init__(self, asker: Asker, queues: CountsMessages, unreachable: CountsUnreachable, names: QueueNames) -> None:
        self._bot = asker.bot
        self._queues = queues
        self._unreachable = unreachable
        self._names = names

    async def lines(self) -> list[str]:
        bot_id, why = self._bot.bot_id, f" ({self._bot.reason})" if self._bot.reason else ""
        return [
            f"Bot {bot_id}: {self._bot.status}{why}",
            f"Waiting: {await self._depth(self._names.bot(bot_id, Lane.REGULAR))}",
            f"Waiting broadcasts: {await self._depth(self._names.bot(bot_id, Lane.BROADCAST))}",
            f"Dead letters: {await self._depth(self._names.dead)}",
            f"Unreachable: {await self._unreached()}",
        ]

    async def _depth(self, queue: str) -> str:
        try:
            return f"{await calling(self._queues.depth, queue)}"
        except StateUnavailableError:
            return "unknown"

    async def _unreached(self) -> str:
        try:
            count = await calling(self._unreachable.count, self._bot.bot_id, _COUNTED)
        except StateUnavailableError:
            return "unknown"
        return f"{count} or more" if count >= _COUNTED else f"{count}"


class Handles:
    """Makes a handler's arguments.

    Args:
        admins: Telegram's ids of users who are admins of all bots.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        people: FindsPeople,
        downloads: Downloads,
        queues: CountsMessages,
        unreachable: CountsUnreachable,
        names: QueueNames,
        admins: Collection[int] = (),
    ) -> None:
        self._gate = gate
        self._admins = admins
        self._people = people
        self._downloads = downloads
        self._queues = queues
        self._unreachable = unreachable
        self._names = names

    def of(self, asker: Asker, replies: Replies) -> dict[str, Any]:
        """What a handler is given for this asker, by name; see `ports`."""
        return {
            "asker": asker,
            "replies": replies,
            "rulings": self._gate.rulings(asker),
            "people": BotsPeople(self._people, asker),
            "allowance": self._gate.allowance(asker),
            "downloads": self._downloads,
            "admins": self._admins,
            "overview": BotsOverview(asker, self._queues, self._unreachable, self._names),
        }
