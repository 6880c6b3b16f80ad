"""`courier send`, `edit`, `delete` and `call`: messages on a bot's queue."""

from typing import Annotated, Literal

import typer
from rich.text import Text

from cli.errors import UsageError
from cli.fields import BotArgument, CorrelationOption, chat, expiry, json_object, keyboard, medium, readable
from cli.options import State, state_of
from courier.contracts.fields import ParseMode
from courier.producer import Lane, Message, Producer, call, del_msg, edit_msg, send_msg

ChatArgument = Annotated[str, typer.Argument(metavar="CHAT_ID", help="A chat's number, or @name.")]
TextArgument = Annotated[str | None, typer.Argument(metavar="TEXT", help="The text; - reads standard input.")]
ButtonOption = Annotated[
    list[str] | None,
    typer.Option("--button", metavar="TEXT=ACTION", help='"Yes=callback:yes" or "Site=https://…"; each in its row.'),
]
KeyboardOption = Annotated[
    str | None, typer.Option("--reply-markup", metavar="JSON", help="Any markup of the Bot API, in place of --button.")
]
BroadcastOption = Annotated[bool, typer.Option("--broadcast", help="On the lane that yields to replies.")]
OnceOption = Annotated[
    str | None,
    typer.Option("--external-id", metavar="ID", help="Your own id: the same one isn't sent twice within 24 hours."),
]
TargetOption = Annotated[
    str | None, typer.Option("--external-id", metavar="ID", help="The message that was sent with this external id.")
]
ParseOption = Annotated[ParseMode | None, typer.Option(help="How the text is marked up.")]
ExpiresOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="Drop it if it isn't delivered in 30s, 10m, 2h, 1d.")
]
UnknownOption = Annotated[
    Literal["retry", "drop"] | None, typer.Option(help="When Telegram's answer was lost: again, or let it be.")
]
FileOption = Annotated[str | None, typer.Option(metavar="FILE_ID_OR_URL", help="A file; the text is its caption.")]
PreviewOption = Annotated[bool, typer.Option("--no-preview", help="Show no preview of links.")]


def send(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    chat_id: ChatArgument,
    text: TextArgument = None,
    photo: FileOption = None,
    video: FileOption = None,
    audio: FileOption = None,
    document: FileOption = None,
    animation: FileOption = None,
    voice: FileOption = None,
    broadcast: BroadcastOption = False,
    external_id: OnceOption = None,
    reply_to: Annotated[int | None, typer.Option(min=1, help="The message that is replied to.")] = None,
    thread: Annotated[int | None, typer.Option(min=1, help="The topic of a forum.")] = None,
    button: ButtonOption = None,
    reply_markup: KeyboardOption = None,
    parse_mode: ParseOption = None,
    no_preview: PreviewOption = False,
    silent: Annotated[bool, typer.Option("--silent", help="Without a sound.")] = False,
    protect: Annotated[bool, typer.Option("--protect", help="Can't be forwarded or saved.")] = False,
    expires_in: ExpiresOption = None,
    on_unknown: UnknownOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Put a message on a bot's queue, and print its correlation id."""
    file = medium(photo=photo, video=video, audio=audio, document=document, animation=animation, voice=voice)
    if text is None and file is None:
        raise UsageError("no TEXT: give it, or a file", "`-` as TEXT reads standard input.")
    message = send_msg(
        bot_id,
        chat(chat_id),
        readable(text),
        media=file,
        external_id=external_id,
        reply_to_message_id=reply_to,
        message_thread_id=thread,
        reply_markup=_markup(button, reply_markup),
        parse_mode=parse_mode,
        link_preview_options={"is_disabled": True} if no_preview else None,
        disable_notification=silent or None,
        protect_content=protect or None,
        expires_at=expiry(expires_in),
        on_unknown=on_unknown,
        broadcast=broadcast,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


def edit(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    chat_id: ChatArgument,
    text: TextArgument = None,
    message_id: Annotated[int | None, typer.Option(min=1, help="The message, as Telegram calls it.")] = None,
    external_id: TargetOption = None,
    button: ButtonOption = None,
    reply_markup: KeyboardOption = None,
    parse_mode: ParseOption = None,
    no_preview: PreviewOption = False,
    broadcast: BroadcastOption = False,
    expires_in: ExpiresOption = None,
    on_unknown: UnknownOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Change a message's text, its buttons, or both."""
    message = edit_msg(
        bot_id,
        chat(chat_id),
        readable(text),
        message_id=message_id,
        external_id=external_id,
        reply_markup=_markup(button, reply_markup),
        parse_mode=parse_mode,
        link_preview_options={"is_disabled": True} if no_preview else None,
        broadcast=broadcast,
        expires_at=expiry(expires_in),
        on_unknown=on_unknown,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


def delete(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    chat_id: ChatArgument,
    message_ids: Annotated[list[int] | None, typer.Argument(metavar="MESSAGE_ID…", min=1, help="Up to 100.")] = None,
    external_id: TargetOption = None,
    broadcast: BroadcastOption = False,
    expires_in: ExpiresOption = None,
    on_unknown: UnknownOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Delete messages."""
    ids = message_ids or []
    message = del_msg(
        bot_id,
        chat(chat_id),
        message_id=ids[0] if len(ids) == 1 else None,
        message_ids=ids if len(ids) > 1 else None,
        external_id=external_id,
        broadcast=broadcast,
        expires_at=expiry(expires_in),
        on_unknown=on_unknown,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


def call_method(
    context: typer.Context,
    *,
    bot_id: BotArgument,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="Of the Bot API: sendDice, pinChatMessage, …")],
    params: Annotated[
        str | None, typer.Option(metavar="JSON", help='{"chat_id": 5, …}; - reads standard input.')
    ] = None,
    external_id: OnceOption = None,
    broadcast: BroadcastOption = False,
    expires_in: ExpiresOption = None,
    on_unknown: UnknownOption = None,
    correlation_id: CorrelationOption = None,
) -> None:
    """Call any method of the Bot API, paced by the chat in its parameters."""
    message = call(
        bot_id,
        method,
        json_object(readable(params), "--params"),
        external_id=external_id,
        broadcast=broadcast,
        expires_at=expiry(expires_in),
        on_unknown=on_unknown,
        correlation_id=correlation_id,
    )
    _post(state_of(context), message)


def _markup(buttons: list[str] | None, text: str | None) -> dict[str, object] | None:
    if buttons and text is not None:
        raise UsageError("give --button or --reply-markup, not both")
    return keyboard(buttons) if buttons else json_object(text, "--reply-markup")


def _post(state: State, message: Message) -> None:
    (posted,) = Producer(stack=state.target.stack, sqs=state.target.sqs).post([message])
    lane = message.lane or Lane.REGULAR
    found = {"correlation_id": posted.correlation_id, "queue": posted.queue, "lane": lane.value}
    state.output.result(found, Text(posted.correlation_id))
    state.output.aside(f"On {posted.queue}. Its story: courier trace {posted.correlation_id}")
