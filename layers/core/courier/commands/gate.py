"""Who may do what, and how often: the access and the quota of whoever an update comes from."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from courier.access.quotas import Figures, Quota, QuotaFigures, figures_of
from courier.access.standing import Access, access_of
from courier.commands.ports import Asker
from courier.commands.threads import calling
from courier.state.bot import Bot
from courier.state.rulings import Ruling, RulingKind


class KeepsRulings(Protocol):
    """Grants and bans; see `courier.state.rulings`."""

    def of(self, bot_id: int, user_id: int | None, chat_id: int | None) -> tuple[Ruling | None, Ruling | None]: ...
    def rule_user(self, bot_id: int, user_id: int, ruling: Ruling) -> None: ...
    def rule_chat(self, bot_id: int, chat_id: int, ruling: Ruling) -> None: ...
    def forgive_user(self, bot_id: int, user_id: int) -> Ruling | None: ...
    def forgive_chat(self, bot_id: int, chat_id: int) -> Ruling | None: ...


class CountsUses(Protocol):
    """Quotas; see `courier.access.quotas`."""

    async def spend(self, bot_id: int, user_id: int, chat_id: int, figures: Figures, token: str) -> Quota: ...
    async def left(self, bot_id: int, user_id: int, chat_id: int, figures: Figures) -> Quota: ...


@dataclass(frozen=True, slots=True)
class House:
    """What holds for all bots that say nothing else.

    Attributes:
        admins: Telegram's ids of users.
        access: `open` or `closed` for those about whom nothing is ruled.
    """

    admins: Collection[int] = ()
    access: str = "closed"
    quotas: QuotaFigures = field(default_factory=QuotaFigures)


class Gate:
    """Knows rulings and quotas of all bots."""

    def __init__(self, rulings: KeepsRulings, quotas: CountsUses, house: House) -> None:
        self._rulings = rulings
        self._quotas = quotas
        self._house = house

    async def access(self, bot: Bot, user_id: int, chat_id: int | None, now: int) -> Access:
        """A user's access in a chat.

        Raises:
            StateUnavailableError: if rulings can't be read.
        """
        is_admin = user_id in self._house.admins or user_id in bot.admins
        user, chat = await calling(self._rulings.of, bot.bot_id, user_id, chat_id)
        is_open = bot.is_open(self._house.access)
        return access_of(is_admin=is_admin, user=user, chat=chat, is_open=is_open, now=now)

    async def left(self, bot: Bot, user_id: int, chat_id: int, access: Access) -> Quota:
        """What remains of a user's quota in a chat, with nothing spent.

        Raises:
            StateUnavailableError: if Redis can't be asked.
        """
        return await self._quotas.left(bot.bot_id, user_id, chat_id, self._figures(bot, access))

    def rulings(self, asker: Asker) -> "AskersRulings":
        """Rulings that an asker makes."""
        return AskersRulings(self._rulings, asker)

    def allowance(self, asker: Asker) -> "AskersAllowance":
        """An asker's quota."""
        return AskersAllowance(self._quotas, asker, self._figures(asker.bot, asker.access))

    def _figures(self, bot: Bot, access: Access) -> Figures:
        return figures_of(access.standing, self._house.quotas.under(bot.quotas))


class AskersRulings:
    """See `ports.Rulings`."""

    def __init__(self, table: KeepsRulings, asker: Asker) -> None:
        self._table = table
        self._asker = asker

    async def bless(self, user_id: int, until: int | None) -> None:
        await self._user(user_id, RulingKind.BLESS, until)

    async def hammer(self, user_id: int, until: int) -> None:
        await self._user(user_id, RulingKind.HAMMER, until)

    async def grace(self, until: int | None) -> None:
        await self._chat(RulingKind.GRACE, until)

    async def smite(self) -> None:
        await self._chat(RulingKind.SMITE, None)

    async def forgive_user(self, user_id: int) -> Ruling | None:
        return await calling(self._table.forgive_user, self._asker.bot.bot_id, user_id)

    async def forgive_chat(self) -> Ruling | None:
        return await calling(self._table.forgive_chat, self._asker.bot.bot_id, self._asker.chat_id)

    async def _user(self, user_id: int, kind: RulingKind, until: int | None) -> None:
        await calling(self._table.rule_user, self._asker.bot.bot_id, user_id, self._ruling(kind, until))

    async def _chat(self, kind: RulingKind, until: int | None) -> None:
        await calling(self._table.rule_chat, self._asker.bot.bot_id, self._asker.chat_id, self._ruling(kind, until))

    def _ruling(self, kind: RulingKind, until: int | None) -> Ruling:
        return Ruling(kind, until, by=self._asker.user_id, at=self._asker.now)


class AskersAllowance:
    """See `ports.Allowance`."""

    def __init__(self, quotas: CountsUses, asker: Asker, figures: Figures) -> None:
        self._quotas = quotas
        self._asker = asker
        self._figures = figures

    async def left(self) -> Quota:
        asker = self._asker
        return await self._quotas.left(asker.bot.bot_id, asker.user_id, asker.chat_id, self._figures)

    async def spend(self) -> Quota:
        asker, token = self._asker, f"{self._asker.update_id}"
        return await self._quotas.spend(asker.bot.bot_id, asker.user_id, asker.chat_id, self._figures, token)
