"""What a command's handler is given, by the names of its arguments.

They are `asker`, `replies`, `rulings`, `people`, `allowance`, `downloads` and `overview`, and `admins`, the Telegram
ids of those who are admins of all bots. A handler talks to nothing else; each is a few methods that a test writes down
in a few lines.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from courier.state.bot import Bot

if TYPE_CHECKING:
    from courier.access.quotas import Quota
    from courier.access.standing import Access
    from courier.state.rulings import Ruling


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wrote a message, where, and what they may do.

    Attributes:
        bot: The bot that was written to.
        chat_type: `private`, `group`, `supergroup` or `channel`.
        thread_id: The topic of a forum that the message stands in.
        username: Without the `@`.
        now: Seconds since 1970.
    """

    bot: Bot
    update_id: int
    user_id: int
    chat_id: int
    chat_type: str
    message_id: int
    thread_id: int | None
    username: str | None
    access: "Access"
    now: int


class Replies(Protocol):
    """What the asker is told."""

    def say(self, html: str, *, reply_markup: Mapping[str, Any] | None = None) -> None:
        """Answer the asker's message, in its thread. It goes out when the handler has come to its end."""


class Rulings(Protocol):
    """Grants and bans at the asker's bot; times are seconds since 1970, None is for ever.

    All raise StateUnavailableError where they can't be written; the update is then tried again.
    """

    async def bless(self, user_id: int, until: int | None) -> None:
        """A user may use the bot wherever it is."""

    async def hammer(self, user_id: int, until: int) -> None:
        """A user may not, for a time."""

    async def grace(self, until: int | None) -> None:
        """Everyone in the asker's chat may."""

    async def smite(self) -> None:
        """Nobody in the asker's chat may."""

    async def forgive_user(self, user_id: int) -> "Ruling | None":
        """Take back what was ruled of a user; gives what that was."""

    async def forgive_chat(self) -> "Ruling | None":
        """Take back what was ruled of the asker's chat; gives what that was."""


class People(Protocol):
    """Users whom the asker's bot has seen."""

    async def find(self, name: str) -> int | None:
        """A user's id by `@name` or `name`, whatever its case."""


class Allowance(Protocol):
    """The asker's quota. Raises StateUnavailableError where Redis can't be reached."""

    async def left(self) -> "Quota":
        """What remains, with nothing spent."""

    async def spend(self) -> "Quota":
        """Spend one; the same update spends once, however often it comes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants downloaded.

    Attributes:
        quality: One of `contracts.media.QUALITIES`.
    """

    kind: Literal["video", "audio"]
    url: str
    quality: str


class Downloads(Protocol):
    """The download machine, which answers by itself.

    Both raise StateUnavailableError where it can't be reached; the update is then tried again, and asks for nothing
    twice.
    """

    async def request(self, asker: Asker, wish: Wish) -> None:
        """Download something for the asker."""

    async def cancel(self, asker: Asker, url: str | None) -> None:
        """Take back what the asker wants in this chat, all of it or what is behind one URL."""


class Overview(Protocol):
    """How the asker's bot is."""

    async def lines(self) -> list[str]:
        """Its state, waiting messages per queue, dead letters, unreachable users; plain text, a line each."""
