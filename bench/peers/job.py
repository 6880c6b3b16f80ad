"""What a peer is given and what it answers, as JSON. Only the standard library: peers read it in their environments.

>>> job = Job("http://127.0.0.1:8081", 120, [BotJob("1:fake", [Message(7, "Hello")])])
>>> Job.parse(job.to_json()) == job
True
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Message:
    chat_id: int
    text: str


@dataclass(frozen=True, slots=True)
class BotJob:
    """All that one bot has to send; what goes to one chat has to arrive in this order."""

    token: str
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Job:
    """All bots send at once, and stop `time_limit_s` after the start."""

    api_base: str
    time_limit_s: float
    bots: Sequence[BotJob]

    @classmethod
    def parse(cls, text: str) -> Self:
        raw: dict[str, Any] = json.loads(text)
        bots = [BotJob(bot["token"], [Message(**message) for message in bot["messages"]]) for bot in raw["bots"]]
        return cls(raw["api_base"], raw["time_limit_s"], bots)

    def to_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class BotResult:
    """How one bot's messages ended, in the eyes of the library.

    Attributes:
        delivered: Messages that Telegram answered for with success.
        failed: Messages given up. What is neither was still under way at the time limit.
        errors: What the library raised, by kind, also where the application tried again. What a library retries by
            itself isn't seen here, but in the simulator's counters.
        seconds: From the start until the last message's answer.
    """

    delivered: int
    failed: int
    errors: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class PeerResult:
    """One run of a peer.

    Attributes:
        versions: Of the interpreter and of the libraries measured.
        started_at: The moment of the start in epoch seconds: everything was imported, connected and greeted.
        cpu_s: CPU seconds of the process since then.
        bots: In the order of the job.
    """

    peer: str
    versions: Mapping[str, str]
    started_at: float
    cpu_s: float
    bots: Sequence[BotResult] = field(default_factory=list)

    def to_json(self) -> str:
        return json.dumps(asdict(self))
