"""All that control touches, in memory, and able to crash at any step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from courier.contracts.control import AddBot, MendBot, PauseBot, RemoveBot, ResumeBot, UpdateBot
from courier.contracts.events import DomainEvent
from courier.control.add_bot import BotAdder
from courier.control.mending import BotMender
from courier.control.news import BotNews
from courier.control.parts import Plumbing
from courier.control.pausing import BotPauser
from courier.control.remove_bot import BotRemover
from courier.control.update_bot import BotUpdater
from courier.control.webhooks import WebhookKeeper
from courier.errors import StateUnavailableError, TelegramError, TryLaterError
from courier.queues.names import Lane, QueueNames
from courier.state.bot import News
from courier.state.bots import Bot, Switch
from tests.support.bots import FakeBots, FakeTokens

NAMES = QueueNames("courier")
ARN = "arn:aws:sqs:eu-west-1:1:"
ME: dict[str, Any] = {"id": 1001, "is_bot": True, "username": "one_bot"}


class Crash(Exception):  # noqa: N818 - it stands for a process that ends, not for an error
    """The process ends here."""


@dataclass
class World:
    """A Telegram, a table, a token store, queues, mappings and a clock.

    Attributes:
        answers: What `getMe` says to each token.
        crash_at: The number of the step, from 1, that isn't survived; `is_late` if it was carried out.
        faults: What Telegram says to each method, instead of doing it.
        events: What was told on the event bus; `is_deaf` while nothing can be.
        hook: The webhook that Telegram has.
        secrets: All that Telegram was given.
        public_url: The stack's own.
        steps: What was done, in order.
        mappings: Whether each is enabled, by its queue's ARN.
        visible: Messages in queues, by the queue's ARN; `hidden` is how many are in flight besides.
        dead: Messages that became dead letters.
    """

    answers: dict[str, dict[str, Any] | TelegramError] = field(default_factory=dict)
    faults: dict[str, TelegramError] = field(default_factory=dict)
    events: list[DomainEvent] = field(default_factory=list)
    is_deaf: bool = False
    hook: dict[str, Any] | None = None
    secrets: list[str] = field(default_factory=list)
    connections: int = 40
    public_url: str = "https://api.example"
    crash_at: int | None = None
    is_late: bool = False
    steps: list[str] = field(default_factory=list)
    bots: FakeBots = field(default_factory=FakeBots)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    queues: set[str] = field(default_factory=set)
    mappings: dict[str, bool] = field(default_factory=dict)
    visible: dict[str, list[str]] = field(default_factory=dict)
    hidden: int = 0
    dead: list[str] = field(default_factory=list)
    now: float = 1000.0

    async def do(self, wanted: BaseModel) -> Any:
        """Carry out a message, as control does."""
        bots, tokens, queues, mappings = _Bots(self), _Tokens(self), _Queues(self), _Mappings(self)
        plumbing = Plumbing(self.bots, queues, mappings)
        clock: Callable[[], float] = lambda: self.now  # noqa: E731
        telegram = _Telegram(self)
        webhooks = WebhookKeeper(
            telegram=telegram,
            bots=bots,
            tokens=tokens,
            public_url=self.public_url,
            stack="courier",
            connections=self.connections,
            clock=clock,
        )
        news = BotNews(_Bus(self), bots, clock)
        remover = BotRemover(
            bots=bots,
            tokens=tokens,
            queues=queues,
            mappings=mappings,
            leftovers=_Leftovers(self),
            webhooks=webhooks,
            news=news,
            clock=clock,
        )
        pauser = BotPauser(bots=bots, plumbing=plumbing, clock=clock)
        mender = BotMender(
            bots=bots, tokens=tokens, plumbing=plumbing, removals=remover, webhooks=webhooks, news=news, clock=clock
        )
        shared: dict[str, Any] = {
            "telegram": telegram,
            "bots": bots,
            "tokens": tokens,
            "plumbing": plumbing,
            "webhooks": webhooks,
            "names": NAMES,
            "clock": clock,
        }
        match wanted:
            case AddBot():
                return await BotAdder(**shared, news=news).add(wanted)
            case UpdateBot():
                return await BotUpdater(**shared).update(wanted)
            case PauseBot():
                return await pauser.pause(wanted)
            case ResumeBot():
                return await pauser.resume(wanted)
            case RemoveBot():
                return await remover.remove(wanted)
            case MendBot():
                return await mender.mend(wanted)
        raise AssertionError

    async def add(self, wanted: AddBot) -> Bot:
        bot: Bot = await self.do(wanted)
        return bot

    async def until_done(self, wanted: BaseModel, between: Callable[[], None] = lambda: None) -> list[int]:
        """Carry out a message as often as it asks for; the pauses between."""
        pauses: list[int] = []
        while True:
            try:
                await self.do(wanted)
            except TryLaterError as later:
                pauses.append(later.after_s)
                self.now += later.after_s
                between()
            else:
                return pauses

    def step(self, name: str) -> "_Step":
        self.steps.append(name)
        return _Step(self, is_last=len(self.steps) == self.crash_at)

    def state(self) -> dict[str, Any]:
        """All that is there now."""
        return {
            "bots": dict(self.bots.rows),
            "tokens": dict(self.tokens.held),
            "queues": set(self.queues),
            "mappings": dict(self.mappings),
            "dead": list(self.dead),
            "hook": self.hook,
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
        with self.world.step("ask" if method == "getMe" else method):
            if method in self.world.faults:
                raise self.world.faults[method]
            answer = self._answer(token, method, params)
        if isinstance(answer, TelegramError):
            raise answer
        return answer

    def _answer(self, token: str, method: str, params: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                assert params == {}
                return self.world.answers.get(token, ME)
            case "setWebhook":
                self.world.hook = params
                self.world.secrets.append(params["secret_token"])
                return True
            case "deleteWebhook":
                self.world.hook = None
                return True
            case "getWebhookInfo":
                return {"url": self.world.hook["url"] if self.world.hook else ""}
        raise AssertionError(method)


class _Bots(_Part):
    def row(self, bot_id: int) -> Bot | None:
        with self.world.step("read"):
            return self.world.bots.row(bot_id)
        raise AssertionError

    def put(self, bot: Bot) -> None:
        with self.world.step(f"write {bot.status}"):
            self.world.bots.put(bot)

    def told(self, bot_id: int, name: str, news: News) -> None:
        with self.world.step("note told"):
            self.world.bots.told(bot_id, name, news)

    def switch(self) -> Switch:
        return self.world.bots.switch()


class _Bus(_Part):
    def put(self, events: Sequence[DomainEvent]) -> None:
        with self.world.step(f"tell {', '.join(event.DETAIL_TYPE for event in events)}"):
            if self.world.is_deaf:
                raise StateUnavailableError("event bus courier: it is down")
            self.world.events += events


class _Tokens(_Part):
    def get(self, bot_id: int) -> tuple[str, int] | None:
        return self.world.tokens.get(bot_id)

    def put(self, bot_id: int, token: str) -> int:
        with self.world.step("store"):
            return self.world.tokens.put(bot_id, token)
        raise AssertionError

    def delete(self, bot_id: int) -> None:
        with self.world.step("forget"):
            self.world.tokens.delete(bot_id)


class _Queues(_Part):
    def ensure(self, bot_id: int, *, logs: bool) -> dict[Lane, str]:
        with self.world.step("make queues"):
            self.world.queues |= {NAMES.bot(bot_id, lane) for lane in Lane} | ({NAMES.logs(bot_id)} if logs else set())
        return self.arns(bot_id)

    def arns(self, bot_id: int) -> dict[Lane, str]:
        return {lane: ARN + NAMES.bot(bot_id, lane) for lane in Lane}

    def held(self, bot_id: int) -> int:
        return sum(len(self.world.visible.get(arn, [])) for arn in self.arns(bot_id).values()) + self.world.hidden

    def delete(self, bot_id: int) -> None:
        assert self.held(bot_id) == 0, "messages were lost with their queue"
        with self.world.step("delete queues"):
            self.world.queues -= {NAMES.bot(bot_id, lane) for lane in Lane} | {NAMES.logs(bot_id)}


class _Mappings(_Part):
    def ensure(self, queue_arn: str, *, enabled: bool) -> None:
        with self.world.step("map" if enabled else "unmap"):
            if enabled or queue_arn in self.world.mappings:
                self.world.mappings[queue_arn] = enabled

    def delete(self, queue_arn: str) -> None:
        with self.world.step("delete mapping"):
            self.world.mappings.pop(queue_arn, None)


class _Leftovers(_Part):
    def bury(self, queue_arn: str) -> int:
        with self.world.step("bury"):
            found = self.world.visible.pop(queue_arn, [])
            self.world.dead += found
            return len(found)
        raise AssertionError
