"""A Telegram in process: the simulator's worlds, the network's delays, and a record of every call."""

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from courier.errors import AnswerLostError, NotSentError, RateLimitedError, ServerFaultError, TelegramError
from local.simulator.chats import find_chat
from local.simulator.config import Limits
from local.simulator.figures import BotFigures
from local.simulator.flood import Refusal
from local.simulator.in_process import InProcessWorld, Outcome
from local.simulator.worlds import World

#: A world has lives for many bots; a model has one.
_BOT_ID = 1


@dataclass(frozen=True, slots=True)
class Network:
    """Delays in seconds.

    Attributes:
        latency_s: Round trip, half of it before the call arrives.
        jitter_s: Up to so much more before it arrives, drawn for each call.
    """

    latency_s: float = 0.05
    jitter_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares of calls that meet them, besides what a world has of its own: some ends are in no world.

    Attributes:
        lost: Accepted, but the answer is lost.
        reset: The connection is reset before the call is looked at: half of these never left.
        broken: Answered with a 5xx.
        storm: From and until when (seconds on the loop's clock) half of the calls are answered with a 5xx.
    """

    lost: float = 0.0
    reset: float = 0.0
    broken: float = 0.0
    storm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call as Telegram met it.

    Attributes:
        started: When its sender began it, on the loop's clock in seconds.
        refusal: The 429 that it got, if it did.
        heard: When its sender has the answer; infinity where that isn't known.
    """

    started: float
    at: float
    chat: int | None
    text: str
    refusal: Refusal | None
    is_lost: bool = False
    heard: float = math.inf

    @property
    def is_taken(self) -> bool:
        """Whether it was carried out."""
        return self.refusal is None


@dataclass
class ModelTelegram:
    """Takes calls as `courier.telegram.client.CallsTelegram`; one bot.

    Attributes:
        world: What the bot lives in; without one it has these limits, and no faults but those.
        arrivals: Every call that reached the limits, in order.
    """

    limits: Limits
    network: Network = field(default_factory=Network)
    faults: Faults = field(default_factory=Faults)
    seed: int = 0
    react: Callable[[str, dict[str, Any]], TelegramError | None] = lambda _method, _params: None
    world: World | None = None
    arrivals: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self._world = InProcessWorld(self.world or World(limits=self.limits))
        self._last_id = 0

    async def call(self, token: str, method: str, params: dict[str, Any]) -> Any:
        """The call's result, after its time."""
        del token
        loop = asyncio.get_running_loop()
        started = loop.time()
        await asyncio.sleep(self.network.latency_s / 2 + self._random.uniform(0, self.network.jitter_s))
        error = self.react(method, params) or self._meet(method, params, started)
        await asyncio.sleep(self.network.latency_s / 2)
        if error is not None:
            raise error
        self._last_id += 1
        return {"message_id": self._last_id}

    def accepted(self) -> list[Arrival]:
        """What was sent, in its order."""
        return [arrival for arrival in self.arrivals if arrival.is_taken]

    def refused(self) -> list[Arrival]:
        """What met a 429."""
        return [arrival for arrival in self.arrivals if not arrival.is_taken]

    def figures(self) -> BotFigures:
        """The simulator's own of the bot."""
        return self._world.figures(_BOT_ID)

    def _meet(self, method: str, params: dict[str, Any], started: float) -> TelegramError | None:
        now = asyncio.get_running_loop().time()
        faults, draw = self.faults, self._random.random
        if draw() < faults.reset:
            return NotSentError("reset") if draw() < 0.5 else AnswerLostError("reset")  # noqa: PLR2004 - one half each
        is_storm = faults.storm[0] <= now < faults.storm[1]
        if draw() < (0.5 if is_storm else faults.broken):
            return ServerFaultError("Bad Gateway", code=502)
        chat = find_chat(params.get("chat_id"))
        chat_id = chat.id if chat else None
        cost = len(params["media"]) if method == "sendMediaGroup" else 1
        ending = self._world.answer(now, _BOT_ID, chat_id, method, cost)
        is_lost = ending.is_accepted and (ending.ending == "lost_answer" or draw() < faults.lost)
        if ending.is_accepted or ending.ending == "refused":
            text = str(params.get("text") or params.get("caption") or "")
            heard = math.inf if is_lost else now + self.network.latency_s / 2
            self.arrivals.append(Arrival(started, now, chat_id, text, _refusal(ending), is_lost, heard))
        return AnswerLostError("reset") if is_lost else _error(ending)


def _refusal(ending: Outcome) -> Refusal | None:
    if ending.scope is None or ending.retry_after is None:
        return None
    return Refusal(ending.scope, ending.retry_after, ending.during)


def _error(ending: Outcome) -> TelegramError | None:
    """What the sender's client makes of it. A reset looks like a lost answer to it, since the request had left."""
    match ending.ending:
        case "refused":
            seconds = ending.retry_after or 1
            words = f"Too Many Requests: retry after {seconds}"
            return RateLimitedError(words, code=400 if ending.wrapped else 429, retry_after_s=seconds)
        case "server_error":
            return ServerFaultError("Bad Gateway", code=ending.code or 502)
        case "reset":
            return AnswerLostError("reset")
    return None
