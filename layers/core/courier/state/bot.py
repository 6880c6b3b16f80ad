"""A bot as its row holds it, and the stop switch of all: what every stage may know, without the token."""

import json
import math
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from courier.contracts.control import Limits, OwnQuotas
from courier.contracts.fields import ParseMode
from courier.state.webhooks import Webhook, webhook_of


class Status(StrEnum):
    """What a bot may do. A status that this code doesn't know counts as not active.

    Attributes:
        ADDING: Half-made.
        STOPPED: Telegram refuses its token.
        PAUSED: Somebody wants it so.
        REMOVING: It goes; see `Bot.is_draining`.
        REMOVED: Gone; its row is kept for a while, since its queues' names rest.
    """

    ADDING = "adding"
    ACTIVE = "active"
    STOPPED = "stopped"
    PAUSED = "paused"
    REMOVING = "removing"
    REMOVED = "removed"


class News(BaseModel):
    """Something that happened to a bot and is still to be told on the event bus.

    Attributes:
        at: When, in seconds since 1970.
        correlation_id: Of the message that did it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: float
    correlation_id: str
    reason: str | None = None

    def text(self) -> str:
        """As a row holds it.

        >>> News(at=1.5, correlation_id="c").text()
        '{"at": 1.5, "correlation_id": "c"}'
        """
        return json.dumps(self.model_dump(mode="json", exclude_none=True))


class Bot(BaseModel):
    """One bot. Times are whole seconds since 1970.

    Attributes:
        status: See `Status`; text, since newer code may have written another.
        reason: Why it isn't active, in words.
        since: When it came into its status.
        telegram_id: Telegram's id of the bot: bots with one token share one pace under it.
        token_version: Of the parameter that holds the token; a change means that it must be read again.
        is_draining: Whether a bot that is being removed still sends what its queues hold.
        drain_until: When that ends whatever is left.
        empty_since: Since when its queues have looked empty while it is being removed.
        webhook: Where Telegram sends its updates, and with which secret; None where it sends none here.
        reads_groups: Whether it gets all messages of its groups; None where nobody has asked.
        held_until: Until when Telegram holds it, where that is long: kept here, since Redis may forget.
        admins: Telegram ids of its admins, besides the stack's.
        access: `open` or `closed` for those about whom nothing is ruled; None leaves it to the stack.
        quotas: Its own, over the stack's.
        updates_queue: The name of the application's queue that gets its updates.
        updates_forwarded: Which: `all`, or `unclaimed` by commands.
        added_untold: That it became ready, until that is told; see `courier.control.news`.
        stopped_untold: That Telegram refused its token, until that is told.
        expires_at: When DynamoDB may delete the row.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    bot_id: int
    status: str = Status.ADDING
    reason: str | None = None
    since: int = 0
    telegram_id: int
    username: str | None = None
    token_version: int = 0
    is_sent_logs: bool = False
    parse_mode: ParseMode | None = None
    limits: Limits = Limits()
    is_draining: bool = False
    drain_until: int | None = None
    empty_since: int | None = None
    webhook: Webhook | None = None
    reads_groups: bool | None = None
    held_until: int | None = None
    admins: tuple[int, ...] = ()
    access: str | None = None
    quotas: OwnQuotas | None = None
    updates_queue: str | None = None
    updates_forwarded: str = "all"
    added_untold: News | None = None
    stopped_untold: News | None = None
    expires_at: int | None = None

    @field_validator("limits", mode="before")
    @classmethod
    def _known_limits(cls, limits: Any) -> Any:
        """As a row holds them, maybe with some that only newer code knows."""
        return _known(limits, Limits)

    @field_validator("quotas", mode="before")
    @classmethod
    def _known_quotas(cls, quotas: Any) -> Any:
        """The same."""
        return _known(quotas, OwnQuotas)

    @field_validator("admins", mode="before")
    @classmethod
    def _listed_admins(cls, admins: Any) -> Any:
        """As a row holds them."""
        return json.loads(admins) if isinstance(admins, str) else admins

    @field_validator("webhook", mode="before")
    @classmethod
    def _known_webhook(cls, webhook: Any) -> Any:
        """As a row holds it."""
        return webhook_of(webhook) if isinstance(webhook, str) else webhook

    @field_validator("added_untold", "stopped_untold", mode="before")
    @classmethod
    def _known_news(cls, news: Any) -> Any:
        """As a row holds them."""
        return json.loads(news) if isinstance(news, str) else news

    def held_s(self, now: float) -> int:
        """Whole seconds for which Telegram still holds it, as its row says."""
        return max(0, math.ceil((self.held_until or 0) - now))

    @property
    def is_active(self) -> bool:
        """Whether its messages may be sent."""
        return self.status == Status.ACTIVE or (self.status == Status.REMOVING and self.is_draining)

    def is_open(self, default: str) -> bool:
        """Whether those may use it about whom nothing is ruled. A word that this code doesn't know is closed.

        Args:
            default: The stack's parameter, `open` or `closed`.

        >>> bot = Bot(bot_id=1, telegram_id=1)
        >>> bot.is_open("open"), bot.model_copy(update={"access": "closed"}).is_open("open")
        (True, False)
        """
        return (self.access or default) == "open"


def _known(value: Any, model: type[BaseModel]) -> Any:
    if not isinstance(value, str):
        return value
    return {name: field for name, field in json.loads(value).items() if name in model.model_fields}


class Switch(BaseModel):
    """The stop switch of all bots.

    Attributes:
        is_off: Whether nothing may be sent.
        since: When it was turned, in seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    is_off: bool = False
    reason: str | None = None
    since: int = 0

    def over(self, bot: Bot) -> Bot:
        """The bot as it is under this switch."""
        if not self.is_off:
            return bot
        return bot.model_copy(update={"status": Status.PAUSED, "reason": self.reason, "is_draining": False})
