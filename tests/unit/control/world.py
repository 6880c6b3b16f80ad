"""All that `add_bot` touches, in memory, and able to crash at any step."""

from dataclasses import dataclass, field
from typing import Any

from courier.contracts.control import AddBot
from courier.control.add_bot import BotAdder
from courier.errors import TelegramError
from courier.queues.names import Lane, QueueNames
from courier.state.bots import Bot
from tests.support.bots import FakeBots, FakeTokens

NAMES = QueueNames("courier")
ME: dict[str, Any] = {"id": 1001, "is_bot": True, "username": "one_bot"}


class Crash(Exception):  # noqa: N818 - it stands for a process that ends, not for an error
    """The process ends here."""


@dataclass
class World:
    """A Telegram, a table, a token store, queues and mappings.

    Attributes:
        answers: What `getMe` says to each token.
        crash_at: The number of the step, from 1, that isn't survived; `is_late` if it was carried out.
        steps: What was done, in order.
    """

    answers: dict[str, dict[str, Any] | TelegramError] = field(default_factory=dict)
    crash_at: int | None = None
    is_late: bool = False
    steps: list[str] = field(default_factory=list)
    bots: FakeBots = field(default_factory=FakeBots)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    queues: set[str] = field(default_factory=set)
    mappings: set[str] = field(default_factory=set)

    async def add(self, wanted: AddBot) -> Bot:
        adder = BotAdder(
            telegram=_Telegram(self),
            bots=_Bots(self),
            tokens=_Tokens(self),
            queues=_Queues(self),
            mappings=_Mappings(self),
        )
        return await adder.add(wanted)

    def step(self, name: str) -> "_Step":
        self.steps.append(name)
        return _Step(self, is_last=len(self.steps) == self.crash_at)

    def state(self) -> dict[str, Any]:
        """All that is there now."""
        return {
            "bots": dict(self.bots.rows),
            "tokens": dict(self.tokens.held),
            "queues": set(self.queues),
            "mappings": set(self.mappings),
        }


@dataclass
class _Step:
    world: World
    is_last: bool

    def __enter__(self) -> None:
        if self.is_last and not self.world.is_late:
            raise Crash

    def __exit__(self, *_: object) -> None:
        if self.is_last:
            raise Crash


@dataclass
class _Part:
    world: World


class _Telegram(_Part):
    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        assert (method, params) == ("getMe", {})
        with self.world.step("ask"):
            answer = self.world.answers.get(token, ME)
        if isinstance(answer, TelegramError):
            raise answer
        return answer


class _Bots(_Part):
    def get(self, bot_id: int) -> Bot | None:
        with self.world.step("read"):
            return self.world.bots.get(bot_id)
        raise AssertionError

    def put(self, bot: Bot) -> None:
        with self.world.step(f"write {bot.status}"):
            self.world.bots.put(bot)


class _Tokens(_Part):
    def put(self, bot_id: int, token: str) -> int:
        with self.world.step("store"):
            return self.world.tokens.put(bot_id, token)
        raise AssertionError


class _Queues(_Part):
    def ensure(self, bot_id: int, *, logs: bool) -> dict[Lane, str]:
        names = {lane: NAMES.bot(bot_id, lane) for lane in Lane}
        with self.world.step("make queues"):
            self.world.queues |= {*names.values(), *([NAMES.logs(bot_id)] if logs else [])}
        return {lane: f"arn:aws:sqs:eu-west-1:1:{name}" for lane, name in names.items()}


class _Mappings(_Part):
    def ensure(self, queue_arn: str) -> None:
        with self.world.step("map"):
            self.world.mappings.add(queue_arn)
