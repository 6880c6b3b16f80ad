"""The delivery log: what became of each message, as the bot's logs queue carries it."""

from typing import Any, Literal

from pydantic import Field

from courier.contracts.fields import Strict

Outcome = Literal["delivered", "failed", "unknown", "dropped", "expired", "duplicate", "superseded", "retrying"]


class DeliveryLog(Strict):
    """One line of the delivery log. Times are seconds since 1970, UTC."""

    type: str = Field(description="The message's type, for instance send_msg.")
    status: Literal[0, 1] = Field(description="1 delivered, 0 not.")
    outcome: Outcome
    bot_id: int
    chat_id: int | str | None = None
    external_id: int | str | None = None
    message_id: int | None = Field(None, description="The message that an edit or delete names.")
    sent_msg_id: int | None = Field(None, description="What Telegram calls the new message; the first of several.")
    sent_msg_ids: list[int] | None = Field(None, description="All of them, for a text that was split.")
    text: str | None = None
    reply_markup: dict[str, Any] | None = None
    reply_to_message_id: int | None = None
    error_code: int | None = None
    details: str | None = None
    attempts: int = Field(description="Calls that Telegram was sent for this message.")
    retry_in: int | None = Field(None, description="Seconds until the next attempt.")
    queued_at: float | None = None
    sent_at: float | None = None
    correlation_id: str
