"""A Telegram in process: the simulator's flood control, the network's delays, and a record of every call."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from courier.errors import AnswerLostError, NotSentError, RateLimitedError, ServerFaultError, TelegramError
from local.simulator.chats import find_chat
from local.simulator.config import Limits
from local.simulator.flood import Flood, Refusal


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
    """Shares of calls that meet them.

    Attributes:
        lost: Accepted, but the answer is lost.
        reset: The connection is reset before the call is looked at.
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
    """

    started: float
    at: float
    chat: int | None
    text: str
    refusal: Refusal | None
    is_lost: bool = False


@dataclass
class ModelTelegram:
    """Takes calls as `courier.telegram.client.CallsTelegram`; one bot.

    Attributes:
        arrivals: Every call that reached the limits, in order.
    """

    limits: Limits
    network: Network = field(default_factory=Network)
    faults: Faults = field(default_factory=Faults)
    seed: int = 0
    react: Callable[[str, dict[str, Any]], TelegramError | None] = lambda _method, _params: None
    arrivals: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self._flood = Flood(lambda _bot: self.limits)
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
        return [arrival for arrival in self.arrivals if arrival.refusal is None]

    def refused(self) -> list[Arrival]:
        """What met a 429."""
        return [arrival for arrival in self.arrivals if arrival.refusal is not None]

    def _meet(self, method: str, params: dict[str, Any], started: float) -> TelegramError | None:
        now = asyncio.get_running_loop().time()
        chat = find_chat(params.get("chat_id"))
        cost = len(params["media"]) if method == "sendMediaGroup" else 1
        where = (1, chat.id if chat else None, cost, now)
        faults, draw = self.faults, self._random.random
        is_storm = faults.storm[0] <= now < faults.storm[1]
        refusal = self._flood.arrive(*where)
        if refusal is None and draw() < faults.reset:
            return NotSentError("reset") if draw() < 0.5 else AnswerLostError("reset")  # noqa: PLR2004 - one half each
        if refusal is None and draw() < (0.5 if is_storm else faults.broken):
            return ServerFaultError("Bad Gateway", code=502)
        refusal = refusal or self._flood.spend(*where)
        is_lost = refusal is None and draw() < faults.lost
        text = str(params.get("text") or params.get("caption") or "")
        self.arrivals.append(Arrival(started, now, chat.id if chat else None, text, refusal, is_lost))
        if refusal is not None:
            words = f"Too Many Requests: retry after {refusal.retry_after}"
            return RateLimitedError(words, code=429, retry_after_s=refusal.retry_after)
        return AnswerLostError("reset") if is_lost else None
