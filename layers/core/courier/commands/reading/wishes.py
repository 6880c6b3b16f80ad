"""What somebody wants downloaded."""

from typing import TYPE_CHECKING

from courier.commands.ports import Wish
from courier.commands.reading.links import complete, file_in, link_of, links_in
from courier.commands.reading.options import Kind, quality_of
from courier.commands.reading.passages import Passage, passage_of, passage_of_quote, reply_of
from courier.commands.reading.unclear import Unclear

if TYPE_CHECKING:
    from aiogram.types import Message

    from courier.commands.reading.commands import Command

KINDS: dict[str, Kind] = {"vdl": "video", "adl": "audio"}
_NO_LINK = Unclear(
    "I work with links, and that is a file, which Telegram has already. Send me the link that it is from, please. "
    "This took nothing from your quota."
)
_NO_ADDRESS = Unclear("This doesn't look like a link that I can follow. Send me one that starts with https://, please.")
_SEVERAL = Unclear("One link at a time, please.")


def wish_of(message: "Message", command: "Command") -> Wish | Unclear:
    """What a `.vdl` or `.adl` is for.

    Its own link comes first, then the media whose caption it is, then what it replies to: a link that was quoted, a
    link anywhere in it, at last the media that it is. Media is told from nothing, so that the answer fits.
    """
    kind = KINDS[command.name]
    links, words = _arguments(command.rest)
    if any("://" in word for word in words):
        return _NO_ADDRESS
    quality = quality_of(kind, words)
    if isinstance(quality, Unclear):
        return quality
    if len(links) > 1:
        return _SEVERAL
    url = links[0] if links else None
    is_file = not url and file_in(message) is not None
    if not url and not is_file:
        url = replied_link(message)
        is_file = not url and _replied_file(message) is not None
    if is_file:
        return _NO_LINK
    return Wish(kind, url, quality) if url else _nothing(command.name)


def named_link(command: "Command") -> str | Unclear | None:
    """The one link that follows a command that takes nothing else."""
    links, words = _arguments(command.rest)
    if words:
        return Unclear(f"I take a link here, or nothing: <code>.{command.name} https://…</code>")
    if len(links) > 1:
        return _SEVERAL
    return links[0] if links else None


def replied_link(message: "Message") -> str | None:
    """The first link of what a message replies to."""
    reply = reply_of(message)
    passages = [passage_of_quote(message.quote)] if message.quote else []
    passages += [passage_of(reply)] if reply else []
    return next((link for passage in passages for link in links_in(passage)), None)


def _replied_file(message: "Message") -> str | None:
    """The media that a message replies to, in its chat or in another."""
    sources = [found for found in (reply_of(message), message.external_reply) if found is not None]
    return next((file_id for source in sources if (file_id := file_in(source))), None)


def _nothing(name: str) -> Unclear:
    return Unclear(
        f"I see no link. Write <code>.{name} https://…</code>, or reply <code>.{name}</code> to a message "
        "with a link, a video or a sound in it."
    )


def _arguments(rest: Passage) -> tuple[list[str], list[str]]:
    """Links and other words."""
    links = {link: None for mark in rest.marked("text_link") if (link := complete(mark.url or ""))}
    marked = {rest.under(mark) for mark in rest.marked("url")} - {""}
    words = []
    for word in rest.without("text_link").words:
        link = link_of(word, is_marked=any(one in word for one in marked))
        if link:
            links[link] = None
        else:
            words.append(word)
    return list(links), words
