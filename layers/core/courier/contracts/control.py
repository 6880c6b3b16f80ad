"""What the control queue takes: bots that come, change, rest and go, the stop switch of all, and a probe."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SecretStr,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    model_validator,
)

from courier.contracts.fields import BotId, ParseMode, Strict, UserId

#: A token becomes part of a URL, so nothing else may stand in it.
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")


#: Seconds that a removed bot's queues may take to be sent at most: SQS hides no message for longer.
MAX_DRAIN_S = 43_200
_MAX_REASON = 500
#: Ours: admins stand in the bot's row, which is read all the time.
_MAX_ADMINS = 100
#: Ours: beyond any use, and exact in Redis. A quota of 0 lets nobody.
_MAX_QUOTA = 1_000_000
#: Ours: a year.
_MAX_WINDOW_S = 366 * 24 * 3600
#: SQS: characters of a queue's name. `-app-` keeps the queues of applications apart from the platform's own.
_APP_QUEUE = re.compile(r"(?=.{1,80}$)[A-Za-z0-9_-]+-app-[A-Za-z0-9_-]+\.fifo", re.ASCII)

BotPerSecond = Annotated[StrictInt, Field(ge=1, le=1000)]
ChatPerSecond = Annotated[float, Field(ge=0.01, le=30, strict=True)]
ChatBurst = Annotated[StrictInt, Field(ge=1, le=30)]
GroupPerMinute = Annotated[StrictInt, Field(ge=1, le=600)]
Quota = Annotated[StrictInt, Field(ge=0, le=_MAX_QUOTA)]
Admins = Annotated[
    list[UserId],
    Field(max_length=_MAX_ADMINS, description="Telegram ids of users who may do all, besides the stack's."),
]
AccessDefault = Annotated[
    Literal["open", "closed", "default"],
    Field(description="For whom nothing is ruled; `default` leaves it to the stack's parameter."),
]
UpdatesForwarded = Annotated[
    Literal["all", "unclaimed"],
    Field(description="Whether `updates_queue` gets all updates, or those alone that no command took."),
]


def _looks_like_a_token(token: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("isn't a bot token: digits, a colon, then letters and digits, as @BotFather gave it")
    return token


def _looks_like_an_apps_queue(name: str) -> str:
    if name != "none" and not _APP_QUEUE.fullmatch(name):
        raise ValueError("isn't the name of an application's queue: {stack}-app-….fifo, 80 characters at most")
    return name


Token = Annotated[SecretStr, AfterValidator(_looks_like_a_token)]
UpdatesQueue = Annotated[
    StrictStr,
    AfterValidator(_looks_like_an_apps_queue),
    Field(
        description="The application's FIFO queue that gets the bot's updates, `{stack}-app-….fifo`; `none`: none.",
        json_schema_extra={"pattern": r"^(none|[A-Za-z0-9_-]+-app-[A-Za-z0-9_-]+\.fifo)$", "maxLength": 80},
    ),
]


class Limits(Strict):
    """How fast a bot may go, where Telegram's published figures are not the right ones."""

    bot_per_second: BotPerSecond = 30
    chat_per_second: ChatPerSecond = 1.0
    chat_burst: ChatBurst = 3
    group_per_minute: GroupPerMinute = 20


class LimitsChange(Strict):
    """Limits to change: those that aren't named keep their value."""

    bot_per_second: BotPerSecond | None = None
    chat_per_second: ChatPerSecond | None = None
    chat_burst: ChatBurst | None = None
    group_per_minute: GroupPerMinute | None = None

    def over(self, limits: Limits) -> Limits:
        """The limits with these changes.

        >>> LimitsChange(chat_burst=1).over(Limits(bot_per_second=25))
        Limits(bot_per_second=25, chat_per_second=1.0, chat_burst=1, group_per_minute=20)
        """
        return limits.model_copy(update=self.model_dump(exclude_none=True))


class OwnQuotas(Strict):
    """Quotas of a bot's users where the stack's figures aren't the right ones: events in a window."""

    per_user: Quota | None = None
    per_chat: Quota | None = Field(None, description="Of all who aren't admins or blessed.")
    blessed: Quota | None = Field(None, description="Of each user who is blessed.")
    admin: Quota | None = Field(None, description="Of each admin.")
    window_s: Annotated[StrictInt, Field(ge=1, le=_MAX_WINDOW_S)] | None = None

    def over(self, known: "OwnQuotas | None") -> "OwnQuotas":
        """Those that are known, with these over them; those that aren't named here stay.

        >>> OwnQuotas(per_user=5).over(OwnQuotas(per_user=9, admin=1)).model_dump(exclude_none=True)
        {'per_user': 5, 'admin': 1}
        """
        return (known or OwnQuotas()).model_copy(update=self.model_dump(exclude_none=True))


def _kind_of_quotas(value: Any) -> str:
    """Which of the two an error message should speak of."""
    return "word" if isinstance(value, str) else "figures"


QuotasChange = Annotated[
    Annotated[OwnQuotas, Tag("figures")] | Annotated[Literal["none"], Tag("word")], Discriminator(_kind_of_quotas)
]


class AddBot(Strict):
    """A new bot, or the same one again."""

    bot_id: BotId
    token: Token = Field(description="As @BotFather gave it.")
    is_sent_logs: StrictBool = Field(default=False, description="Whether every outcome is put on the bot's logs queue.")
    limits: Limits | None = None
    webhook: StrictBool = False
    parse_mode: ParseMode | None = Field(None, description="For texts that name none of their own.")
    admins: Admins | None = None
    access: AccessDefault | None = None
    quotas: OwnQuotas | None = None
    updates_queue: UpdatesQueue | None = None
    updates_forwarded: UpdatesForwarded | None = None


class UpdateBot(Strict):
    """Changes of a bot: what isn't named, or is null, stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    bot_id: BotId
    token: Token | None = Field(None, description="A new token of the same bot. It starts a bot that was stopped.")
    is_sent_logs: StrictBool | None = None
    limits: LimitsChange | None = None
    webhook: StrictBool | None = None
    parse_mode: ParseMode | Literal["none"] | None = Field(None, description="`none` takes the bot's parse mode away.")
    admins: Admins | None = Field(None, description="All of them: who isn't named is none any more.")
    access: AccessDefault | None = None
    quotas: QuotasChange | None = Field(None, description="`none` takes the bot's own away.")
    updates_queue: UpdatesQueue | None = None
    updates_forwarded: UpdatesForwarded | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> "UpdateBot":
        if self.model_fields_set == {"bot_id"}:
            raise ValueError("names nothing to change")
        return self


class PauseBot(Strict):
    """Nothing is sent until `resume_bot`; messages stay in their queues."""

    bot_id: BotId


class ResumeBot(Strict):
    """A paused or stopped bot sends again."""

    bot_id: BotId


class RemoveBot(Strict):
    """The bot goes, with its queues, mappings and token. What can't be sent any more becomes dead letters."""

    bot_id: BotId
    purge: StrictBool = Field(default=False, description="Send nothing more: all that is queued becomes dead letters.")
    drain_s: Annotated[StrictInt, Field(ge=0, le=MAX_DRAIN_S)] = Field(
        900, description="Seconds for which the bot goes on sending what is queued."
    )


class MendBot(Strict):
    """Make a bot's queues and mappings what its row says; the sweep asks for it where it finds a difference."""

    bot_id: BotId


class PauseAll(Strict):
    """No bot of the stack sends until `resume_all`. What each bot's own state is stays as it is."""

    reason: Annotated[StrictStr, Field(max_length=_MAX_REASON)] | None = None


class ResumeAll(Strict):
    """Bots send again, each as its own state says."""


class Pulse(BaseModel):
    """A liveness probe: whatever it holds is answered in the log."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def content(self) -> dict[str, Any]:
        """What the probe holds."""
        return self.model_dump()


#: Every type that the control queue takes, by its name in the envelope.
CONTROL_TYPES: dict[str, type[BaseModel]] = {
    "add_bot": AddBot,
    "update_bot": UpdateBot,
    "pause_bot": PauseBot,
    "resume_bot": ResumeBot,
    "remove_bot": RemoveBot,
    "mend_bot": MendBot,
    "pause_all": PauseAll,
    "resume_all": ResumeAll,
    "pulse": Pulse,
}
