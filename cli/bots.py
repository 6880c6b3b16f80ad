"""`courier bots`: bots of the platform."""

import os
import sys
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.adding import Added, Adding
from cli.errors import CliError, UsageError
from cli.letters import DeadLetterBox
from cli.loglines import LogReader
from cli.options import State, state_of
from cli.producer import Posted, Producer, given
from cli.render import plain
from courier.contracts.fields import ParseMode
from courier.queues.sqs import Sqs
from courier.state.bots import BotTable

bots = typer.Typer(help="Bots that send.", no_args_is_help=True)


@bots.callback()
def _group() -> None:
    """Bots that send."""


@bots.command()
def add(
    context: typer.Context,
    *,
    bot_id: Annotated[int, typer.Argument(metavar="BOT_ID", min=1, help="What the bot is called here: any number.")],
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help="Read the token from standard input.")] = False,
    token_env: Annotated[str | None, typer.Option(metavar="NAME", help="Read it from this variable.")] = None,
    token: Annotated[
        str | None,
        typer.Option(help="The token itself. Avoid it: it stays in the shell's history and shows in process lists."),
    ] = None,
    logs: Annotated[bool, typer.Option("--logs", help="Put every outcome on the bot's logs queue.")] = False,
    bot_per_second: Annotated[int | None, typer.Option(help="Messages per second, to all chats.")] = None,
    chat_per_second: Annotated[float | None, typer.Option(help="Messages per second and chat.")] = None,
    chat_burst: Annotated[int | None, typer.Option(help="Messages to one chat at once.")] = None,
    group_per_minute: Annotated[int | None, typer.Option(help="Messages per minute and group.")] = None,
    parse_mode: Annotated[ParseMode | None, typer.Option(help="For texts that name none of their own.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until it is added or refused.")] = True,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds to wait at most.")] = 60.0,
    correlation_id: Annotated[str | None, typer.Option(help="Of the action it belongs to; else a new one.")] = None,
) -> None:
    """Add a bot, or change one that is there. Without a token option, the terminal asks for the token."""
    limits = given(
        bot_per_second=bot_per_second,
        chat_per_second=chat_per_second,
        chat_burst=chat_burst,
        group_per_minute=group_per_minute,
    )
    data = given(bot_id=bot_id, is_sent_logs=logs, limits=limits or None, parse_mode=parse_mode)
    data["token"] = _token(token_stdin, token_env, token)
    _add(state_of(context), data, timeout if wait else None, correlation_id)


def _add(state: State, data: dict[str, Any], timeout_s: float | None, correlation_id: str | None) -> None:
    bot_id = data["bot_id"]
    producer = Producer(Sqs(state.target.sqs), state.target.names)
    if timeout_s is None:
        _tell(state, bot_id, producer.add_bot(data, correlation_id), Added("queued"))
        return
    table = BotTable(state.target.dynamodb, state.target.table)
    letters = DeadLetterBox.of(state.target)
    before = table.get(bot_id)
    posted = producer.add_bot(data, correlation_id)
    adding = Adding(
        bot_id=bot_id,
        correlation_id=posted.correlation_id,
        before=before,
        table=table,
        letters=letters,
        lines=LogReader(state.target.logs, state.target.stack),
    )
    state.output.aside(f"Waiting for bot {bot_id}, {timeout_s:g} s at most. Its story: {_story(posted)}")
    _tell(state, bot_id, posted, adding.wait(timeout_s))


def _tell(state: State, bot_id: int, posted: Posted, added: Added) -> None:
    """The result, and an error where the bot isn't there as it was wanted."""
    username = added.bot.username if added.bot else None
    data = {"bot_id": bot_id, "status": added.status, "correlation_id": posted.correlation_id}
    data |= given(username=username, reason=added.reason)
    match added.status:
        case "active":
            state.output.result(data, Text(plain(f"Bot {bot_id} is active" + (f": @{username}" if username else ""))))
        case "queued":
            state.output.result(data, Text(posted.correlation_id))
            state.output.aside(f"On {posted.queue}. Its story: {_story(posted)}")
        case "refused":
            _fail(state, data, f"bot {bot_id} wasn't added: {added.reason}", f"Its story: {_story(posted)}")
        case "waiting":
            why = f"; it waits: {added.reason}" if added.reason else ""
            words = f"bot {bot_id} isn't added yet{why}"
            _fail(state, data, words, f"It stays in the queue and is tried again. Its story: {_story(posted)}")


def _fail(state: State, data: dict[str, Any], message: str, hint: str) -> None:
    if state.output.as_json:
        state.output.result(data, "")
    raise CliError(message, hint)


def _story(posted: Posted) -> str:
    return f"courier trace {posted.correlation_id}"


def _token(from_stdin: bool, variable: str | None, itself: str | None) -> str:
    """The token, from the one place that was named.

    Raises:
        UsageError: if none was named, or several, or it isn't there.
    """
    if sum((from_stdin, variable is not None, itself is not None)) > 1:
        raise UsageError("give the token once: --token-stdin, --token-env or --token")
    if from_stdin:
        found = sys.stdin.readline()
    elif variable is not None:
        found = os.environ.get(variable, "")
        if not found:
            raise UsageError(f"the variable {variable} isn't set: export it before the command")
    elif itself is not None:
        found = itself
    elif sys.stdin.isatty():
        found = typer.prompt("Token from @BotFather", hide_input=True, err=True)
    else:
        raise UsageError(
            "no token", "Give it by --token-stdin or --token-env NAME; in a terminal the command asks for it."
        )
    if not found.strip():
        raise UsageError("the token is empty")
    return found.strip()
