"""`pause_bot` and `resume_bot`: the row first, which the sender believes, then the mappings, which spare it asking."""

import time

from courier.contracts.control import PauseBot, ResumeBot
from courier.control.parts import Clock, KeepsBots, Plumbing, known_bot
from courier.errors import RefusedMessageError
from courier.state.bots import Bot, Status
from courier.telemetry import log

_HALF_MADE = "data.bot_id: bot {bot_id} was never ready; send add_bot with its token once more"


class BotPauser:
    """Pauses bots and lets them go on. A crash between row and mappings is mended by the next try, or the sweep."""

    def __init__(self, *, bots: KeepsBots, plumbing: Plumbing, clock: Clock = time.time) -> None:
        self._bots = bots
        self._plumbing = plumbing
        self._clock = clock

    async def pause(self, wanted: PauseBot) -> Bot:
        """Let a bot send nothing: known to the sender within 5 s, with all messages kept.

        Raises:
            RefusedMessageError: if there is no such bot, or not yet, or no more.
            StateUnavailableError: if AWS didn't answer.
        """
        return self._turn(wanted.bot_id, Status.PAUSED, "pause_bot")

    async def resume(self, wanted: ResumeBot) -> Bot:
        """Let a paused bot send, or try a stopped one's token once more.

        Raises:
            RefusedMessageError: if there is no such bot, or not yet, or no more.
            StateUnavailableError: if AWS didn't answer.
        """
        return self._turn(wanted.bot_id, Status.ACTIVE, None)

    def _turn(self, bot_id: int, status: Status, reason: str | None) -> Bot:
        bot = known_bot(self._bots, bot_id)
        if bot.status == Status.ADDING:
            raise RefusedMessageError(_HALF_MADE.format(bot_id=bot_id))
        if bot.status != status:
            bot = bot.model_copy(update={"status": status, "reason": reason, "since": int(self._clock())})
            self._bots.put(bot)
        self._plumbing.fit(bot)
        log().info("bot turned", bot_id=bot_id, status=status)
        return bot
