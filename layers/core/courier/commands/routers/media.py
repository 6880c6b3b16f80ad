"""Downloads: asked for, and taken back."""

from aiogram import Router
from aiogram.types import Message

from courier.commands.ports import Allowance, Asker, Downloads, Replies
from courier.commands.reading.commands import Command
from courier.commands.reading.unclear import Unclear, escaped
from courier.commands.reading.wishes import KINDS, named_link, replied_link, wish_of
from courier.commands.routers.asks import Asks
from courier.commands.routers.words import refusal, used_up

_NOT_READY = "Downloads aren't available yet. Nothing was taken from your quota; please try again later."


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
    if not await downloads.is_ready():
        return replies.say(_NOT_READY)
    quota = await allowance.spend()
    if not quota.is_allowed:
        return replies.say(used_up(quota))
    words = await downloads.request(asker, wish)
    return replies.say(escaped(words, 1000)) if words else None


async def cancel(message: Message, command: Command, asker: Asker, replies: Replies, downloads: Downloads) -> None:
    """Take back what one asked for: one link, written or replied to, else everything. This needs no rights."""
    link = named_link(command) or replied_link(message)
    if isinstance(link, Unclear):
        return replies.say(link.html)
    count = await downloads.cancel(asker, link)
    if count:
        return replies.say(f"Taken back: {count} download{'s' * (count != 1)}.")
    return replies.say(
        "You have asked for nothing by that link, or it is done." if link else "There is nothing to take back."
    )
