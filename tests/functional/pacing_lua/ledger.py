"""What a limiter has promised so far, written down plainly: every start, whoever asked, and every penalty."""

from dataclasses import dataclass, field

from courier.contracts.control import Limits
from courier.pacing.slots import Ask
from courier.queues.names import Lane
from tests.functional.pacing_lua.conftest import JITTER_MS, MINUTE_MS, SECOND_MS

#: Chats that make a 429 the bot's, when they meet theirs within so many milliseconds.
SEVERAL, WITHIN_MS = 3, 5_000


@dataclass
class Start:
    """A granted start.

    Attributes:
        at_ms: When it counts: as reserved, or when its call arrived if that was later.
        regain_ms: What one message cost its chat when it was granted.
    """

    ask: Ask
    lane: Lane
    at_ms: int
    regain_ms: int

    @property
    def cost(self) -> int:
        return self.ask.cost


@dataclass
class Ledger:
    """Attributes are as of the last time that Redis lost everything."""

    limits: Limits
    starts: list[Start] = field(default_factory=list)
    chat_ends: dict[str, int] = field(default_factory=dict)
    bot_end: int = 0
    met: dict[str, int] = field(default_factory=dict)

    @property
    def regain_ms(self) -> int:
        return round(1000 / self.limits.chat_per_second)

    def forget(self) -> None:
        """As Redis does when it is flushed."""
        self.starts, self.chat_ends, self.bot_end, self.met = [], {}, 0, {}

    def penalise(self, chat: str, seconds: float, now_ms: int, *, is_bots: bool) -> None:
        """A 429 holds its chat, and the bot where several chats met one lately."""
        end = now_ms + round(seconds * 1000)
        was_held = self.bot_end > now_ms
        self.chat_ends[chat] = max(end, self.chat_ends.get(chat, 0))
        self.met[chat] = now_ms
        lately = [other for other, at in self.met.items() if at > now_ms - WITHIN_MS]
        assert was_held or not is_bots or len(lately) >= SEVERAL, f"{lately} hold the bot"
        silent = {other for other in lately if not self._had_messages(other, now_ms)}
        assert is_bots or len(silent) < SEVERAL, f"{lately} don't hold the bot"
        if is_bots:
            self.bot_end = max(end, self.bot_end)

    def _had_messages(self, chat: str, now_ms: int) -> bool:
        """Lately, so that a 429 may be about them."""
        return any(start.ask.chat == chat and start.at_ms > now_ms - MINUTE_MS for start in self.starts)

    def add(self, start: Start) -> None:
        """Grant a start, or say which window it breaks."""
        self._window(start, self.starts, self.limits.bot_per_second, SECOND_MS, "the bot's second")
        if start.ask.chat:
            same = [other for other in self.starts if other.ask.chat == start.ask.chat]
            if start.ask.is_group:
                self._window(start, same, self.limits.group_per_minute, MINUTE_MS, "the group's minute")
            self._bucket(start, same)
        self.starts.append(start)

    @staticmethod
    def _window(start: Start, others: list[Start], limit: int, span_ms: int, name: str) -> None:
        """No stretch that holds it holds more than the limit; what costs more than that has it for itself."""
        near = sorted((other.at_ms, other.cost) for other in others if abs(other.at_ms - start.at_ms) < span_ms)
        for last_ms in {start.at_ms, *(at for at, _ in near if at > start.at_ms)}:
            count = sum(cost for at, cost in near if last_ms - span_ms < at <= last_ms)
            assert count + min(start.cost, limit) <= limit, f"{name}: {count} and {start} within {near}"

    def _bucket(self, start: Start, same: list[Start]) -> None:
        """A burst at once and then one after another; what costs more than the burst waits for a full bucket."""
        full_ms = 0
        for other in sorted(same, key=lambda other: other.at_ms):
            full_ms = max(full_ms, other.at_ms) + other.cost * other.regain_ms
        burst, regain = self.limits.chat_burst, self.regain_ms
        tolerance = (burst - 1) * regain - JITTER_MS
        ready_ms = full_ms - tolerance + (min(start.cost, burst) - 1) * regain
        assert start.at_ms >= ready_ms, f"the chat's bucket: {start} {ready_ms - start.at_ms} ms early, after {same}"
