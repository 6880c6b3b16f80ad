"""The names of queues: a contract with applications, which find a bot's queues by them.

>>> names = QueueNames("courier")
>>> names.bot(7, Lane.BROADCAST)
'courier-bot-7-broadcast.fifo'
>>> source_of("arn:aws:sqs:eu-west-1:1:courier-bot-7-broadcast.fifo")
BotQueue(bot_id=7, lane=<Lane.BROADCAST: 'broadcast'>)
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_BOT_QUEUE = re.compile(r"-bot-(?P<bot_id>\d+)(?P<broadcast>-broadcast)?\.fifo$")


class Lane(StrEnum):
    """The two queues of a bot: replies go first, broadcasts take what is spare."""

    REGULAR = "regular"
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class BotQueue:
    """Whose messages a queue holds."""

    bot_id: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class QueueNames:
    """The queues of one stack."""

    stack: str

    def bot(self, bot_id: int, lane: Lane) -> str:
        """The FIFO queue of a bot and lane."""
        suffix = "-broadcast" if lane is Lane.BROADCAST else ""
        return f"{self.stack}-bot-{bot_id}{suffix}.fifo"

    def logs(self, bot_id: int) -> str:
        """The standard queue of a bot's delivery log."""
        return f"{self.stack}-bot-{bot_id}-logs"

    def is_app(self, name: str) -> bool:
        """Whether a queue is one of the applications' own beside this stack.

        >>> QueueNames("courier").is_app("courier-app-shop.fifo"), QueueNames("courier").is_app("courier-dead.fifo")
        (True, False)
        """
        return name.startswith(f"{self.stack}-app-")

    @property
    def control(self) -> str:
        """The FIFO queue of `add_bot` and the like."""
        return f"{self.stack}-control.fifo"

    @property
    def updates(self) -> str:
        """The FIFO queue of what Telegram sends by webhook."""
        return f"{self.stack}-updates.fifo"

    @property
    def media(self) -> str:
        """The FIFO queue of what is to be downloaded."""
        return f"{self.stack}-media.fifo"

    @property
    def dead(self) -> str:
        """The FIFO queue of everything that was given up."""
        return f"{self.stack}-dead.fifo"


def source_of(queue_arn: str) -> BotQueue:
    """The bot and lane of a queue.

    Raises:
        ValueError: if it is no bot's queue, so that the mapping is wrong.
    """
    match = _BOT_QUEUE.search(queue_arn)
    if match is None:
        raise ValueError(f"{queue_arn} is no bot's queue")
    return BotQueue(int(match["bot_id"]), Lane.BROADCAST if match["broadcast"] else Lane.REGULAR)
