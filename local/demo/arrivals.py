"""Waiting at the other end: what the Bot API has accepted, and what it has refused."""

import time
from collections.abc import Callable, Sequence

from local.demo.lanes import Lane, progress
from local.simulator.client import SimulatorClient
from local.stack import Interrupt, Stack

#: 120 messages take under five seconds at 28 a second; the rest is for slow machines.
TIMEOUT_S = 90.0
_LOOK_S = 0.5


class Arrivals:
    """Watches one bot's messages, while the stack lives and nobody asks for the end."""

    def __init__(self, stack: Stack, bot_id: int, interrupt: Interrupt, say: Callable[[str], None]) -> None:
        self._stack = stack
        self._bot_id = bot_id
        self._interrupt = interrupt
        self._say = say
        self._telegram = SimulatorClient(stack.endpoints.telegram_url)
        self._seen = 0

    def wait(self, lanes: Sequence[Lane]) -> None:
        """Until all is there, or time is over."""
        deadline = time.monotonic() + TIMEOUT_S
        shown = ""
        while True:
            self._interrupt.check()
            self._stack.check()
            self._look(lanes)
            if (now := progress(lanes)) != shown:
                self._say(f"  arrived: {now}")
                shown = now
            if all(lane.complete for lane in lanes) or time.monotonic() > deadline:
                return
            self._interrupt.wait(_LOOK_S)

    def refused(self, lanes: Sequence[Lane]) -> int:
        """All of the bot's 429s; each lane learns of its own."""
        refusals = self._telegram.refusals(bot_id=self._bot_id)
        for lane in lanes:
            lane.refused = sum(refusal.chat_id in lane.chats for refusal in refusals)
        return len(refusals)

    def _look(self, lanes: Sequence[Lane]) -> None:
        arrived = self._telegram.messages(bot_id=self._bot_id, after=self._seen)
        self._seen = max((message.seq for message in arrived), default=self._seen)
        for lane in lanes:
            lane.note_arrivals(arrived)
