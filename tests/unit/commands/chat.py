"""A chat with the bot in memory: raw updates go through a real dispatcher, and what comes back is what a user reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiogram import Bot as Client
from aiogram import Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED

from courier.access.quotas import Quota
from courier.access.standing import Access, Standing
from courier.commands.ports import Asker, Wish
from courier.commands.routers import routers
from courier.state.bot import Bot
from courier.state.rulings import Ruling, RulingKind

#: 24 Dec 2026, 14:05 UTC.
NOW = 1_798_121_100
ADMIN, ANN, BOB, BOT = 1, 5, 77, 42
GROUP = -100_7
USERS: dict[int, dict[str, Any]] = {
    ADMIN: {"id": ADMIN, "is_bot": False, "first_name": "Root"},
    ANN: {"id": ANN, "is_bot": False, "first_name": "Ann", "username": "ann"},
    BOB: {"id": BOB, "is_bot": False, "first_name": "Bob <b>", "username": "Bobby"},
    BOT: {"id": BOT, "is_bot": True, "first_name": "Courier", "username": "courier_bot"},
}
UNCLAIMED = ["unclaimed"]


@dataclass
class Said:
    """What was said, as Telegram's HTML."""

    texts: list[str] = field(default_factory=list)

    def say(self, html: str, *, reply_markup: Mapping[str, Any] | None = None) -> None:
        assert reply_markup is None
        self.texts.append(html)


@dataclass
class Book:
    """Rulings about users and about the one chat."""

    users: dict[int, Ruling] = field(default_factory=dict)
    chat: Ruling | None = None

    async def bless(self, user_id: int, until: int | None) -> None:
        self.users[user_id] = Ruling(RulingKind.BLESS, until, ADMIN, NOW)

    async def hammer(self, user_id: int, until: int) -> None:
        self.users[user_id] = Ruling(RulingKind.HAMMER, until, ADMIN, NOW)

    async def grace(self, until: int | None) -> None:
        self.chat = Ruling(RulingKind.GRACE, until, ADMIN, NOW)

    async def smite(self) -> None:
        self.chat = Ruling(RulingKind.SMITE, None, ADMIN, NOW)

    async def forgive_user(self, user_id: int) -> Ruling | None:
        return self.users.pop(user_id, None)

    async def forgive_chat(self) -> Ruling | None:
        lifted, self.chat = self.chat, None
        return lifted


@dataclass
class Known:
    """Users by name."""

    ids: dict[str, int] = field(default_factory=lambda: {"ann": ANN, "bobby": BOB})

    async def find(self, name: str) -> int | None:
        return self.ids.get(name.removeprefix("@").lower())


@dataclass
class Purse:
    """A quota."""

    used: int = 0
    limit: int = 5
    scope: str = "user"

    async def left(self) -> Quota:
        return Quota(self.used < self.limit, self.used, self.limit, 3_900 if self.used else 0, self.scope)

    async def spend(self) -> Quota:
        before = await self.left()
        self.used += before.is_allowed
        return Quota(before.is_allowed, self.used, self.limit, 3_900, self.scope)


@dataclass
class Machine:
    """Downloads that are only noted, and links that were taken back; None: all."""

    wishes: list[Wish] = field(default_factory=list)
    taken_back: list[str | None] = field(default_factory=list)

    async def request(self, asker: Asker, wish: Wish) -> None:
        assert asker.access.may
        self.wishes.append(wish)

    async def cancel(self, asker: Asker, url: str | None) -> None:
        assert asker.user_id in USERS
        self.taken_back.append(url)

    @property
    def asked(self) -> int:
        return len(self.wishes) + len(self.taken_back)


@dataclass
class Health:
    """What `.status` shows."""

    shown: list[str] = field(default_factory=lambda: ["Bot: active", "Waiting: 3 <regular>"])

    async def lines(self) -> list[str]:
        return self.shown


@dataclass
class Chat:
    """A group with everybody in it. `told` and `send` return what was answered, or `UNCLAIMED`."""

    standing: Standing = Standing.OPEN
    until: int | None = None
    chat: dict[str, Any] = field(default_factory=lambda: {"id": GROUP, "type": "supergroup", "title": "All"})
    rulings: Book = field(default_factory=Book)
    people: Known = field(default_factory=Known)
    allowance: Purse = field(default_factory=Purse)
    downloads: Machine = field(default_factory=Machine)
    overview: Health = field(default_factory=Health)
    more: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bot = Bot(bot_id=BOT, telegram_id=BOT, username="Courier_Bot")
        self.dispatcher = Dispatcher(disable_fsm=True)
        self.dispatcher.include_routers(*routers())
        self.numbers = count(100)

    def message(self, text: str | None, by: int | None = ANN, /, **fields: Any) -> dict[str, Any]:
        said = {} if text is None else {"text": text}
        user = {} if by is None else {"from": USERS[by]}
        return {"message_id": next(self.numbers), "date": NOW, "chat": self.chat, **user, **said, **fields}

    async def told(self, text: str | None, by: int = ANN, **fields: Any) -> list[str]:
        """Somebody writes a message."""
        return await self.send(self.message(text, by, **fields))

    async def send(self, message: dict[str, Any], kind: str = "message", **changes: Any) -> list[str]:
        """Hand over a message as Telegram sends it, with an asker where it has a user."""
        said = Said()
        data = {"replies": said, "asker": self._asker(message), **self._ports(), **changes}
        client = Client("42:fake-token")
        update, before = {"update_id": 1, kind: message}, self.downloads.asked
        answer = await self.dispatcher.feed_raw_update(
            client, update, **{name: value for name, value in data.items() if value is not None}
        )
        is_taken = bool(said.texts) or self.downloads.asked > before
        assert is_taken == (answer is not UNHANDLED), "a command answers, or the machine does"
        return UNCLAIMED if answer is UNHANDLED else said.texts

    def _asker(self, message: dict[str, Any]) -> Asker | None:
        user = message.get("from")
        if user is None:
            return None
        is_admin = user["id"] == ADMIN
        return Asker(
            bot=self.bot,
            update_id=1,
            user_id=user["id"],
            chat_id=self.chat["id"],
            chat_type=self.chat["type"],
            message_id=message["message_id"],
            thread_id=message.get("message_thread_id"),
            username=user.get("username"),
            access=Access(Standing.ADMIN) if is_admin else Access(self.standing, self.until),
            now=NOW,
        )

    def _ports(self) -> dict[str, Any]:
        return {
            "rulings": self.rulings,
            "people": self.people,
            "allowance": self.allowance,
            "downloads": self.downloads,
            "overview": self.overview,
            **self.more,
        }


def mark(text: str, words: str, kind: str, **fields: Any) -> dict[str, Any]:
    """An entity over some words of a text, as Telegram counts: in UTF-16 units."""
    before, _, _ = text.partition(words)
    return {"type": kind, "offset": _units(before), "length": _units(words), **fields}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
