"""Whose token it is: asked before anything is stored."""

from dataclasses import dataclass

from pydantic import SecretStr

from courier.errors import (
    RateLimitedError,
    RefusedMessageError,
    RejectedError,
    TelegramError,
    TokenRefusedError,
    TryLaterError,
)
from courier.state.bots import Bot
from courier.telegram.client import CallsTelegram

#: Seconds until the Bot API is asked again after it couldn't be reached.
API_RETRY_S = 10


@dataclass(frozen=True, slots=True)
class Identity:
    """A bot as Telegram knows it.

    Attributes:
        reads_groups: Whether it gets all messages of its groups; None where Telegram doesn't say.
    """

    telegram_id: int
    username: str | None
    reads_groups: bool | None = None

    def must_be(self, bot: Bot) -> None:
        """Refuse the token of another bot.

        Raises:
            RefusedMessageError: if it is one.
        """
        if self.telegram_id != bot.telegram_id:
            raise RefusedMessageError(
                f"data.token: belongs to @{self.username}, but bot {bot.bot_id} is @{bot.username}"
            )


async def identify(telegram: CallsTelegram, token: SecretStr, message_type: str) -> Identity:
    """Ask Telegram whose token it is.

    Args:
        message_type: What brought the token, to say how to try again.

    Raises:
        RefusedMessageError: if it is nobody's.
        TryLaterError: if the Bot API can't say so now.
    """
    try:
        me = await telegram.call(token.get_secret_value(), "getMe", {})
    except (TokenRefusedError, RejectedError) as error:
        raise RefusedMessageError(
            f"data.token: Telegram refuses it ({error.code} {error.description}); "
            f"copy it again from @BotFather and send {message_type} once more"
        ) from None
    except RateLimitedError as error:
        raise TryLaterError(error.description, after_s=round(error.retry_after_s) + 1) from None
    except TelegramError as error:
        raise TryLaterError(f"the Bot API can't check the token now: {error}", after_s=API_RETRY_S) from None
    if not isinstance(me, dict) or not isinstance(me.get("id"), int):
        raise TryLaterError("getMe answered without an id: is this a Bot API server?", after_s=API_RETRY_S)
    return Identity(me["id"], me.get("username"), me.get("can_read_all_group_messages"))
