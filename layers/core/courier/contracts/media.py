"""What the media queue takes: requests to download something, and to take such requests back.

>>> RequestMedia(bot_id=1, chat_id=5, url="https://example.org/v", kind="video", external_id=9).waiter_id("m-1")
'1-9'
"""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator

from courier.contracts.fields import BotId, ChatId, ExternalId, MessageId, Strict, UserId

Kind = Literal["video", "audio"]

#: What everybody can do without: the best that there is, and the smallest.
BEST, WORST = "best", "worst"
#: Lines of a picture, as sites name their sizes.
HEIGHTS = ("4320p", "2160p", "1440p", "1080p", "720p", "480p", "360p", "240p", "144p")
#: Qualities by kind, the default first. Sound comes as the best there is: as an mp3 it is small.
QUALITIES: Mapping[str, tuple[str, ...]] = {"video": (BEST, *HEIGHTS, WORST), "audio": (BEST,)}
#: Characters of a name. It is part of others that the contract allows 256.
_MAX_NAME = 200
#: Characters of an address: more than any browser takes.
_MAX_URL = 4096


def _is_short(name: int | str) -> int | str:
    if isinstance(name, str) and len(name) > _MAX_NAME:
        raise ValueError(f"has {len(name)} characters, and may have {_MAX_NAME} here")
    return name


class _ForUser(Strict):
    """Who asks, and where the answer goes."""

    bot_id: BotId
    chat_id: ChatId
    external_id: Annotated[ExternalId, AfterValidator(_is_short)] | None = Field(
        None, description="The application's own id; its answer has the external id `{bot_id}-{external_id}`."
    )
    reply_to_message_id: MessageId | None = None
    message_thread_id: Annotated[StrictInt, Field(ge=1)] | None = None

    def waiter_id(self, message_id: str) -> str:
        """Names the request, for ever.

        Args:
            message_id: SQS's, of the message that it came in.
        """
        return f"{self.bot_id}-{message_id if self.external_id is None else self.external_id}"


class RequestMedia(_ForUser):
    """Download something, and send it to a chat."""

    url: Annotated[StrictStr, Field(min_length=1, max_length=_MAX_URL)]
    kind: Kind
    quality: StrictStr = BEST
    user_id: UserId | None = Field(None, description="Who can take it back.")

    @model_validator(mode="after")
    def _has_that_quality(self) -> "RequestMedia":
        if self.quality not in QUALITIES[self.kind]:
            raise ValueError(f"quality: {self.kind} comes as {', '.join(QUALITIES[self.kind])}")
        return self


class CancelMedia(_ForUser):
    """Take back what a user asked for in a chat."""

    user_id: UserId
    url: Annotated[StrictStr, Field(min_length=1, max_length=_MAX_URL)] | None = Field(
        None, description="In any form that means the same; without it, all is taken back."
    )


#: Every type that the media queue takes, by its name in the envelope.
MEDIA_TYPES: dict[str, type[RequestMedia | CancelMedia]] = {"request_media": RequestMedia, "cancel_media": CancelMedia}


class Sender(BaseModel):
    """Who can be told that a message isn't understood: as much of it as that takes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    bot_id: BotId
    chat_id: ChatId
    reply_to_message_id: MessageId | None = None
    message_thread_id: Annotated[StrictInt, Field(ge=1)] | None = None


def sender_in(body: str) -> Sender | None:
    """Who sent a message whose body isn't as it should be; None where it doesn't say.

    >>> sender_in('{"data": {"bot_id": 1, "chat_id": 5, "kind": "picture"}}')
    Sender(bot_id=1, chat_id=5, reply_to_message_id=None, message_thread_id=None)
    """
    try:
        data = json.loads(body)["data"]
        return Sender.model_validate(json.loads(data) if isinstance(data, str) else data)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
