"""What became of a control message: its queue doesn't answer, so the places are watched where control leaves traces."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from botocore.exceptions import ClientError

from cli.letters import Letter
from cli.loglines import Line
from cli.rows import BotRow

#: Seconds between two looks.
PAUSE_S = 0.5
#: Seconds by which clocks here and there may differ.
_SKEW_S = 60.0
#: Dead letters that each look goes through: it holds them while it does.
_LETTERS = 100
#: Control's words, as its log lines have them.
_DONE = {"bot added", "bot updated", "bot turned", "bot removed"}
_REFUSED, _WAITS = "control message refused", "control message waits"

#: Whether a row, or its absence, shows that the message was carried out; given the row before it as well.
type Shows = Callable[[BotRow | None, BotRow | None], bool]


class ReadsBots(Protocol):
    """The bots' rows."""

    def get(self, bot_id: int) -> BotRow | None: ...


class FindsLetters(Protocol):
    """The dead letters of a correlation id."""

    def about(self, correlation_id: str, limit: int) -> list[Letter]: ...


class ReadsLines(Protocol):
    """Log lines of a stage."""

    def read(self, stage: str, since_s: float, pattern: str = "") -> Iterator[Line]: ...


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of it.

    Attributes:
        status: `queued` was not waited for; `waiting` was, and isn't decided.
        reason: Why it was refused, or what control waits for.
    """

    status: Literal["done", "refused", "waiting", "queued"]
    reason: str | None = None
    bot: BotRow | None = None


def became_active(before: BotRow | None, now: BotRow | None) -> bool:
    """A bot is there and sends, and that is news."""
    return now is not None and now.is_active and (before is None or not before.is_active or now != before)


def heard(data: Mapping[str, Any], shows: Shows) -> Shows:
    """The same, and the webhook is as the message wants it: registered to its end, or gone."""
    if "webhook" not in data:
        return shows

    def both(before: BotRow | None, now: BotRow | None) -> bool:
        webhook = now.webhook if now else None
        is_new = webhook is not None and not webhook.get("coming") and webhook != (before.webhook if before else None)
        return shows(before, now) and (is_new if data["webhook"] else webhook is None)

    return both


#: Fields of `update_bot` that the row shows as they were sent.
_SHOWN = ("is_sent_logs", "parse_mode", "limits", "admins", "access", "quotas", "updates_queue", "updates_forwarded")
#: Words that take a bot's own value away.
_NOTHING = ("none", "default")


def changed_to(data: Mapping[str, Any]) -> Shows:
    """An `update_bot` shows in the row, if that wasn't so before."""
    wanted = {name: value for name, value in data.items() if name in _SHOWN}

    def shows(before: BotRow | None, now: BotRow | None) -> bool:
        if now is None or before is None or now == before:
            return False
        is_token_new = "token" not in data or now.token_version != before.token_version
        return is_token_new and all(_fits(value, getattr(now, name)) for name, value in wanted.items())

    return shows


def _fits(wanted: Any, shown: Any) -> bool:
    """Whether a field became what a change says; of figures, those that it names.

    >>> _fits({"per_user": 5}, {"per_user": 5, "admin": 9}), _fits("none", None), _fits("open", "closed")
    (True, True, False)
    """
    if isinstance(wanted, Mapping):
        return wanted.items() <= (shown or {}).items()
    return bool(shown == (None if wanted in _NOTHING else wanted))


def is_status(status: str) -> Shows:
    """The row has this status."""
    return lambda _, now: now is not None and now.status == status


def is_gone(before: BotRow | None, now: BotRow | None) -> bool:
    """Nothing is left of the bot but a word that it was there."""
    return before is not None and (now is None or now.status == "removed")


class Watch:
    """Watches one control message.

    The row tells of a change, dead letters of a refusal. Control's log lines tell of what changed nothing, of refusals
    that stand behind ten others, and of what control waits for; they may be out of reach.

    Args:
        before: The bot's row before the message was sent.
        shows: What tells from the row that it was carried out.
    """

    def __init__(
        self,
        *,
        bot_id: int,
        correlation_id: str,
        before: BotRow | None,
        shows: Shows,
        table: ReadsBots,
        letters: FindsLetters,
        lines: ReadsLines,
    ) -> None:
        self._bot_id = bot_id
        self._correlation_id = correlation_id
        self._before = before
        self._shows = shows
        self._table = table
        self._letters = letters
        self._lines = lines
        self._since_s = time.time() - _SKEW_S

    def wait(
        self,
        timeout_s: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Effect:
        """Look until it is decided or the time is over; then what it waits for, as far as that is known."""
        end = clock() + timeout_s
        while True:
            found = self.look()
            if found.status != "waiting" or clock() >= end:
                return found
            sleep(PAUSE_S)

    def look(self) -> Effect:
        """What can be seen now."""
        bot = self._table.get(self._bot_id)
        if self._shows(self._before, bot):
            return Effect("done", bot=bot)
        letters = self._letters.about(self._correlation_id, _LETTERS)
        if letters:
            return Effect("refused", letters[-1].reason, bot)
        return self._of_lines(bot)

    def _of_lines(self, bot: BotRow | None) -> Effect:
        said = {line.message: line for line in self._own_lines()}
        if said.keys() & _DONE:
            return Effect("done", bot=bot)
        if _REFUSED in said:
            return Effect("refused", _reason(said[_REFUSED]), bot)
        return Effect("waiting", _reason(said[_WAITS]) if _WAITS in said else None, bot)

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
