"""`courier media request` and `cancel`: messages on the media queue."""

from typing import Annotated, Literal

import typer
from rich.text import Text

from cli.fields import BotArgument, CorrelationOption, chat
from cli.messages import ChatArgument
from cli.options import State, TakesNegatives, state_of
from courier.producer import Message, Producer, cancel_media, request_media

media = typer.Typer(help="Downloads that chats get.", no_args_is_help=True)

UrlArgument = Annotated[str, typer.Argument(metavar="URL", help="Of a page with a video or a sound.")]
ReplyOption = Annotated[int | None, typer.Option(min=1, help="The message that is replied to.")]
ThreadOption = Annotated[int | None, typer.Option(min=1, help="The topic of a forum.")]
NameOption = Annotated[
    str | None, typer.Option("--external-id", metavar="ID", help="Your own id: the same one asks once.")
]


@media.command(cls=TakesNegatives)
def request(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    chat_id: ChatArgument,
    url: UrlArgument,
    kind: Annotated[Literal["video", "audio"], typer.Option(help="With picture, or its sound alone.")] = "video",
    quality: Annotated[str | None, typer.Option(help="best, worst, or lines like 720p.")] = None,
    user: Annotated[int | None, typer.Option(min=1, help="The user who can take it back.")] = None,
    reply_to: ReplyOption = None,
    thread: ThreadOption = None,
    external_id: NameOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Download what a link shows and send it to a chat."""
    message = request_media(
        bot_id,
        chat(chat_id),
        url,
        kind,
        quality=quality,
        user_id=user,
        reply_to_message_id=reply_to,
        message_thread_id=thread,
        external_id=external_id,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


@media.command(cls=TakesNegatives)
def cancel(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    chat_id: ChatArgument,
    user: Annotated[int, typer.Argument(metavar="USER_ID", min=1, help="Who had asked.")],
    url: Annotated[str | None, typer.Argument(metavar="URL", help="One link, in any form; else all.")] = None,
    reply_to: ReplyOption = None,
    thread: ThreadOption = None,
    external_id: NameOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Take back what a user asked for in a chat, who is told how much that was."""
    message = cancel_media(
        bot_id,
        chat(chat_id),
        user,
        url,
        reply_to_message_id=reply_to,
        message_thread_id=thread,
        external_id=external_id,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


def _post(state: State, message: Message) -> None:
    (posted,) = Producer(stack=state.target.stack, sqs=state.target.sqs).post([message])
    found = {"correlation_id": posted.correlation_id, "queue": posted.queue}
    state.output.result(found, Text(posted.correlation_id))
    state.output.aside(f"On {posted.queue}. Its story: courier trace {posted.correlation_id}")
