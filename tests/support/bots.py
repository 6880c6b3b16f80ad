"""Bots and tokens in memory."""

from dataclasses import dataclass, field

from courier.contracts.control import Limits
from courier.state.bot import News
from courier.state.bots import Bot, Status, Switch
from courier.telemetry import current_correlation_id


def active_bot(bot_id: int = 1, *, telegram_id: int | None = None, logs: bool = False, **limits: float) -> Bot:
    """A bot that may send."""
    return Bot(
        bot_id=bot_id,
        status=Status.ACTIVE,
        telegram_id=telegram_id or 1000 + bot_id,
        username=f"bot{bot_id}",
        token_version=1,
        is_sent_logs=logs,
        limits=Limits.model_validate(limits),
    )


@dataclass
class FakeBots:
    """Rows of bots, and the stop switch."""

    rows: dict[int, Bot] = field(default_factory=dict)
    stop_switch: Switch = field(default_factory=Switch)

    def get(self, bot_id: int) -> Bot | None:
        bot = self.rows.get(bot_id)
        return self.stop_switch.over(bot) if bot else None

    def row(self, bot_id: int) -> Bot | None:
        return self.rows.get(bot_id)

    def all(self) -> list[Bot]:
        return [bot for bot in self.rows.values() if bot.status != Status.REMOVED]

    def switch(self) -> Switch:
        return self.stop_switch

    def turn(self, switch: Switch) -> None:
        self.stop_switch = switch

    def put(self, bot: Bot) -> None:
        self.rows[bot.bot_id] = bot

    def hold(self, bot_id: int, until: int) -> None:
        self.rows[bot_id] = self.rows[bot_id].model_copy(update={"held_until": until})

    def stop(self, bot: Bot, reason: str) -> bool:
        now = self.rows[bot.bot_id]
        if not now.is_active or now.token_version != bot.token_version:
            return False
        news = News(at=1000.0, correlation_id=current_correlation_id() or "", reason=reason)
        stopped = {"status": Status.STOPPED, "reason": reason, "stopped_untold": news}
        self.rows[bot.bot_id] = now.model_copy(update=stopped)
        return True

    def told(self, bot_id: int, name: str, news: News) -> None:
        if getattr(self.rows[bot_id], name) == news:
            self.rows[bot_id] = self.rows[bot_id].model_copy(update={name: None})


@dataclass
class FakeTokens:
    """Tokens by bot."""

    held: dict[int, tuple[str, int]] = field(default_factory=dict)

    def get(self, bot_id: int) -> tuple[str, int] | None:
        return self.held.get(bot_id)

    def put(self, bot_id: int, token: str) -> int:
        stored = self.held.get(bot_id)
        if stored is None or stored[0] != token:
            self.held[bot_id] = (token, (stored[1] if stored else 0) + 1)
        return self.held[bot_id][1]

    def delete(self, bot_id: int) -> None:
        self.held.pop(bot_id, None)


@dataclass
class FakeRecipients:
    """Unreachable recipients."""

    noted: dict[tuple[int, int | str], str] = field(default_factory=dict)

    def note(self, bot_id: int, chat_id: int | str, reason: str) -> None:
        self.noted[bot_id, chat_id] = reason
