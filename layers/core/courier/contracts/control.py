"""What the control queue takes: bots that come, and a probe."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool, StrictFloat, StrictInt, field_validator

from courier.contracts.fields import BotId, ParseMode, Strict

#: A token becomes part of a URL, so nothing else may stand in it.
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")


class Limits(Strict):
    """How fast a bot may go, where Telegram's published figures are not the right ones."""

    bot_per_second: Annotated[StrictInt, Field(ge=1, le=1000)] = 30
    chat_per_second: Annotated[StrictFloat | StrictInt, Field(ge=0.01, le=30)] = 1.0
    chat_burst: Annotated[StrictInt, Field(ge=1, le=30)] = 3
    group_per_minute: Annotated[StrictInt, Field(ge=1, le=600)] = 20


class AddBot(Strict):
    """A new bot, or the same one again."""

    bot_id: BotId
    token: SecretStr = Field(description="As @BotFather gave it.")
    is_sent_logs: StrictBool = Field(default=False, description="Whether every outcome is put on the bot's logs queue.")
    limits: Limits | None = None
    webhook: StrictBool = False
    parse_mode: ParseMode | None = Field(None, description="For texts that name none of their own.")

    @field_validator("token")
    @classmethod
    def _looks_like_one(cls, token: SecretStr) -> SecretStr:
        if not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("isn't a bot token: digits, a colon, then letters and digits, as @BotFather gave it")
        return token


class Pulse(BaseModel):
    """A liveness probe: whatever it holds is answered in the log."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def content(self) -> dict[str, Any]:
        """What the probe holds."""
        return self.model_dump()


#: Every type that the control queue takes, by its name in the envelope.
CONTROL_TYPES: dict[str, type[BaseModel]] = {"add_bot": AddBot, "pulse": Pulse}
