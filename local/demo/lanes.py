"""What the demo sends, and what becomes of the arrivals: pure, without a queue in sight."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import batched
from statistics import quantiles
from typing import Any

from local.simulator.journal import Accepted

#: SQS: messages in one call.
BATCH = 10


@dataclass(slots=True)
class Lane:
    """One way to Telegram: a queue of the bot, and chats that get one message each.

    Attributes:
        first_chat: Its chats are numbered from here, so that an arrival tells its lane.
        sent_at: Epoch seconds at which a chat's message was put on the queue.
        arrived_at: Epoch seconds at which the Bot API accepted it.
    """

    name: str
    queue: str
    first_chat: int
    count: int
    sent_at: dict[int, float] = field(default_factory=dict)
    arrived_at: dict[int, float] = field(default_factory=dict)
    refused: int = 0

    @property
    def chats(self) -> range:
        return range(self.first_chat, self.first_chat + self.count)

    def batches(self, bot_id: int) -> list[tuple[tuple[int, ...], list[dict[str, Any]]]]:
        """The chats and envelopes of each call to SQS."""
        return [
            (chats, [envelope(bot_id, chat, f"Message {chat} of the demo, {self.name}") for chat in chats])
            for chats in batched(self.chats, BATCH, strict=False)
        ]

    def note_arrivals(self, accepted: Iterable[Accepted]) -> None:
        """Take those that are this lane's."""
        for message in accepted:
            if (chat := message.chat_id) is not None and chat in self.chats:
                self.arrived_at.setdefault(chat, message.time)

    @property
    def latencies(self) -> list[float]:
        """Seconds from the queue to the Bot API, of all that arrived."""
        return sorted(arrived - self.sent_at[chat] for chat, arrived in self.arrived_at.items())

    @property
    def complete(self) -> bool:
        return len(self.arrived_at) == self.count


def envelope(bot_id: int, chat_id: int, text: str) -> dict[str, Any]:
    """A `send_msg` as any application writes it."""
    return {"type": "send_msg", "data": {"bot_id": bot_id, "chat_id": chat_id, "text": text}}


def rate(arrivals: Iterable[float]) -> float:
    """Arrivals per second, from the first to the last; 0 for fewer than two.

    Example:
        >>> rate([10.0, 10.5, 11.0])
        2.0
        >>> rate([10.0])
        0.0
    """
    times = sorted(arrivals)
    if not times or times[-1] == times[0]:
        return 0.0
    return (len(times) - 1) / (times[-1] - times[0])


def percentile(values: list[float], percent: int) -> float | None:
    """A percentile of measured values, or None without any.

    Example:
        >>> percentile([1.0, 2.0, 3.0], 50)
        2.0
        >>> percentile([], 95) is None
        True
    """
    if len(values) < 2:  # noqa: PLR2004 - one value is all percentiles
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def progress(lanes: Iterable[Lane]) -> str:
    """How far everyone is.

    Example:
        >>> progress([Lane("regular", "q", 1, 60)])
        'regular 0/60'
    """
    return ", ".join(f"{lane.name} {len(lane.arrived_at)}/{lane.count}" for lane in lanes)
