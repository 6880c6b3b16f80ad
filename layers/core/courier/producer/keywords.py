"""What messages take besides what each of them must have, as keyword arguments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from courier.contracts.fields import ParseMode


class Common(TypedDict, total=False):
    """What every message takes.

    Attributes:
        key: The application's own name of this message: put on its queue twice within 5 minutes, it is there once.
        correlation_id: Of the action it belongs to; without one, it has a fresh one.
    """

    key: str | None
    correlation_id: str | None


class Sending(Common, total=False):
    """What every message on a bot's queue takes; see the contract for each field.

    Attributes:
        broadcast: On the lane that yields to replies.
        expires_at: Later than that the message is dropped; a datetime needs its zone.
    """

    external_id: int | str | None
    reply_markup: Mapping[str, Any] | None
    expires_at: datetime | str | None
    on_unknown: Literal["retry", "drop"] | None
    broadcast: bool


class SendFields(Sending, total=False):
    """What a new message takes besides its text."""

    media: Mapping[str, Any] | None
    parse_mode: ParseMode | None
    reply_to_message_id: int | None
    link_preview_options: Mapping[str, Any] | None
    disable_notification: bool | None
    protect_content: bool | None
    message_thread_id: int | None


class EditFields(Sending, total=False):
    """What an edit takes besides its text."""

    message_id: int | None
    parse_mode: ParseMode | None
    link_preview_options: Mapping[str, Any] | None


class MediaFields(Common, total=False):
    """What a request for media takes besides the link, and one to take such requests back."""

    external_id: int | str | None
    reply_to_message_id: int | None
    message_thread_id: int | None


class RequestFields(MediaFields, total=False):
    """What a request for media takes in addition."""

    quality: str | None
    user_id: int | None


class DeleteFields(Sending, total=False):
    """Whom a delete means: one of them."""

    message_id: int | None
    message_ids: Sequence[int] | None
