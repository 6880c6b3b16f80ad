"""A Redis in which every start is free and every message is new, and a sender around it."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from courier.pacing.pace import Pacer, pace_script
from courier.queues.names import QueueNames
from courier.sender.batch import Sender
from courier.sender.directory import Directory
from courier.sender.marks import Marks
from courier.sender.report import TellsEnds
from courier.state.redis_client import Commands, LuaScript
from tests.support.bots import FakeBots, FakeRecipients, FakeTokens, active_bot
from tests.support.queues import FakeQueues
from tests.support.telegram import FakeTelegram

#: Of a message in `reserve.lua`: where its arguments begin, and how many it has.
_FIRST, _EACH = 10, 5
NAMES = {pace_script(name).sha: name for name in ("reserve", "late")} | {
    LuaScript("courier.sender", f"{name}.lua").sha: name for name in ("begin", "claim", "settle")
}


class ReadyRedis:
    """Answers the sender's scripts without remembering anything."""

    async def execute_command(self, *args: Any) -> Any:
        if args[0] == "MGET":
            return [None] * (len(args) - 1)
        name, keys = NAMES[args[1]], args[2]
        arguments = args[3 + keys :]
        match name:
            case "reserve":
                return [round(time.time() * 1000), *[0, 0] * ((len(arguments) - _FIRST) // _EACH)]
            case "begin":
                return json.dumps(["", 0, "", 0] * keys).encode()
            case "claim":
                return json.dumps([0, "", ""] * (len(arguments) - 1)).encode()
            case _:
                return 0


@dataclass
class Ready:
    """A sender of bot 1 and what it talks to."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    queues: FakeQueues = field(default_factory=FakeQueues)
    bots: FakeBots = field(default_factory=lambda: FakeBots({1: active_bot()}))
    events: TellsEnds | None = None

    def sender(self) -> Sender:
        redis = Commands(ReadyRedis)
        return Sender(
            telegram=self.telegram,
            directory=Directory(self.bots, FakeTokens({1: ("1:fake", 1)})),
            pacer=Pacer(redis, 0.03),
            marks=Marks(redis),
            dead=self.queues,
            recipients=FakeRecipients(),
            queues=self.queues,
            names=QueueNames("courier"),
            events=self.events,
        )
