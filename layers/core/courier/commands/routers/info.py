"""What somebody can do here, how they stand, and how the bot is."""

from dataclasses import dataclass

from aiogram import Router
from aiogram.types import Message

from courier.access.standing import Standing
from courier.commands.ports import Allowance, Asker, Overview, Replies
from courier.commands.reading.commands import Command
from courier.commands.reading.targets import order_of
from courier.commands.reading.unclear import Unclear, escaped
from courier.commands.routers.asks import Asks
from courier.commands.routers.rights import for_admins
from courier.commands.routers.words import refusal, remaining, standing
from courier.contracts.media import QUALITIES


@dataclass(frozen=True, slots=True)
class _Line:
    """One command in the help, as it is written and what it does."""

    usage: str
    does: str

    @property
    def html(self) -> str:
        return f"<code>{escaped(self.usage)}</code> - {self.does}"


_FOR_USERS = (
    _Line(".vdl <link> 720p", "get a video; the quality may be left out"),
    _Line(".adl <link>", "get its sound"),
    _Line(".cancel <link>", "take back what you asked for; without a link, all of it"),
)
_FOR_ALL = (
    _Line(".whoami", "how you stand, and what you have left"),
    _Line(".help", "this, also by /start"),
)
_FOR_ADMINS = (
    _Line(".grace 30d", "this chat may use me; without a time, for ever"),
    _Line(".smite", "nobody in this chat may use me, for ever"),
    _Line(".bless @user 30d", "a user may use me everywhere; without a time, for ever"),
    _Line(".hammer @user 1h", "a user may not use me; without a time, for an hour"),
    _Line(".forgive @user", "take back what was ruled about a user, or else about this chat"),
    _Line(".status", "how I am"),
)
_NOTES = (
    "Instead of a link, reply to a message with one in it. "
    f"Qualities of a video: {', '.join(QUALITIES['video'])}. Sound comes as the best there is."
)
_ADMINS_NOTES = "Instead of @user, give an id, or reply to one of their messages. Times are like 30d, 2w, 12h or 1h30m."


def info_router() -> Router:
    router = Router(name="info")
    router.message.register(greet, Asks("help", "start"))
    router.message.register(whoami, Asks("whoami"))
    for_admins(router, "status", status)
    return router


async def greet(_: Message, command: Command, asker: Asker, replies: Replies) -> None:
    """What can be done here. Whatever follows `/start` came by a link that somebody made, and means nothing."""
    hello = ["Hello! I fetch videos and sound for you."] if command.name == "start" else []
    replies.say("\n\n".join(hello + help_for(asker)))


async def whoami(message: Message, asker: Asker, replies: Replies, allowance: Allowance) -> None:
    """How the asker stands."""
    user = message.from_user
    name = f"<b>{escaped(user.full_name, 128)}</b>" if user else "You"
    known = f" (@{escaped(asker.username)})" if asker.username else ""
    lines = [
        f"{name}{known}",
        f"Id: <code>{asker.user_id}</code>",
        f"Standing: {standing(asker.access)}",
        f"Quota: {remaining(await allowance.left())}",
    ]
    replies.say("\n".join(lines))


async def status(message: Message, command: Command, replies: Replies, overview: Overview) -> None:
    """How the bot is."""
    order = order_of(message, command)
    if isinstance(order, Unclear):
        return replies.say(order.html)
    return replies.say("\n".join(escaped(line, 300) for line in await overview.lines()))


def help_for(asker: Asker) -> list[str]:
    """Paragraphs about what somebody can do here."""
    if not asker.access.may:
        return [refusal(asker), _lines(_FOR_ALL)]
    paragraphs = [_lines(_FOR_USERS + _FOR_ALL), _NOTES]
    if asker.access.standing is Standing.ADMIN:
        paragraphs += ["<b>For admins</b>\n" + _lines(_FOR_ADMINS), _ADMINS_NOTES]
    return paragraphs


def _lines(lines: tuple[_Line, ...]) -> str:
    return "\n".join(line.html for line in lines)
