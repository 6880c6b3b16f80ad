"""A message's text or caption with what Telegram marked in it, and what a message replies to.

Telegram counts in UTF-16 units, Python in characters: an emoji is two of the one and one of the other.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiogram.types import Message, MessageEntity, TextQuote, User

_SPACE = " ".encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Mark:
    """One of Telegram's entities.

    Attributes:
        kind: `url`, `text_link`, `text_mention`, and others that mean nothing here.
        start: In UTF-16 units; nothing promises that it lies within the text.
        length: In UTF-16 units.
        url: Of a `text_link`.
        user: Of a `text_mention`.
    """

    kind: str
    start: int
    length: int
    url: str | None = None
    user: "User | None" = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Text with marks in it, in their order."""

    text: str
    marks: tuple[Mark, ...] = ()

    @classmethod
    def of(cls, text: str | None, entities: "Iterable[MessageEntity] | None") -> Self:
        marks = (Mark(one.type, one.offset, one.length, one.url, one.user) for one in entities or ())
        fit = (mark for mark in marks if mark.start >= 0 and mark.length > 0)
        return cls(text or "", tuple(sorted(fit, key=lambda mark: mark.start)))

    @property
    def words(self) -> list[str]:
        return self.text.split()

    def marked(self, kind: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == kind]

    def under(self, mark: Mark) -> str:
        """What is marked.

        >>> Passage("🎬 x.org now").under(Mark("url", 3, 5))
        'x.org'
        """
        return _text(_units(self.text)[2 * mark.start : 2 * (mark.start + mark.length)])

    def without(self, kind: str) -> "Passage":
        """The same with spaces in place of what is marked so: a link or a user may be several words of any text.

        >>> Passage("Ann Lee 30d", (Mark("text_mention", 0, 7),)).without("text_mention").words
        ['30d']
        """
        units = bytearray(_units(self.text))
        for mark in self.marked(kind):
            span = slice(2 * mark.start, 2 * (mark.start + mark.length))
            units[span] = _SPACE * (len(units[span]) // 2)
        return replace(self, text=_text(bytes(units)))

    def after(self, count: int) -> "Passage":
        """What follows so many characters, with the marks that begin there.

        >>> Passage(".vdl 🎬 x", (Mark("url", 8, 1),)).after(4)
        Passage(text=' 🎬 x', marks=(Mark(kind='url', start=4, length=1, url=None, user=None),))
        """
        gone = len(_units(self.text[:count])) // 2
        marks = (replace(mark, start=mark.start - gone) for mark in self.marks if mark.start >= gone)
        return Passage(self.text[count:], tuple(marks))


def passage_of(message: "Message") -> Passage:
    """What a message says: its text, else its caption."""
    if message.text:
        return Passage.of(message.text, message.entities)
    return Passage.of(message.caption, message.caption_entities)


def passage_of_quote(quote: "TextQuote") -> Passage:
    return Passage.of(quote.text, quote.entities)


def reply_of(message: "Message") -> "Message | None":
    """The message that somebody chose to reply to.

    In a forum, Telegram has everything that is said in a topic reply to the service message which opened the topic.
    """
    reply = message.reply_to_message
    if reply is None or reply.forum_topic_created is not None:
        return None
    if message.is_topic_message and reply.message_id == message.message_thread_id:
        return None
    return reply


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _text(units: bytes) -> str:
    """Half of a character becomes a mark that it was one."""
    return units.decode("utf-16-le", "replace")
