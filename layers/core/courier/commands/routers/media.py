"""Downloads: asked for, and taken back."""

from aiogram import Router
from aiogram.types import Message

from courier.commands.ports import Allowance, Asker, Downloads, Replies
from courier.commands.reading.commands import Command
from courier.commands.reading.unclear import Unclear
from courier.commands.reading.wishes import KINDS, named_link, replied_link, wish_of
from courier.commands.routers.asks import Asks
from courier.commands.routers.words import refusal, used_up


def media_router() -> Router:
    router = Router(name="media")
    router.message.register(download, Asks(*KINDS))
    router.message.register(cancel, Asks("cancel"))
    return router


async def download(
    message: Message, *, command: Command, asker: Asker, replies: Replies, allowance: Allowance, downloads: Downloads
) -> None:
    """Request a download. Only what can be carried out costs quota."""
    if not asker.access.may:
        return replies.say(refusal(asker))
    wish = wish_of(message, command)
    if isinstance(wish, Unclear):
        return replies.say(wish.html)
    quota = await allowance.spend()
    if not quota.is_allowed:
        return replies.say(used_up(quota))
    return await downloads.request(asker, wish)


async def cancel(message: Message, command: Command, asker: Asker, replies: Replies, downloads: Downloads) -> None:
    """Take back what one asked for: one link, written or replied to, else everything. This needs no rights."""
    link = named_link(command) or replied_link(message)
    if isinstance(link, Unclear):
        return replies.say(link.html)
    return await downloads.cancel(asker, link)
