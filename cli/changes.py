"""A control message sent, and what became of it told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from cli.effects import Effect, Shows, Watch
from cli.errors import CliError
from cli.fields import given
from cli.letters import DeadLetterBox
from cli.loglines import LogReader
from cli.options import State
from cli.render import plain
from cli.rows import BotRow, BotRows
from courier.producer import Posted, Producer


@dataclass(frozen=True, slots=True)
class Change:
    """A control message about one bot.

    Attributes:
        data: As the contract has it. A token may be in it: it goes to the queue and nowhere else.
        shows: What tells from the bot's row that it was carried out.
        refused: How one says that it wasn't, behind the bot's name.
        undecided: How one says that it isn't yet.
    """

    kind: str
    data: Mapping[str, Any]
    shows: Shows
    refused: str
    undecided: str

    @property
    def bot_id(self) -> int:
        """Whom it is about."""
        return int(self.data["bot_id"])


def carry_out(state: State, change: Change, timeout_s: float | None, correlation_id: str | None) -> None:
    """Send it, wait for its effect if there is a time for that, and tell.

    Raises:
        CliError: if it was refused, or isn't decided within the time.
        RefusedMessageError: if control would refuse it.
    """
    target = state.target
    producer = Producer(stack=target.stack, sqs=target.sqs)
    if timeout_s is None:
        posted = producer.control(change.kind, change.data, correlation_id=correlation_id)
        _tell(state, change, posted, Effect("queued"))
        return
    # What is watched comes first: where it can't be, nothing is sent.
    rows, letters = BotRows.of(target), DeadLetterBox.of(target)
    before = rows.get(change.bot_id)
    posted = producer.control(change.kind, change.data, correlation_id=correlation_id)
    watch = Watch(
        bot_id=change.bot_id,
        correlation_id=posted.correlation_id,
        before=before,
        shows=change.shows,
        table=rows,
        letters=letters,
        lines=LogReader(target.logs, target.stack),
    )
    state.output.aside(f"Waiting for bot {change.bot_id}, {timeout_s:g} s at most. Its story: {_story(posted)}")
    _tell(state, change, posted, watch.wait(timeout_s))


def _tell(state: State, change: Change, posted: Posted, effect: Effect) -> None:
    """The result, and an error where things aren't as they were wanted."""
    bot_id, story = change.bot_id, f"Its story: {_story(posted)}"
    status = _status(change, effect)
    data = {"bot_id": bot_id, "status": status, "correlation_id": posted.correlation_id}
    data |= given(username=effect.bot.username if effect.bot else None, reason=effect.reason)
    match effect.status:
        case "done":
            state.output.result(data, Text(plain(_words(bot_id, status, effect.bot))))
        case "queued":
            state.output.result(data, Text(posted.correlation_id))
            state.output.aside(f"On {posted.queue}. {story}")
        case "refused":
            _fail(state, data, f"bot {bot_id} {change.refused}: {effect.reason}", story)
        case "waiting":
            why = f"; it waits: {effect.reason}" if effect.reason else ""
            hint = f"It stays in the queue and is tried again. {story}"
            _fail(state, data, f"bot {bot_id} {change.undecided}{why}", hint)


def _status(change: Change, effect: Effect) -> str:
    if effect.status != "done":
        return effect.status
    if change.kind == "remove_bot":
        return "removed"
    return effect.bot.status if effect.bot else "done"


def _words(bot_id: int, status: str, bot: BotRow | None) -> str:
    name = f": @{bot.username}" if bot and bot.username else ""
    why = f" ({bot.reason})" if bot and bot.reason and status not in ("active", "removed") else ""
    return f"Bot {bot_id} is {status}{name}{why}"


def _fail(state: State, data: dict[str, Any], message: str, hint: str) -> None:
    if state.output.as_json:
        state.output.result(data, "")
    raise CliError(message, hint)


def _story(posted: Posted) -> str:
    return f"courier trace {posted.correlation_id}"
