"""Real senders with what they need around them: rows and tokens in memory, the queue's model, no AWS."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.model.mapping import Handler
from bench.model.queue import FifoQueue
from courier.contracts.control import Limits
from courier.pacing.pace import Pacer
from courier.queues.dead_letters import DeadLetter
from courier.queues.names import QueueNames
from courier.queues.records import records_of
from courier.queues.sqs import Outbound
from courier.sender.batch import Sender
from courier.sender.directory import Directory
from courier.sender.marks import Marks
from courier.state.bots import Bot, Status
from courier.state.redis_client import Commands, RunsCommands
from courier.telegram.client import CallsTelegram

STACK = "courier"


def bench_bot(bot_id: int = 1, *, limits: Limits | None = None, logs: bool = False) -> Bot:
    """A bot that may send."""
    return Bot(
        bot_id=bot_id,
        status=Status.ACTIVE,
        telegram_id=bot_id,
        username=f"bench_{bot_id}",
        token_version=1,
        is_sent_logs=logs,
        limits=limits or Limits(),
    )


@dataclass
class Surroundings:
    """All that senders share besides Redis and Telegram.

    Attributes:
        bots: Rows by id; what is put here is known to every sender within its few seconds.
        queues: By name.
        letters: Dead letters.
        lines: Messages put on any other queue: delivery logs.
    """

    bots: dict[int, Bot]
    queues: dict[str, FifoQueue] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def get(self, bot_id: int) -> Bot | None:
        """A bot's row."""
        return self.bots.get(bot_id)

    def stop(self, bot: Bot, reason: str) -> bool:
        """Stop a bot."""
        self.bots[bot.bot_id] = bot.model_copy(update={"status": Status.STOPPED, "reason": reason})
        return True

    def hold(self, bot_id: int, until: int) -> None:
        """A bot's long penalty."""
        self.bots[bot_id] = self.bots[bot_id].model_copy(update={"held_until": until})

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None:
        """An unreachable recipient; nothing here asks for it."""

    def url(self, name: str) -> str:
        """A queue's URL is its name."""
        return name

    def send(self, url: str, messages: Sequence[Outbound]) -> None:
        """Lines of the delivery log."""
        del url
        self.lines += [message.body for message in messages]

    def hide(self, url: str, seconds_by_receipt: Mapping[str, int]) -> list[str]:
        """Change visibility."""
        for receipt, seconds in seconds_by_receipt.items():
            self.queues[url].hide(receipt, seconds)
        return []

    def delete(self, url: str, receipts: Sequence[str]) -> None:
        """Take messages off their queue."""
        for receipt in receipts:
            self.queues[url].delete(receipt)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Bury messages."""
        self.letters += letters


class _Tokens:
    """Every bot has one."""

    def get(self, bot_id: int) -> tuple[str, int] | None:
        return f"{bot_id}:bench", 1


def worker(around: Surroundings, redis: RunsCommands, telegram: CallsTelegram, *, jitter_s: float = 0.03) -> Handler:
    """A sender of its own, as one warm Lambda has it: it shares nothing but what is handed over."""
    commands = Commands(lambda: redis)
    sender = Sender(
        telegram=telegram,
        directory=Directory(around, _Tokens(), clock=lambda: asyncio.get_running_loop().time()),
        pacer=Pacer(commands, jitter_s),
        marks=Marks(commands),
        dead=around,
        recipients=around,
        queues=around,
        names=QueueNames(STACK),
    )

    async def handle(records: Sequence[dict[str, Any]], remaining_s: float) -> Sequence[str]:
        response = await sender.handle(records_of({"Records": records}), remaining_s)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    return handle


def workers(count: int, make: Callable[[], Handler]) -> list[Handler]:
    """So many workers."""
    return [make() for _ in range(count)]
