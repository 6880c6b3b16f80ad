"""What applications want sent, and the least time in which any sender could do it."""

import json
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from courier.queues.names import Lane
from local.simulator.config import Limits

#: Ids from which groups count down.
_GROUPS = -1_000_000_000


@dataclass(frozen=True, slots=True)
class Item:
    """One message.

    Attributes:
        at: Seconds after the beginning at which it is put on its queue.
    """

    chat: int
    text: str
    lane: Lane = Lane.REGULAR
    at: float = 0.0

    def body(self, bot_id: int) -> str:
        """As it stands on the queue."""
        return json.dumps(
            {
                "type": "send_msg",
                "data": {"bot_id": bot_id, "chat_id": self.chat, "text": self.text},
                "correlation_id": f"bench-{self.chat}-{self.text}",
            }
        )


def each_chat(chats: int, messages: int = 1, *, first: int = 1, lane: Lane = Lane.REGULAR) -> list[Item]:
    """So many messages for each of so many chats, round after round."""
    return [Item(first + chat, f"{number}", lane) for number in range(messages) for chat in range(chats)]


def mixed(seed: int, messages: int) -> list[Item]:
    """Many chats with few messages, some with up to twelve, and groups with up to six: shuffled, each in its order."""
    draw = random.Random(seed)  # noqa: S311
    wanted: list[int] = []
    chat, group = 0, _GROUPS
    while len(wanted) < messages:
        if draw.random() < 1 / 25:
            group -= 1
            wanted += [group] * draw.randint(1, 6)
        else:
            chat += 1
            wanted += [chat] * (draw.randint(1, 3) if draw.random() < 0.9 else draw.randint(4, 12))  # noqa: PLR2004
    draw.shuffle(wanted)
    return numbered(wanted[:messages])


def stream(
    seed: int, seconds: float, *, rate: float, chats: int, bursts: Sequence[tuple[float, int]] = ()
) -> list[Item]:
    """Replies as they come: a Poisson stream over many chats, and bursts of so many at a time.

    Args:
        rate: Messages a second of the stream.
        bursts: When, and how many messages to as many chats.
    """
    draw = random.Random(seed)  # noqa: S311
    times = [at for at, count in bursts for _ in range(count)]
    at = draw.expovariate(rate)
    while at < seconds:
        times.append(at)
        at += draw.expovariate(rate)
    # Each chat rests until all others had their turn: what is measured is the lane's wait, not a chat's.
    order = draw.sample(range(1, chats + 1), chats)
    wanted = [(when, order[index % chats]) for index, when in enumerate(sorted(times))]
    texts = numbered(chat for _, chat in wanted)
    return [replace(item, at=when) for item, (when, _) in zip(texts, wanted, strict=True)]


def numbered(chats: Iterable[int]) -> list[Item]:
    """A message for each of these, its text the count within its chat."""
    seen: Counter[int] = Counter()
    items = []
    for chat in chats:
        seen[chat] += 1
        items.append(Item(chat, f"{seen[chat]}"))
    return items


def least_s(items: Sequence[Item], limits: Limits) -> float:
    """Seconds from the first to the last arrival that no sender can undercut, all messages being there at once.

    The most demanding of the bot's window, each chat's bucket and each group's minutes, taken alone: the true optimum
    may be longer, so that ratios to this flatter nobody.
    """
    longest = float((len(items) - 1) // limits.bot_per_second)
    for chat, count in Counter(item.chat for item in items).items():
        longest = max(longest, (count - limits.chat_burst) / limits.chat_per_second)
        if chat < 0:
            longest = max(longest, 60.0 * math.floor((count - 1) / limits.group_per_minute))
    return longest
