"""What the flood model remembers of one bot and of one chat, and the peaks that a test asks for."""

from local.simulator.config import Limits
from local.simulator.penalty import Penalty, Scope
from local.simulator.windows import SlidingWindow, TokenBucket

_SECOND = 1.0
_MINUTE = 60.0


class BotPace:
    """One bot: its window of accepted calls, its penalty, and the most that came in any second."""

    __slots__ = ("_arrivals", "chat_minute", "chat_second", "peak_accepted", "peak_arrived", "penalty", "window")

    def __init__(self) -> None:
        self.window = SlidingWindow(_SECOND)
        self.penalty = Penalty()
        self._arrivals = SlidingWindow(_SECOND)
        self.peak_accepted = 0
        self.peak_arrived = 0
        #: The chat with the most arrivals in any second, and how many; the same of any minute.
        self.chat_second: tuple[int, int] | None = None
        self.chat_minute: tuple[int, int] | None = None

    def arrived(self, now: float, cost: int) -> None:
        self._arrivals.add(now, cost)
        self.peak_arrived = max(self.peak_arrived, self._arrivals.count(now))

    def take(self, now: float, cost: int) -> None:
        self.window.add(now, cost)
        self.peak_accepted = max(self.peak_accepted, self.window.count(now))

    def note_chat(self, chat_id: int, chat: "ChatPace") -> None:
        """Keep the highest peaks here, since a chat may be forgotten."""
        if self.chat_second is None or chat.peak_second > self.chat_second[1]:
            self.chat_second = (chat_id, chat.peak_second)
        if self.chat_minute is None or chat.peak_minute > self.chat_minute[1]:
            self.chat_minute = (chat_id, chat.peak_minute)


class ChatPace:
    """One chat of one bot: its bucket, a group's minute, its penalty and its peaks."""

    __slots__ = ("_arrivals", "_bucket", "_minute", "peak_minute", "peak_second", "penalty")

    def __init__(self, *, group: bool) -> None:
        self._bucket = TokenBucket()
        self._minute = SlidingWindow(_MINUTE) if group else None
        self._arrivals = SlidingWindow(_MINUTE)
        self.penalty = Penalty()
        self.peak_second = 0
        self.peak_minute = 0

    def arrived(self, now: float, cost: int) -> None:
        self._arrivals.add(now, cost)
        self.peak_second = max(self.peak_second, self._arrivals.count(now, _SECOND))
        self.peak_minute = max(self.peak_minute, self._arrivals.count(now))

    def wait(self, now: float, cost: int, limits: Limits) -> tuple[Scope, float]:
        """How long until the chat takes `cost`, and by which of its rules."""
        bucket = self._bucket.wait(now, cost, limits.chat_per_second, limits.chat_burst)
        if self._minute is not None:
            minute = self._minute.free_at(now, cost, limits.group_per_minute) - now
            if minute > bucket:
                return "group", minute
        return "chat", bucket

    def take(self, now: float, cost: int, limits: Limits) -> None:
        self._bucket.take(now, cost, limits.chat_per_second, limits.chat_burst)
        if self._minute is not None:
            self._minute.add(now, cost)
