"""An SQS FIFO queue in memory: groups that are blocked while in flight, visibility, and both orders of filling a batch.

Source of the rules: SQS's documentation and what was measured of it; see the tests beside the bench.
"""

import asyncio
import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import NAMESPACE_URL, uuid5

_EPOCH_S = 1_800_000_000


class Order(Enum):
    """How a receive fills its batch.

    Attributes:
        GROUP_FIRST: As AWS does: all that the first free group has, then the next.
        QUEUE: By age, across all free groups.
    """

    GROUP_FIRST = "group-first"
    QUEUE = "queue"


@dataclass(slots=True)
class Message:
    """One message; `receipt` is that of its last receive.

    Attributes:
        message_id: SQS's id, which no other message has, whatever its queue: senders know messages by it.
    """

    number: int
    message_id: str
    body: str
    group: str
    attributes: dict[str, str]
    sent_at: float
    receives: int = 0
    receipt: str = ""
    visible_at: float = 0.0


@dataclass(slots=True)
class _Group:
    waiting: deque[Message] = field(default_factory=deque)
    flying: dict[str, Message] = field(default_factory=dict)

    def is_blocked(self, now: float) -> bool:
        return any(message.visible_at > now for message in self.flying.values())

    def return_visible(self) -> None:
        """What wasn't deleted stands before everything else again, in its order."""
        back = sorted(self.flying.values(), key=lambda message: message.number)
        self.flying.clear()
        self.waiting.extendleft(reversed(back))


class FifoQueue:
    """One queue.

    Attributes:
        received: Messages handed out, each time counted.
        receives: Receives that brought something.
        left: Messages that weren't deleted yet.
        empty: Set while there are none.
    """

    def __init__(self, name: str, *, order: Order = Order.GROUP_FIRST, visibility_s: int = 30) -> None:
        self.name = name
        self.order = order
        self.visibility_s = visibility_s
        self.received, self.receives = 0, 0
        self._numbers = itertools.count(1)
        self._receipts = itertools.count(1)
        self._groups: dict[str, _Group] = {}
        self._flying: dict[str, Message] = {}
        #: Groups that may have something, by the age of their first message; looked at before it is believed.
        self._free: list[tuple[int, str]] = []
        #: When blocked groups are worth a look.
        self._later: list[tuple[float, str]] = []
        self._changed = asyncio.Event()
        self.left = 0
        self.empty = asyncio.Event()
        self.empty.set()

    def put(self, body: str, group: str, attributes: dict[str, str] | None = None) -> str:
        """Send a message; its id."""
        number, now = next(self._numbers), asyncio.get_running_loop().time()
        message = Message(
            number, str(uuid5(NAMESPACE_URL, f"{self.name}/{number}")), body, group, attributes or {}, now
        )
        held = self._groups.setdefault(group, _Group())
        held.waiting.append(message)
        self.left += 1
        self.empty.clear()
        if len(held.waiting) == 1 and not held.flying:
            heapq.heappush(self._free, (message.number, group))
        self._changed.set()
        return message.message_id

    async def available(self) -> None:
        """Wait until a receive would bring something."""
        while True:
            self._wake()
            if self._first_free() is not None:
                return
            self._changed.clear()
            pause = self._later[0][0] - self._now() if self._later else None
            try:
                await asyncio.wait_for(self._changed.wait(), None if pause is None else max(0.001, pause))
            except TimeoutError:
                continue

    def receive(self, limit: int = 10) -> list[dict[str, Any]]:
        """Up to so many messages, as Lambda hands them over."""
        self._wake()
        taken: list[Message] = []
        while len(taken) < limit and (name := self._first_free()) is not None:
            group = self._groups[name]
            if self.order is Order.GROUP_FIRST:
                taken += [group.waiting.popleft() for _ in range(min(limit - len(taken), len(group.waiting)))]
            else:
                taken.append(group.waiting.popleft())
            heapq.heappop(self._free)
            if group.waiting and self.order is Order.QUEUE:
                heapq.heappush(self._free, (group.waiting[0].number, name))
        records = [self._hand_out(message) for message in taken]
        for message in taken:
            self._groups[message.group].flying[message.receipt] = self._flying[message.receipt] = message
            heapq.heappush(self._later, (message.visible_at, message.group))
        self.received += len(taken)
        self.receives += bool(taken)
        return records

    def hide(self, receipt: str, seconds: int) -> None:
        """Change a message's visibility."""
        message = self._flying.get(receipt)
        if message is not None:
            message.visible_at = self._now() + seconds
            heapq.heappush(self._later, (message.visible_at, message.group))
            self._changed.set()

    def delete(self, receipt: str) -> None:
        """Take a message off for good; a receipt that is none any more changes nothing."""
        message = self._flying.pop(receipt, None)
        if message is not None:
            del self._groups[message.group].flying[receipt]
            self.left -= 1
            if not self.left:
                self.empty.set()
            heapq.heappush(self._later, (self._now(), message.group))
            self._changed.set()

    def _hand_out(self, message: Message) -> dict[str, Any]:
        message.receives += 1
        message.receipt = f"{message.message_id}-{next(self._receipts)}"
        message.visible_at = self._now() + self.visibility_s
        named = {name: {"stringValue": value, "dataType": "String"} for name, value in message.attributes.items()}
        return {
            "messageId": message.message_id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": {
                "MessageGroupId": message.group,
                "ApproximateReceiveCount": str(message.receives),
                "SentTimestamp": str(round((_EPOCH_S + message.sent_at) * 1000)),
            },
            "messageAttributes": named,
            "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{self.name}",
        }

    def _wake(self) -> None:
        now = self._now()
        while self._later and self._later[0][0] <= now:
            _, name = heapq.heappop(self._later)
            group = self._groups[name]
            if group.is_blocked(now):
                continue
            for receipt in group.flying:
                del self._flying[receipt]
            group.return_visible()
            if group.waiting:
                heapq.heappush(self._free, (group.waiting[0].number, name))

    def _first_free(self) -> str | None:
        now = self._now()
        while self._free:
            number, name = self._free[0]
            group = self._groups[name]
            # Once a receive has begun to take from a group in the queue's order, its own messages don't block it.
            if group.waiting and group.waiting[0].number == number and not group.is_blocked(now):
                return name
            heapq.heappop(self._free)
        return None

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
