"""What became of an `add_bot`: its queue doesn't answer, so the places are watched where control leaves traces."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from botocore.exceptions import ClientError

from cli.letters import Letter
from cli.loglines import Line
from courier.state.bots import Bot

#: Seconds between two looks.
PAUSE_S = 0.5
#: Seconds by which clocks here and there may differ.
_SKEW_S = 60.0
#: Dead letters that each look goes through: it holds them while it does.
_LETTERS = 100
#: Control's words, as its log lines have them.
_ADDED, _REFUSED, _WAITS = "bot added", "control message refused", "control message waits"


class ReadsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> Bot | None: ...


class FindsLetters(Protocol):
    """The dead letters of a correlation id."""

    def about(self, correlation_id: str, limit: int) -> list[Letter]: ...


class ReadsLines(Protocol):
    """Log lines of a stage."""

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]: ...


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it.

    Attributes:
        status: `queued` was not waited for; `waiting` was, and isn't decided.
        reason: Why it was refused, or what control waits for.
    """

    status: Literal["active", "refused", "waiting", "queued"]
    reason: str | None = None
    bot: Bot | None = None


class Adding:
    """Watches one `add_bot`.

    The row tells of a new bot, dead letters of a refusal. Control's log lines tell of a bot that was active before and
    didn't change, of refusals that stand behind ten others, and of what control waits for; they may be out of reach.

    Args:
        before: The bot's row before the message was sent.
    """

    def __init__(
        self,
        *,
        bot_id: int,
        correlation_id: str,
        before: Bot | None,
        table: ReadsBots,
        letters: FindsLetters,
        lines: ReadsLines,
    ) -> None:
        self._bot_id = bot_id
        self._correlation_id = correlation_id
        self._before = before
        self._table = table
        self._letters = letters
        self._lines = lines
        self._since_s = time.time() - _SKEW_S

    def wait(
        self,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Added:
        """Look until it is decided or the time is over; then what it waits for, as far as that is known."""
        end = clock() + timeout_s
        while True:
            found = self.look()
            if found.status != "waiting" or clock() >= end:
                return found
            sleep(PAUSE_S)

    def look(self) -> Added:
        """What can be seen now."""
        bot = self._table.get(self._bot_id)
        was_active = self._before is not None and self._before.is_active
        if bot is not None and bot.is_active and (not was_active or bot != self._before):
            return Added("active", bot=bot)
        letters = self._letters.about(self._correlation_id, _LETTERS)
        if letters:
            return Added("refused", letters[-1].reason, bot)
        return self._of_lines(bot)

    def _of_lines(self, bot: Bot | None) -> Added:
        said = {line.message: line for line in self._own_lines()}
        if _ADDED in said and bot is not None and bot.is_active:
            return Added("active", bot=bot)
        if _REFUSED in said:
            return Added("refused", _reason(said[_REFUSED]), bot)
        return Added("waiting", _reason(said[_WAITS]) if _WAITS in said else None, bot)

    def _own_lines(self) -> list[Line]:
        pattern = f'{{ $.correlation_id = "{self._correlation_id}" }}'
        try:
            lines = list(self._lines.read("control", self._since_s, pattern))
        except ClientError:
            # No log group yet, or no permission to read it: row and dead letters say most of it.
            return []
        return [line for line in lines if line.correlation_id == self._correlation_id]


def _reason(line: Line) -> str:
    return str(line.fields.get("reason", "no reason was given"))
