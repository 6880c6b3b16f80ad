"""`courier send`: a message on a bot's queue."""

import re
import sys
from typing import Annotated, Any

import typer
from rich.text import Text

from cli.errors import UsageError
from cli.options import state_of
from cli.producer import Producer, given
from courier.contracts.fields import ParseMode
from courier.queues.names import Lane
from courier.queues.sqs import Sqs

#: The text comes from standard input.
_STDIN = "-"
_BUTTON = re.compile(r"(?P<text>.+?)=(?:callback:(?P<callback_data>.*)|(?P<url>(?:https?|tg)://.+))", re.DOTALL)
_NUMBER = re.compile(r"-?\d+")

ChatArgument = Annotated[str, typer.Argument(metavar="CHAT_ID", help="A chat's number, or @name.")]
TextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="The text; - reads standard input.")]
ButtonOption = Annotated[
    list[str] | None,
    typer.Option("--button", metavar="TEXT=ACTION", help='"Yes=callback:yes" or "Site=https://…"; each in its row.'),
]


def send(
    context: typer.Context,
    *,
    bot_id: Annotated[int, typer.Argument(metavar="BOT_ID", min=1, help="The bot, as it was added.")],
    chat_id: ChatArgument,
    text: TextArgument,
    broadcast: Annotated[bool, typer.Option("--broadcast", help="On the lane that yields to replies.")] = False,
    external_id: Annotated[
        str | None, typer.Option(help="Your own id: the same one isn't sent twice within 24 hours.")
    ] = None,
    reply_to: Annotated[int | None, typer.Option(min=1, help="The message that is replied to.")] = None,
    button: ButtonOption = None,
    parse_mode: Annotated[ParseMode | None, typer.Option(help="How the text is marked up.")] = None,
    correlation_id: Annotated[str | None, typer.Option(help="Of the action it belongs to; else a new one.")] = None,
) -> None:
    """Put a message on a bot's queue, and print its correlation id."""
    state = state_of(context)
    lane = Lane.BROADCAST if broadcast else Lane.REGULAR
    data = {"bot_id": bot_id, "chat_id": _chat(chat_id), "text": _readable(text)} | given(
        external_id=external_id, reply_to_message_id=reply_to, parse_mode=parse_mode, reply_markup=_keyboard(button)
    )
    producer = Producer(Sqs(state.target.sqs), state.target.names)
    posted = producer.send_msg(data, lane, correlation_id)
    state.output.result(
        {"correlation_id": posted.correlation_id, "queue": posted.queue, "lane": lane.value},
        Text(posted.correlation_id),
    )
    state.output.aside(f"On {posted.queue}. Its story: courier trace {posted.correlation_id}")


def _chat(text: str) -> int | str:
    """A chat as the contract has it.

    >>> _chat("-100123"), _chat("@name")
    (-100123, '@name')
    """
    return int(text) if _NUMBER.fullmatch(text) else text


def _readable(text: str) -> str:
    """The text, from standard input if that is what was asked for; without the newline that `echo` adds."""
    if text == _STDIN:
        try:
            text = sys.stdin.read().removesuffix("\n")
        except UnicodeDecodeError:
            raise UsageError("standard input isn't text") from None
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError("TEXT isn't valid UTF-8") from None
    return text


def _keyboard(buttons: list[str] | None) -> dict[str, Any] | None:
    """An inline keyboard of the buttons that were given."""
    return {"inline_keyboard": [[_button(text)] for text in buttons]} if buttons else None


def _button(text: str) -> dict[str, str]:
    """A button of its description.

    >>> _button("1+1=2?=callback:sum")
    {'text': '1+1=2?', 'callback_data': 'sum'}
    """
    found = _BUTTON.fullmatch(text)
    if found is None:
        raise UsageError(f"--button {text!r}: write TEXT=callback:DATA or TEXT=https://…")
    return {name: value for name, value in found.groupdict().items() if value is not None}
