"""Links in what people write, and media in their messages."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from courier.commands.reading.passages import Passage

if TYPE_CHECKING:
    from aiogram.types import ExternalReplyInfo, Message

_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:[^\W\d_]{{2,}}|xn--[a-z0-9-]+)(?::[0-9]{{1,5}})?", re.IGNORECASE)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
#: Characters of a link: more than sites make, and no more than can be looked at closely.
_LONGEST = 2048
#: What stands before a link and after it without being part of it, also without being seen.
_BEFORE = "<([{\"'«\N{LEFT DOUBLE QUOTATION MARK}*_~|\u200b\u200e\u200f\u2060\ufeff"
_AFTER = ">.,;:!?\"'»\N{RIGHT DOUBLE QUOTATION MARK}…*~|\u200b\u200e\u200f\u2060\ufeff"
_PAIRS = {")": "(", "]": "[", "}": "{"}
#: Where messages hold what can be seen or heard.
_MEDIA = ("video", "animation", "video_note", "audio", "voice")


def link_of(word: str, *, is_marked: bool = False) -> str | None:
    """The link that a word is; None where it is none.

    A link has the scheme http or https, in any case. Without a scheme a word counts as one if it looks like a host with
    a path (`youtu.be/x`), and gets https. A host alone is none (`video.mp4` looks the same), unless Telegram
    marked it.

    >>> link_of("(https://en.wikipedia.org/wiki/Foo_(bar)),"), link_of("youtu.be/x")
    ('https://en.wikipedia.org/wiki/Foo_(bar)', 'https://youtu.be/x')
    >>> link_of("example.org"), link_of("example.org", is_marked=True), link_of("ftp://example.org/x")
    (None, 'https://example.org', None)
    """
    if len(word) > _LONGEST:
        return None
    word = _bare(word)
    if _SCHEME.match(word):
        return complete(word)
    host, _, path = word.partition("/")
    return f"https://{word}" if _HOST.fullmatch(host) and (path or is_marked) else None


def complete(link: str) -> str | None:
    """A link that needs no guessing, as it is; None if it isn't one."""
    if not _SCHEME.match(link) or len(link) > _LONGEST or len(link.split()) != 1:
        return None
    try:
        return link if urlsplit(link).hostname else None
    except ValueError:
        return None


def links_in(passage: Passage) -> list[str]:
    """All links of a text: what Telegram marked, in its order, then what it overlooked, then hosts without a path."""
    marked = [passage.under(mark) for mark in passage.marked("url")]
    found = [
        complete(mark.url or "") if mark.kind == "text_link" else link_of(passage.under(mark))
        for mark in passage.marks
        if mark.kind in ("text_link", "url")
    ]
    found += [link_of(word) for word in _candidates(passage.text)]
    found += [link_of(word, is_marked=True) for word in marked]
    return list(dict.fromkeys(link for link in found if link))


def file_in(message: "Message | ExternalReplyInfo") -> str | None:
    """The file_id of what can be seen or heard in a message."""
    for name in _MEDIA:
        media = getattr(message, name)
        if media is not None:
            return str(media.file_id)
    document = message.document
    if document is not None and (document.mime_type or "").lower().startswith(("video/", "audio/")):
        return document.file_id
    return None


def _candidates(text: str) -> list[str]:
    """Words, and what begins with a scheme inside of one (`see:https://…`)."""
    return [word[start.start() :] if (start := _SCHEME.search(word)) else word for word in text.split()]


def _bare(word: str) -> str:
    """A word without what encloses it. A closing bracket belongs to a link that opens it."""
    word = word.strip().lstrip(_BEFORE)
    while word:
        last = word[-1]
        opening = _PAIRS.get(last)
        if last not in _AFTER and (opening is None or word.count(opening) >= word.count(last)):
            break
        word = word[:-1]
    return word
