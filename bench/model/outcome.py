"""What Telegram saw of one bot's traffic, and how that is judged: the same for virtual and for real time."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.model.mapping import Bill
from bench.model.queue import FifoQueue
from bench.model.telegram import Arrival
from bench.model.traffic import Item
from bench.model.workers import Surroundings
from courier.queues.names import Lane


@dataclass
class Outcome:
    """What became of one bot's messages.

    Attributes:
        arrivals: In their order, with times from the moment at which the course began.
        around: The bot's dead letters and delivery log.
        makespan_s: From the first message's queueing to the last acceptance.
    """

    arrivals: list[Arrival]
    around: Surroundings
    queues: dict[Lane, FifoQueue]
    bills: dict[Lane, Bill]
    makespan_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.makespan_s = max((arrival.at for arrival in self.accepted()), default=0.0)

    def accepted(self) -> list[Arrival]:
        """In the order of arrival."""
        return [arrival for arrival in self.arrivals if arrival.refusal is None]

    def refused(self) -> list[Arrival]:
        """The 429s."""
        return [arrival for arrival in self.arrivals if arrival.refusal is not None]

    def lost(self, items: Sequence[Item]) -> list[Item]:
        """What never arrived."""
        there = {(arrival.chat, arrival.text) for arrival in self.accepted()}
        return [item for item in items if (item.chat, item.text) not in there]

    def duplicates(self) -> int:
        """Messages that arrived more than once, each time counted."""
        return len(self.accepted()) - len({(arrival.chat, arrival.text) for arrival in self.accepted()})

    def excused(self) -> int:
        """Of the duplicates those that a lost answer explains: the sender couldn't know that it had been taken."""
        taken, lost = Counter[tuple[int | None, str]](), Counter[tuple[int | None, str]]()
        for arrival in self.accepted():
            taken[arrival.chat, arrival.text] += 1
            lost[arrival.chat, arrival.text] += arrival.is_lost
        return sum(min(count - 1, lost[key]) for key, count in taken.items())

    def disordered(self) -> list[int]:
        """Chats whose messages first arrived in another order than they were numbered."""
        seen: dict[int, list[int]] = defaultdict(list)
        for arrival in self.accepted():
            if arrival.chat is not None and int(arrival.text) not in seen[arrival.chat]:
                seen[arrival.chat].append(int(arrival.text))
        return [chat for chat, texts in seen.items() if texts != sorted(texts)]

    def waits_s(self, items: Sequence[Item]) -> list[float]:
        """Seconds from a message's queueing to its first acceptance, sorted; of those that arrived."""
        first: dict[tuple[int | None, str], float] = {}
        for arrival in self.accepted():
            first.setdefault((arrival.chat, arrival.text), arrival.at)
        return sorted(first[item.chat, item.text] - item.at for item in items if (item.chat, item.text) in first)

    def faults(self, items: Sequence[Item]) -> int:
        """Messages lost or doubled, and chats out of order: what must be 0 however fast the rest is."""
        return len(self.lost(items)) + self.duplicates() + len(self.disordered())

    @property
    def bill(self) -> Bill:
        """Of both lanes together."""
        bills = self.bills.values()
        return Bill(
            sum(bill.invocations for bill in bills),
            sum(bill.seconds for bill in bills),
            sum(bill.crashed for bill in bills),
            next((bill.last_error for bill in bills if bill.last_error), ""),
        )

    @property
    def received(self) -> int:
        """Messages that were handed out, each time counted, on both lanes."""
        return sum(queue.received for queue in self.queues.values())
