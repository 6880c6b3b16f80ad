"""What the queue of updates carries: all that Telegram sends by webhook, verbatim."""

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from courier.contracts.fields import BotId, Strict


class TelegramUpdate(BaseModel):
    """Telegram's Update, passed through: kinds and fields that it adds later come as they are."""

    model_config = ConfigDict(extra="allow", frozen=True)

    update_id: StrictInt = Field(description="Telegram's number of it: the same at every delivery.")


class BotUpdate(Strict):
    """Something happened in a chat of the bot, or somebody asked it something."""

    bot_id: BotId
    update: TelegramUpdate


#: The one type that the queue of updates takes.
UPDATE_TYPES: dict[str, type[BotUpdate]] = {"update": BotUpdate}
