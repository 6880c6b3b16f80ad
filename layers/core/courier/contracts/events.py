"""Domain events: what the platform tells whoever listens to its bus, so that nobody has to touch its code to react.

Those of broadcasts (`broadcast.finished`) come with their own machine: a class more, in `EVENT_TYPES`.
"""

import json
from typing import Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field

from courier.contracts.fields import Strict

#: Bytes of an update as JSON up to which its event carries it whole. EventBridge takes 1 MB a request, and still says
#: 256 KB in some partitions; what listens has limits of its own (an SQS message: 1 MiB).
MAX_UPDATE_BYTES = 200_000


class DomainEvent(Strict):
    """What every event has. A field that changes, comes or goes is a step of `version`: `make schemas` holds that.

    Attributes:
        DETAIL_TYPE: EventBridge's `detail-type`.
        VERSION: Of the class: what `version` says.
    """

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    DETAIL_TYPE: ClassVar[str]
    VERSION: ClassVar[int]

    version: int
    correlation_id: str = Field(description="The same on every message, log line and event of one story.")
    occurred_at: float = Field(description="Seconds since 1970, UTC.")

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls.VERSION = cls.model_fields["version"].default

    def detail(self) -> str:
        """The event as JSON: all fields, null where there is nothing to say.

        >>> BotRemoved(correlation_id="c-1", occurred_at=1.5, bot_id=7, username=None).detail()
        '{"version":1,"correlation_id":"c-1","occurred_at":1.5,"bot_id":7,"username":null}'
        """
        try:
            return self.model_dump_json()
        except ValueError:
            # Half a surrogate pair: JSON can bring it, and UTF-8 can't take it.
            return json.dumps(self.model_dump(), ensure_ascii=False).encode(errors="replace").decode()

    def cut(self) -> Self:
        """The same with less, for when it is too large or can't be told; itself where there is nothing to leave out."""
        return self


class Access(Strict):
    """What a user may do in a chat, and for how long."""

    standing: str = Field(description="admin, banned, blocked, blessed, graced, open or closed.")
    until: int | None = Field(description="Seconds since 1970; null: for ever, or without an end.")
    may: bool = Field(description="Whether the bot serves this user in this chat.")


class QuotaLeft(Strict):
    """How much of a window is spent, of the tighter of user's and chat's."""

    used: int
    limit: int
    resets_in_s: int


class TelegramUpdate(DomainEvent):
    """Something reached a bot: after commands have dealt with it, with the asker's access and quota."""

    DETAIL_TYPE = "telegram.update"

    version: Literal[1] = 1
    bot_id: int
    update_id: int
    kind: str = Field(description="Telegram's name of it: message, callback_query, my_chat_member, …")
    chat_id: int | None = None
    chat_type: str | None = Field(None, description="private, group, supergroup or channel.")
    user_id: int | None = None
    command: str | None = Field(None, description="The command's word without its prefix, if a command took it.")
    is_claimed: bool = Field(description="Whether a command took it.")
    access: Access | None = Field(None, description="Null where nobody asked: a channel's post, an anonymous admin.")
    quota: QuotaLeft | None = None
    update: dict[str, Any] | None = Field(None, description="Telegram's Update, verbatim; null where it is cut.")
    is_cut: bool = Field(default=False, description="Whether the update is left out, since it is larger than 200 KB.")

    def detail(self) -> str:
        """See `DomainEvent`. An update that is too large, nested too deeply or no Unicode is left out."""
        if self.update is None:
            return super().detail()
        try:
            size = len(type(self).__pydantic_serializer__.to_json(self, include={"update"}))
            if size <= MAX_UPDATE_BYTES:
                return super().detail()
        except (ValueError, RecursionError):
            # Pydantic ends at 255 levels, EventBridge at 1000; what is no Unicode has no size.
            pass
        return self.cut().detail()

    def cut(self) -> Self:
        """Without the update."""
        return self if self.update is None else self.model_copy(update={"update": None, "is_cut": True})


class _AboutMessage(DomainEvent):
    """A message's end, as the delivery log has it, but without its text."""

    bot_id: int
    lane: Literal["regular", "broadcast"]
    type: str | None = Field(description="For instance send_msg; null where the message couldn't be read.")
    chat_id: int | str | None
    external_id: int | str | None
    attempts: int = Field(description="Calls that Telegram was sent for it.")
    queued_at: float = Field(description="Seconds since 1970, UTC.")


class MessageDelivered(_AboutMessage):
    """Telegram has a message. Told once more if the message is received once more."""

    DETAIL_TYPE = "message.delivered"

    version: Literal[1] = 1
    sent_msg_ids: list[int] = Field(description="What Telegram calls the new messages; none for edits and deletes.")


class MessageFailed(_AboutMessage):
    """A message won't be delivered, or nobody knows whether it was."""

    DETAIL_TYPE = "message.failed"

    version: Literal[1] = 1
    outcome: Literal["failed", "unknown", "dropped", "expired"]
    error_code: int | None = Field(description="Telegram's; null where it wasn't Telegram who refused.")
    details: str | None = Field(description="The reason, for a person.")


class _AboutBot(DomainEvent):
    """A bot's life."""

    bot_id: int
    username: str | None = Field(description="Without the @.")


class BotAdded(_AboutBot):
    """A bot is ready to send. An `add_bot` of one that is there tells nothing."""

    DETAIL_TYPE = "bot.added"

    version: Literal[1] = 1


class BotRemoved(_AboutBot):
    """A bot is gone, with its queues and its token."""

    DETAIL_TYPE = "bot.removed"

    version: Literal[1] = 1


class BotStopped(_AboutBot):
    """Telegram refuses a bot's token. Its messages wait for a new one."""

    DETAIL_TYPE = "bot.stopped"

    version: Literal[1] = 1
    reason: str | None = Field(description="For a person.")


class _AboutDownload(DomainEvent):
    """The end of an attempt to download something, whoever asked for it."""

    hash: str = Field(description="Names what was wanted: SHA-256 of identity, kind and quality.")
    attempt: int
    url: str = Field(description="As the one who asked first named it.")
    kind: str = Field(description="video or audio.")
    quality: str


class MediaReady(_AboutDownload):
    """A file is in the store, and everyone who waited for it was answered."""

    DETAIL_TYPE = "media.ready"

    version: Literal[1] = 1
    key: str = Field(description="The object's.")
    bytes: int
    sha256: str = Field(description="Of its bytes, in hex.")
    title: str
    duration: int | None = Field(description="Seconds.")


class MediaFailed(_AboutDownload):
    """A download came to nothing, and everyone who waited for it was told so."""

    DETAIL_TYPE = "media.failed"

    version: Literal[1] = 1
    failure: str = Field(description="unsupported, private, gone, age, region, too_large, too_long, live, blocked, …")
    details: str | None = Field(description="The reason, for a person.")


#: Every event by its detail type.
EVENT_TYPES: dict[str, type[DomainEvent]] = {
    event.DETAIL_TYPE: event
    for event in (
        *(TelegramUpdate, MessageDelivered, MessageFailed, BotAdded, BotRemoved, BotStopped),
        *(MediaReady, MediaFailed),
    )
}
